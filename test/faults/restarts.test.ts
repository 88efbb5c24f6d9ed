import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { defaultRegistry } from '../../src/backends/index.ts';
import { prepareFixtures } from '../../src/conformance/index.ts';
import { EventBus } from '../../src/core/index.ts';
import { LifecycleManager } from '../../src/lifecycle/index.ts';
import { OwnDocker } from './own-docker.ts';

const own = await OwnDocker.start();
/** More of them with `WHERRY_TEST_RESTARTS=50`. */
const restarts = Number(process.env.WHERRY_TEST_RESTARTS ?? 3);
const ends = {
  /** At about the time at which the engine is killed. */
  early: 'sleep 0.3; exit 3',
  /** While there is no engine. */
  between: 'sleep 1.5; exit 4',
  /** By the engine, when it is back. */
  late: 'trap "exit 5" TERM; while :; do sleep 0.1; done',
};

describe.skipIf(own === undefined)(
  `an engine that is killed and comes back ${restarts} times${own ? '' : ': SKIPPED, no dockerd can be started here'}`,
  { timeout: 60_000 + restarts * 30_000 },
  () => {
    it('tells the end of every container once, whenever it was', async () => {
      await using engine = own as OwnDocker;
      await using backend = await defaultRegistry()
        .get('docker')
        .open({ type: 'docker', host: engine.host }, {});
      const { shell: image } = await prepareFixtures(backend);
      const events = new EventBus();
      const told: string[] = [];
      const types = ['container.failed', 'container.stopped'] as const;
      events.subscribe({ types }, ({ name }) => told.push(name));
      await using manager = new LifecycleManager({ events });
      const all: string[] = [];
      for (let round = 1; round <= restarts; round += 1) {
        const names = Object.entries(ends).map(async ([when, script]) => {
          const container = await backend.create({ image, command: ['sh', '-c', script] });
          const name = `${when}-${round}`;
          manager.register({ name, backend, container });
          await manager.start(name);
          return name;
        });
        all.push(...(await Promise.all(names)));
        await engine.kill();
        await sleep(1_500);
        expect(await engine.up()).toBe(true);
        await expect.poll(() => [...told].sort(), { timeout: 30_000 }).toEqual([...all].sort());
      }
      // Whatever would be told a second time is told by now.
      await sleep(1_000);
      expect([...told].sort()).toEqual([...all].sort());
    });
  },
);
