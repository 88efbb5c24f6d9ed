import type { Backend } from './backend.ts';
import type { ContainerInfo } from './container.ts';
import { isWherryError, WherryError } from './errors.ts';
import { runLogStart } from './run-log.ts';

const lines = 50;

/**
 * The error for a container that ended: `EXIT` with `details` exitCode, signal, oomKilled and lastLines (the last 50 that
 * its last run wrote).
 */
export async function deathOf(
  backend: Backend,
  container: string,
  options: { signal?: AbortSignal | undefined } = {},
): Promise<WherryError> {
  const info = await backend.inspect(container, options);
  const lastLines = await lastLogLines(backend, container, { ...options, since: runLogStart(info) });
  const { name, exitCode, oomKilled } = info;
  return new WherryError('EXIT', `container ${name} ${describe(info)}${quote(lastLines)}`, {
    hint: oomKilled
      ? 'it ran out of memory: raise its memory limit'
      : `see what it wrote: \`wherry logs ${name}\``,
    details: { container: name, id: info.id, exitCode, signal: info.signal, oomKilled, lastLines },
  });
}

/** The last lines of a container's log, oldest first; empty when the engine keeps none. */
export async function lastLogLines(
  backend: Backend,
  container: string,
  options: { count?: number; since?: Date | undefined; signal?: AbortSignal | undefined } = {},
): Promise<readonly string[]> {
  const { count = lines, since, signal } = options;
  const found: string[] = [];
  const wanted = { tail: count, since, timestamps: false, signal };
  try {
    for await (const batch of backend.logs(container, wanted).batches()) {
      for (const record of batch) found.push(record.line);
    }
  } catch (error) {
    // Logs are an extra here: a driver that cannot be read must not hide why the container ended.
    if (!isWherryError(error) || isWherryError(error, 'CANCELLED')) throw error;
  }
  return found.slice(-count);
}

function describe(info: ContainerInfo): string {
  if (info.oomKilled) return `was killed for want of memory (exit code ${info.exitCode})`;
  if (info.error !== '') return `did not start: ${info.error}`;
  return info.signal === null
    ? `exited with code ${info.exitCode}`
    : `was ended by ${info.signal} (exit code ${info.exitCode})`;
}

function quote(lastLines: readonly string[]): string {
  const last = lastLines.findLast((line) => line.trim() !== '');
  return last === undefined ? '' : `; its last line: ${last.slice(0, 200)}`;
}
