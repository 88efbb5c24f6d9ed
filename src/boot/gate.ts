import { type Backend, cancelled, type RestartPolicy, WherryError } from '../core/index.ts';
import { firesAfter } from '../core/timer.ts';
import { passesEarly } from './eager.ts';
import { died, flapping, late, unhealthy } from './failure.ts';
import { type Flaps, flapsTooLong } from './flaps.ts';
import type { ProjectWatch, WatchedContainer } from './watch.ts';

/**
 * What is waited for: the engine says `healthy`; `completed` with exit code 0; `settled`: still running a moment after
 * its start, or ended with exit code 0 and no restart policy.
 */
export type GateCondition = 'healthy' | 'completed' | 'settled';

export interface Gate {
  id: string;
  name: string;
  condition: GateCondition;
  restart: RestartPolicy;
  /** ms. Default: none. */
  timeout?: number | undefined;
  /** Run the container's health check for it while this waits, sooner than its engine does. Default: false. */
  eager?: boolean;
}

/** How long a container without a health check has to run to count as settled, in ms. */
const settling = 500;

/** How many times a container may end while it settles until it is taken for one that never will. */
const mostExits = 3;

/**
 * Waits until the container is as far as the gate asks. Fails with `EXIT` when it ended for good or again and again,
 * `UNHEALTHY` when its health check gave up, `TIMEOUT` after the gate's time, `CANCELLED` when `signal` fired.
 */
export async function pass(
  backend: Backend,
  watch: ProjectWatch,
  gate: Gate,
  signal: AbortSignal,
): Promise<void> {
  const exits = watch.state(gate.id)?.exits ?? 0;
  const limits: AbortSignal[] = [signal];
  const deadline = gate.timeout === undefined ? undefined : firesAfter(gate.timeout);
  if (deadline !== undefined) limits.push(deadline);
  const settled = gate.condition === 'settled' ? AbortSignal.timeout(settling) : undefined;
  if (settled !== undefined) limits.push(settled);
  const ended = new AbortController();
  const waiting = AbortSignal.any([...limits, ended.signal]);
  const restless = new AbortController();
  limits.push(restless.signal);
  const seen: { flaps?: Flaps } = {};
  if (gate.condition === 'healthy') {
    if (gate.eager === true) void openEarly(backend, watch, gate.id, waiting);
    const giveUp = (flaps: Flaps): void => {
      seen.flaps = flaps;
      restless.abort();
    };
    if (gate.restart.name !== 'no')
      flapsTooLong(backend, watch, gate.id, waiting).then(giveUp, () => undefined);
  }
  try {
    await watch.until(gate.id, (container) => isMet(container, gate), AbortSignal.any(limits));
  } catch (error) {
    if (error instanceof EndedForGood) throw await died(backend, gate);
    if (error instanceof Unhealthy) throw await unhealthy(backend, gate);
    if (seen.flaps !== undefined) throw await flapping(backend, gate, seen.flaps);
    if (signal.aborted) throw cancelled(signal);
    if (deadline?.aborted) throw await late(backend, gate, gate.condition, gate.timeout ?? 0);
    if (settled?.aborted) return settle(backend, watch, gate, { signal, exits });
    throw error;
  } finally {
    ended.abort();
  }
}

/** The check of its own says the same as the engine's, so what it finds counts as the engine's word. */
async function openEarly(
  backend: Backend,
  watch: ProjectWatch,
  id: string,
  signal: AbortSignal,
): Promise<void> {
  if (await passesEarly(backend, id, signal)) watch.foundHealthy(id);
}

/** Under load an event may come late: the engine has the last word. What comes back after its end settles anew. */
async function settle(
  backend: Backend,
  watch: ProjectWatch,
  gate: Gate,
  { signal, exits: before }: { signal: AbortSignal; exits: number },
): Promise<void> {
  const { status, exitCode } = await backend.inspect(gate.id, { signal });
  const exits = watch.state(gate.id)?.exits ?? 0;
  const ended = status === 'exited' || status === 'dead';
  if (ended && !comesBack({ exitCode, exits: Math.max(exits, 1) }, gate.restart)) {
    if (exitCode === 0) return;
    throw await died(backend, gate);
  }
  if (exits === before && !ended && status !== 'starting') return;
  if (exits >= mostExits) throw await flapping(backend, gate, { exits, exitCode });
  await pass(backend, watch, gate, signal);
}

/** A gate that can never open. */
export function noHealthCheck(service: string): WherryError {
  return new WherryError(
    'UNHEALTHY',
    `service ${service} has no health check, so that nothing can say it is healthy`,
    {
      hint: `give "${service}" a healthcheck, or wait for service_started`,
      details: { service },
    },
  );
}

class EndedForGood extends Error {}
class Unhealthy extends Error {}

function isMet(container: Readonly<WatchedContainer>, gate: Gate): boolean {
  if (container.phase === 'removed') throw new EndedForGood();
  if (container.phase === 'exited') {
    if (container.exitCode === 0 && gate.condition !== 'healthy' && endsFor(container, gate)) return true;
    if (!comesBack(container, gate.restart)) throw new EndedForGood();
    return false;
  }
  if (gate.condition !== 'healthy') return false;
  if (container.health === 'unhealthy') throw new Unhealthy();
  return container.phase === 'running' && container.health === 'healthy';
}

function endsFor(container: Readonly<WatchedContainer>, gate: Gate): boolean {
  return gate.condition === 'completed' || !comesBack(container, gate.restart);
}

/** Whether its restart policy makes the engine start it again. */
export function comesBack(
  container: Pick<WatchedContainer, 'exitCode' | 'exits'>,
  restart: RestartPolicy,
): boolean {
  if (restart.name === 'always' || restart.name === 'unless-stopped') return true;
  if (restart.name === 'no' || container.exitCode === 0) return false;
  return container.exits <= (restart.maximumRetryCount || Number.POSITIVE_INFINITY);
}
