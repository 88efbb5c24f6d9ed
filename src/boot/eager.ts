import { setTimeout as pause } from 'node:timers/promises';
import { type Backend, type HealthCheckSpec, isWherryError } from '../core/index.ts';

const firstDelay = 50;
const defaultInterval = 30_000;
const defaultTimeout = 30_000;

/**
 * An engine runs a container's first health check only after a whole interval. This runs the same command, with the
 * same time limit, after 50, 100, 200 … ms up to the interval, and resolves to whether it passed before `signal` fired:
 * never true for a container without a check or an engine that runs no commands in it. It never rejects.
 */
export async function passesEarly(backend: Backend, id: string, signal: AbortSignal): Promise<boolean> {
  try {
    await pause(firstDelay, undefined, { signal });
    const { spec } = await backend.inspect(id, { signal });
    const { healthcheck = {} } = spec;
    const command = commandOf(healthcheck);
    if (command === null) return false;
    const { interval = defaultInterval, timeout = defaultTimeout } = healthcheck;
    for (let delay = firstDelay; ; delay = Math.min(delay * 2, interval || defaultInterval)) {
      if (await passes(backend, id, { command, timeout: timeout || defaultTimeout, signal })) return true;
      await pause(delay, undefined, { signal });
    }
  } catch {
    return false;
  }
}

function commandOf({ test = [] }: HealthCheckSpec): readonly string[] | null {
  const [kind, ...rest] = test;
  if (kind === 'CMD' && rest.length > 0) return rest;
  if (kind === 'CMD-SHELL' && rest[0] !== undefined) return ['/bin/sh', '-c', rest[0]];
  return null;
}

async function passes(
  backend: Backend,
  id: string,
  options: { command: readonly string[]; timeout: number; signal: AbortSignal },
): Promise<boolean> {
  try {
    const { exitCode } = await backend.execCapture(id, { ...options, maxOutput: 4096 });
    return exitCode === 0;
  } catch (error) {
    if (options.signal.aborted || isWherryError(error, 'UNSUPPORTED', 'NOT_FOUND')) throw error;
    // It does not run yet, or not now: its restart policy may bring it back.
    return false;
  }
}
