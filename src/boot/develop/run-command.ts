import { StringDecoder } from 'node:string_decoder';
import type { Hook } from '../../compose/index.ts';
import { type Backend, type OutputChunk, type OutputKind, WherryError } from '../../core/index.ts';
import { observeContainers } from '../observed.ts';
import type { SyncTarget } from './sync-files.ts';

export type OnOutput = (container: string, stream: OutputKind, line: string) => void;

/** Runs a command in every running container of the service, and fails with `EXIT` when one of them does. */
export async function runCommand(
  backend: Backend,
  { projectName, service, signal }: SyncTarget,
  hook: Hook,
  onOutput: OnOutput,
): Promise<void> {
  const all = await observeContainers(backend, projectName, { signal });
  const running = all.filter((one) => one.service === service && !one.oneOff && one.status === 'running');
  const runs = running.map(async ({ id, name }) => {
    await using process = await backend.exec(id, {
      command: hook.command,
      environment: environmentOf(hook),
      user: hook.user,
      workingDir: hook.workingDir,
      privileged: hook.privileged,
      signal,
    });
    for await (const { kind, line } of lines(process)) onOutput(name, kind, line);
    const exitCode = await process.exitCode();
    if (exitCode === 0) return;
    throw new WherryError(
      'EXIT',
      `${hook.command.join(' ')} ended with ${exitCode ?? 'no exit code'} in ${name}`,
      {
        details: { container: id, exitCode },
      },
    );
  });
  const failed = (await Promise.allSettled(runs)).find((run) => run.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}

/** A variable without a value is not set. */
function environmentOf({ environment }: Hook): Record<string, string> {
  const set = Object.entries(environment).filter((pair): pair is [string, string] => pair[1] !== null);
  return Object.fromEntries(set);
}

async function* lines(
  chunks: AsyncIterable<OutputChunk>,
): AsyncGenerator<{ kind: OutputKind; line: string }> {
  const open = new Map<OutputKind, { decoder: StringDecoder; rest: string }>();
  for await (const { kind, data } of chunks) {
    const stream = open.get(kind) ?? { decoder: new StringDecoder('utf8'), rest: '' };
    open.set(kind, stream);
    const whole = (stream.rest + stream.decoder.write(data)).split('\n');
    stream.rest = whole.pop() ?? '';
    for (const line of whole) yield { kind, line };
  }
  for (const [kind, { rest }] of open) if (rest !== '') yield { kind, line: rest };
}
