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
const sleeps = 'trap "exit 0" TERM; while :; do sleep 0.05; done';

describe.each(found.map((bench) => [bench.engine.id, bench] as const))(
  'unhealthy containers on %s',
  { timeout: 40_000 },
  (_id, bench) => {
    test('are restarted until it helps, or are given up', async () => {
      await using stack = new Stack(bench);
      const fast = { interval: '300ms', retries: 1, timeout: '5s' };
      const command = ['sh', '-c', `${counts}; ${sleeps}`];
      const project = await stack.load({
        services: {
          better: {
            command,
            healthcheck: { ...fast, test: ['CMD-SHELL', 'test $$(cat /n) -ge 3'] },
            'x-wherry': { restart_on_unhealthy: { backoff: '100ms' } },
          },
          hopeless: {
            command,
            healthcheck: { ...fast, test: ['CMD', 'false'] },
            'x-wherry': { restart_on_unhealthy: { backoff: '100ms', max: 1 } },
          },
          ignored: { command, healthcheck: { ...fast, test: ['CMD', 'false'] } },
        },
      });
      const { events, done } = story((published) => {
        const isWell = published.some(({ type, data }) => type === 'health.changed' && data.to === 'healthy');
        return isWell && published.some(({ type }) => type === 'container.abandoned');
      });
      await up(bench.backend, project);
      const said: UnhealthyEvent[] = [];
      await using _restarts = await restartUnhealthy(bench.backend, project, {
        events,
        onUnhealthy: (event) => said.push(event),
      });
      const published = await done;
      const of = (service: string): string[] =>
        published
          .filter(({ name, type }) => name === service && type !== 'health.changed')
          .map(({ type, data }) => `${type} ${'attempt' in data ? data.attempt : ''}`.trim());
      expect(of('better')).toEqual(['container.restarted 1', 'container.restarted 2']);
      expect(of('hopeless')).toEqual(['container.restarted 1', 'container.abandoned']);
      expect(of('ignored')).toEqual([]);
      const given = said.find(({ kind }) => kind === 'given-up');
      expect(given).toMatchObject({ service: 'hopeless', attempts: 1 });
      expect(published.find(({ type }) => type === 'container.abandoned')?.error?.code).toBe('UNHEALTHY');
    });
  },
);

describe.skipIf(found.length === 0)('probes from outside', { timeout: 60_000 }, () => {
  const [bench] = found as [Bench];

  test('have a container restarted that listens no more', async () => {
    await using stack = new Stack(bench);
    const probe = { tcp: 7, timeout: '1s' };
    const project = await stack.load({
      services: {
        web: {
          // Nobody listens in the first run.
          command: ['sh', '-c', `${counts}; [ $$n -ge 2 ] && exec nc -ll -p 7 -e cat; ${sleeps}`],
          'x-wherry': { probe, restart_on_unhealthy: { interval: '100ms', retries: 2 } },
        },
      },
    });
    const { events, done } = story((published) =>
      published.some(({ type, data }) => type === 'health.changed' && data.to === 'healthy'),
    );
    await up(bench.backend, project, { eager: false });
    await using _restarts = await restartUnhealthy(bench.backend, project, { events });
    const types = (await done).map(({ type, data }) => ('to' in data ? `${type} ${data.to}` : type));
    expect(types).toEqual(['health.changed unhealthy', 'container.restarted', 'health.changed healthy']);
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
