import { expect, test } from 'vitest';
import type { OutsideProbe } from '../compose/index.ts';
import type { Backend, ContainerInfo, EngineEvent, HealthCheckSpec } from '../core/index.ts';
import { type Gate, pass } from './gate.ts';
import { passProbe } from './outside-probe.ts';
import { ProjectWatch } from './watch.ts';

const id = 'c1';
const subject = { id, name: 'app-db-1', image: 'db', labels: {} };
const time = new Date(0);
const event = (fields: object): EngineEvent => ({ subject, time, ...fields }) as EngineEvent;
const started = event({ type: 'started' });
const health = (value: string): EngineEvent => event({ type: 'health', health: value });
const died = (exitCode: number): EngineEvent => event({ type: 'died', exitCode, oomKilled: false });

/** An engine of which only the events matter here, sent one by one. */
class Wire {
  readonly #queue: EngineEvent[] = [];
  #wake: () => void = () => undefined;
  readonly #healthcheck: HealthCheckSpec;
  readonly backend = {
    events: ({ signal }: { signal: AbortSignal }) => this.#stream(signal),
    inspect: async (): Promise<Partial<ContainerInfo>> => ({
      id,
      name: subject.name,
      status: 'exited',
      exitCode: 7,
      restartCount: 0,
      signal: null,
      oomKilled: false,
      startedAt: null,
      finishedAt: null,
      error: '',
      health: 'none',
      healthLog: [],
      spec: { image: 'db', healthcheck: this.#healthcheck },
    }),
    logs: () => ({
      batches: async function* () {
        yield [{ kind: 'stdout', time: null, timestamp: null, line: 'last words' }];
      },
    }),
  } as unknown as Backend;

  constructor(healthcheck: HealthCheckSpec = {}) {
    this.#healthcheck = healthcheck;
  }

  send(...events: EngineEvent[]): void {
    this.#queue.push(...events);
    this.#wake();
  }

  async *#stream(signal: AbortSignal): AsyncGenerator<EngineEvent> {
    signal.addEventListener('abort', () => this.#wake());
    while (!signal.aborted) {
      const next = this.#queue.shift();
      if (next !== undefined) yield next;
      else {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
    }
  }
}

async function gated(
  {
    healthcheck = {},
    probe,
    ...gate
  }: Partial<Gate> & { healthcheck?: HealthCheckSpec; probe?: OutsideProbe },
  ...events: EngineEvent[]
): Promise<string> {
  const wire = new Wire(healthcheck);
  const watch = new ProjectWatch(wire.backend, 'app');
  watch.begin(time);
  watch.starting(id);
  const whole: Gate = { id, name: subject.name, condition: 'healthy', restart: { name: 'no' }, ...gate };
  const { signal } = new AbortController();
  wire.send(...events);
  const passing =
    probe === undefined
      ? pass(wire.backend, watch, whole, signal)
      : passProbe(wire.backend, watch, whole, probe, signal);
  const outcome = passing.then(
    () => 'passed',
    (error: { code: string }) => error.code,
  );
  const result = await Promise.race([
    outcome,
    new Promise<string>((resolve) => setTimeout(resolve, 100, 'waits')),
  ]);
  await watch.close();
  return result;
}

test('healthy: opens with the engine’s word, and not before', async () => {
  expect(await gated({}, started)).toBe('waits');
  expect(await gated({}, started, health('starting'))).toBe('waits');
  expect(await gated({}, started, health('healthy'))).toBe('passed');
  expect(await gated({}, started, health('unhealthy'))).toBe('UNHEALTHY');
});

test('what an earlier run said does not count', async () => {
  expect(await gated({}, health('healthy'), died(1), started)).toBe('waits');
  expect(await gated({}, died(1), started, health('healthy'))).toBe('passed');
});

test('what an earlier run said does not count when the call is faster than the event', async () => {
  const wire = new Wire();
  const watch = new ProjectWatch(wire.backend, 'app');
  watch.begin(time);
  watch.starting(id);
  wire.send(health('healthy'), died(1));
  await new Promise((resolve) => setTimeout(resolve, 20));
  watch.started(id);
  expect(watch.state(id)).toMatchObject({ phase: 'running', health: null, exits: 0 });
  await watch.close();
});

test('a container that ends closes the gate, unless its engine brings it back', async () => {
  expect(await gated({}, started, died(1))).toBe('EXIT');
  expect(await gated({}, started, died(0))).toBe('EXIT');
  expect(await gated({ restart: { name: 'always' } }, started, died(1))).toBe('waits');
  expect(await gated({ restart: { name: 'always' } }, started, died(1), started, health('healthy'))).toBe(
    'passed',
  );
  const twice = { restart: { name: 'on-failure', maximumRetryCount: 1 } } as const;
  expect(await gated(twice, started, died(1))).toBe('waits');
  expect(await gated(twice, started, died(1), started, died(1))).toBe('EXIT');
  expect(await gated({}, started, event({ type: 'removed' }))).toBe('EXIT');
});

test('healthy: five ends and the patience of the health check are the end of a container that comes back', async () => {
  const restart = { name: 'always' } as const;
  const ends = (count: number): EngineEvent[] =>
    Array.from({ length: count }, () => [started, died(7)]).flat();
  const quick = { interval: 0.01, retries: 1 };
  expect(await gated({ restart, healthcheck: quick }, ...ends(4))).toBe('waits');
  expect(await gated({ restart, healthcheck: quick }, ...ends(5))).toBe('EXIT');
  expect(await gated({ restart, healthcheck: quick }, ...ends(4), started, health('healthy'))).toBe('passed');
  expect(await gated({ restart, healthcheck: {} }, ...ends(20))).toBe('waits');
});

test('a probe from outside has the same end, and tells at the time limit of those that came back', async () => {
  const restart = { name: 'always' } as const;
  const unsaid = { status: undefined, headers: undefined, body: undefined, tls: undefined };
  const probe: OutsideProbe = { ...unsaid, kind: 'tcp', port: 80, path: '/', service: '', timeout: 1000 };
  const ends = (count: number): EngineEvent[] =>
    Array.from({ length: count }, () => [started, died(7)]).flat();
  const quick = { interval: 0.01, retries: 1 };
  expect(await gated({ probe, restart, healthcheck: quick }, ...ends(4))).toBe('waits');
  expect(await gated({ probe, restart, healthcheck: quick }, ...ends(5))).toBe('EXIT');
  expect(await gated({ probe, restart, timeout: 40 }, ...ends(2), started)).toBe('TIMEOUT');
  expect(await gated({ probe, restart, timeout: 40 }, ...ends(3), started)).toBe('EXIT');
});

test('completed: only exit code 0 opens it', async () => {
  expect(await gated({ condition: 'completed' }, started)).toBe('waits');
  expect(await gated({ condition: 'completed' }, started, died(0))).toBe('passed');
  expect(await gated({ condition: 'completed' }, started, died(3))).toBe('EXIT');
});

test('settled: an end with exit code 0 is as good as running', async () => {
  expect(await gated({ condition: 'settled' }, started)).toBe('waits');
  expect(await gated({ condition: 'settled' }, started, died(0))).toBe('passed');
  expect(await gated({ condition: 'settled' }, started, died(1))).toBe('EXIT');
});

test('a gap in the stream is made up for by the list that follows it', async () => {
  const listed = { id, status: 'exited', health: 'none', exitCode: 2 };
  expect(await gated({}, started, event({ type: 'resync', containers: [listed] }))).toBe('EXIT');
  expect(await gated({}, started, event({ type: 'resync', containers: [] }))).toBe('EXIT');
  const well = { ...listed, status: 'running', health: 'healthy', exitCode: null };
  expect(await gated({}, started, event({ type: 'resync', containers: [well] }))).toBe('passed');
});

test('a gate has its own time', async () => {
  expect(await gated({ timeout: 20 }, started)).toBe('TIMEOUT');
});
