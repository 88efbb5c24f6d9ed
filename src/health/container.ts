import { runLogStart } from '../core/run-log.ts';
import type { Check } from './check.ts';
import { requireBackend } from './check.ts';
import type { EngineTarget, ExecTarget, LogTarget } from './target.ts';

/** Runs the command in the container. */
export const checkExec: Check<ExecTarget> = async (target, context) => {
  const backend = requireBackend(context, target.kind);
  const result = await backend.execCapture(target.container, {
    command: target.command,
    user: target.user,
    maxOutput: 4096,
    signal: context.signal,
  });
  const said = (result.stderr || result.stdout).trim().split('\n').at(-1) ?? '';
  const message = `${target.command.join(' ')} exits ${result.exitCode}${said === '' ? '' : `: ${said}`}`;
  return { healthy: result.exitCode === 0, message, details: { exitCode: result.exitCode } };
};

/** Asks the engine what its own health check last said. */
export const checkEngine: Check<EngineTarget> = async (target, context) => {
  const info = await requireBackend(context, target.kind).inspect(target.container, {
    signal: context.signal,
  });
  const last = info.healthLog.at(-1)?.output.trim() ?? '';
  const details = { health: info.health, status: info.status };
  if (info.health === 'none') {
    return { healthy: false, message: `container ${info.name} has no health check of its engine's`, details };
  }
  const message = `the engine says ${info.health}${last === '' ? '' : `: ${last}`}`;
  return { healthy: info.status === 'running' && info.health === 'healthy', message, details };
};

/** Reads the log of the present run until a line matches. */
export const checkLog: Check<LogTarget> = async (target, context) => {
  const backend = requireBackend(context, target.kind);
  const run = await backend.inspect(target.container, { signal: context.signal });
  const { pattern } = target;
  const expression =
    typeof pattern === 'string' ? undefined : new RegExp(pattern.source, pattern.flags.replace(/[gy]/g, ''));
  const matches = (line: string): boolean => expression?.test(line) ?? line.includes(String(pattern));
  const stream = backend.logs(target.container, {
    follow: true,
    timestamps: false,
    since: runLogStart(run),
    signal: context.signal,
  });
  let lines = 0;
  for await (const batch of stream.batches()) {
    for (const { line } of batch) {
      lines += 1;
      if (matches(line))
        return { healthy: true, message: `a log line matches: ${line.slice(0, 200)}`, details: { line } };
    }
  }
  return {
    healthy: false,
    message: `the log ended after ${lines} lines without ${pattern}`,
    details: { lines },
  };
};
