import { EventEmitter, once } from 'node:events';
import { afterAll, describe, expect, test } from 'vitest';
import { restartUnhealthy, type UnhealthyEvent, up } from '../../../src/boot/index.ts';
import { type Event, EventBus } from '../../../src/core/index.ts';
import { type Bench, benchOn, enginesUnderTest, Stack } from './stack.ts';

const benches = await Promise.all(enginesUnderTest.map(benchOn));
const found = benches.filter((bench) => bench !== undefined);
if (found.length === 0) console.warn('\nSKIPPED: restart_on_unhealthy: the lab has no engine\n');
afterAll(() => Promise.all(found.map(({ backend }) => backend[Symbol.asyncDispose]())));

/** Counts its runs in a file, which outlives a restart. */
const counts = 'n=$$(($$(cat /n 2>/dev/null || echo 0) + 1)); echo $$n > /n';
const check = { interval: '1s', retries: 1, timeout: '10s' };
const sleeps = 'trap "exit 0" TERM; while :; do sleep 0.05; done';

describe.each(found.map((bench) => [bench.engine.id, bench] as const))(
  'unhealthy containers on %s',
  { timeout: 120_000 },
  (_id, bench) => {
    test('are restarted until it helps', async () => {
      await using stack = new Stack(bench);
      const project = await stack.load({
        services: {
          web: {
            command: ['sh', '-c', `${counts}; ${sleeps}`],
            healthcheck: { ...check, test: ['CMD-SHELL', 'test $$(cat /n) -ge 2'] },
            'x-wherry': { restart_on_unhealthy: true },
          },
        },
      });
      const { events, done } = story((published) => {
        const isWell = published.some(({ type, data }) => type === 'health.changed' && data.to === 'healthy');
        return isWell && published.some(({ type }) => type === 'container.restarted');
      });
      await up(bench.backend, project);
      await using _restarts = await restartUnhealthy(bench.backend, project, { events });
      const restarted = (await done).filter(({ type }) => type === 'container.restarted');
      expect(restarted[0]).toMatchObject({
        name: 'web',
        data: { attempt: 1, reason: 'its health check fails' },
      });
    });
  },
);

describe.skipIf(found.length === 0)('probes from outside', { timeout: 60_000 }, () => {
  const [bench] = found as [Bench];

  test('that never pass have it restarted a few times, and given up', async () => {
    await using stack = new Stack(bench);
    const project = await stack.load({
      services: {
        hopeless: {
          command: ['sh', '-c', sleeps],
          'x-wherry': {
            probe: { tcp: 7 },
            restart_on_unhealthy: { interval: '100ms', retries: 1, backoff: '100ms', max: 2 },
          },
        },
        ignored: { command: ['sh', '-c', sleeps], 'x-wherry': { probe: { tcp: 7 } } },
      },
    });
    const { events, done } = story((published) =>
      published.some(({ type }) => type === 'container.abandoned'),
    );
    await up(bench.backend, project);
    const said: UnhealthyEvent[] = [];
    await using _restarts = await restartUnhealthy(bench.backend, project, {
      events,
      onUnhealthy: (event) => said.push(event),
    });
    const published = (await done).filter(({ type }) => type.startsWith('container.'));
    expect(published.map(({ type, name }) => `${name} ${type}`)).toEqual([
      'hopeless container.restarted',
      'hopeless container.restarted',
      'hopeless container.abandoned',
    ]);
    expect(published.at(-1)?.error?.code).toBe('UNHEALTHY');
    expect(said.at(-1)).toMatchObject({ kind: 'given-up', service: 'hopeless', attempts: 2 });
  });

  test('have a container restarted that listens no more', async () => {
    await using stack = new Stack(bench);
    const probe = { tcp: 7, timeout: '1s' };
    const project = await stack.load({
      services: {
        web: {
          // Nobody listens in the first run.
          command: ['sh', '-c', `${counts}; [ $$n -ge 2 ] && exec nc -ll -p 7 -e cat; ${sleeps}`],
          'x-wherry': { probe, restart_on_unhealthy: { interval: '500ms', retries: 3 } },
        },
      },
    });
    const { events, done } = story((published) => {
      const isWell = published.some(({ type, data }) => type === 'health.changed' && data.to === 'healthy');
      return isWell && published.some(({ type }) => type === 'container.restarted');
    });
    await up(bench.backend, project, { eager: false });
    await using _restarts = await restartUnhealthy(bench.backend, project, { events });
    const types = (await done).map(({ type, data }) => ('to' in data ? `${type} ${data.to}` : type));
    expect(types[0]).toBe('health.changed unhealthy');
    // The probe may find it well before the engine has said that it restarted.
    expect(types.slice(1).sort()).toEqual(['container.restarted', 'health.changed healthy']);
  });
});

/** The events from now on, and when `isOver` says so, all that were published. */
function story(isOver: (published: readonly Event[]) => boolean): {
  events: EventBus;
  done: Promise<readonly Event[]>;
} {
  const events = new EventBus();
  const published: Event[] = [];
  const over = new EventEmitter();
  const done = once(over, 'over').then(() => published);
  events.subscribe({}, (event) => {
    published.push(event);
    if (isOver(published)) over.emit('over');
  });
  return { events, done };
}
