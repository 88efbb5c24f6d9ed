import { setTimeout as pause } from 'node:timers/promises';
import type { Backend, HealthCheckSpec } from '../core/index.ts';
import type { ProjectWatch } from './watch.ts';

/** How many times a container may end, never healthy, until it counts how long that has gone on. */
const fewest = 5;
const defaultInterval = 30_000;
const defaultRetries = 3;

/** A container that ends and is started again by its engine without ever being healthy. */
export interface Flaps {
  exits: number;
  /** Of the last end. */
  exitCode: number | null;
}

/**
 * Resolves when the container has ended five times and for as long as its health check gives one that stays up: its start
 * period and its retries. Rejects when `signal` fires, and when the engine cannot be asked.
 */
export async function flapsTooLong(
  backend: Backend,
  watch: ProjectWatch,
  id: string,
  signal: AbortSignal,
): Promise<Flaps> {
  const began = performance.now();
  const first = watch.state(id)?.exits ?? 0;
  const ends = async (exits: number): Promise<Flaps> => {
    let seen: Flaps = { exits: 0, exitCode: null };
    const isEnough = (container: Flaps & { phase: string }): boolean => {
      seen = { exits: container.exits - first, exitCode: container.exitCode };
      return container.phase === 'exited' && seen.exits >= exits;
    };
    await watch.until(id, isEnough, signal);
    return seen;
  };
  const { exits } = await ends(fewest);
  const { spec } = await backend.inspect(id, { signal });
  const left = patience(spec.healthcheck) - (performance.now() - began);
  if (left <= 0) return ends(exits);
  await pause(left, undefined, { signal });
  return ends(exits + 1);
}

/** ms until one that stays up and never passes is unhealthy. */
function patience({ interval, retries, startPeriod = 0 }: HealthCheckSpec = {}): number {
  return startPeriod + (interval || defaultInterval) * (retries || defaultRetries);
}
