import type { ConformanceCase } from '../case.ts';
import { deepEqual, equal, ok } from '../expect.ts';
import { archive } from '../tar.ts';

/** Removing what nothing uses, and nothing else. */
export const pruneCases: readonly ConformanceCase[] = [
  {
    name: 'prune: ended containers of a label, and no others',
    needs: ['prune'],
    run: async (t) => {
      const labels = { colour: t.unique('blue') };
      const { id } = await t.shell('true', { labels });
      const running = await t.idle({ labels });
      const { id: other } = await t.shell('true');
      const { id: full } = await t.backend.inspect(id);
      const report = await t.backend.prune({ what: ['containers'], labels: [`colour=${labels.colour}`] });
      deepEqual(report.containers, [full], 'containers in the report');
      deepEqual(report.images, [], 'images in the report');
      equal((await t.backend.inspect(running)).status, 'running', 'the running one');
      equal((await t.backend.inspect(other)).status, 'exited', 'the one of another label');
    },
  },
  {
    name: 'prune: networks and volumes of a label that nothing uses',
    needs: ['prune', 'networking', 'volumes'],
    run: async (t) => {
      const labels = { colour: t.unique('blue') };
      const selector = `colour=${labels.colour}`;
      const [idle, used] = [await t.network({ labels }), await t.network({ labels })];
      const [free, mounted] = [await t.volume({ labels }), await t.volume({ labels })];
      await t.idle({
        networks: { [used]: {} },
        volumes: [{ type: 'volume', source: mounted, target: '/data' }],
      });
      const report = await t.backend.prune({ what: ['networks', 'volumes'], labels: [selector], all: true });
      deepEqual(report.networks, [idle], 'networks in the report');
      deepEqual(report.volumes, [free], 'volumes in the report');
      const { networks, volumes } = t.backend;
      ok(networks && volumes, '`networks` and `volumes` are there');
      equal((await networks.inspect(used)).name, used, 'the network in use');
      equal((await volumes.inspect(mounted)).name, mounted, 'the volume in use');
    },
  },
  {
    name: 'prune: images that are older than a time, and no younger ones',
    needs: ['prune', 'build'],
    run: async (t) => {
      const labels = { colour: t.unique('blue') };
      const name = t.imageName('pruned');
      await t.backend.image(name).build({
        kind: 'dockerfile',
        context: archive([]),
        dockerfileInline: `FROM ${t.fixtures.shell}\n`,
        labels,
      });
      const selector = `colour=${labels.colour}`;
      const young = {
        what: ['images'],
        labels: [selector],
        all: true,
        until: new Date('1990-01-01'),
      } as const;
      await t.backend.prune(young);
      equal(await t.backend.image(name).exists(), true, 'a young image after the prune of old ones');
      await t.backend.prune({ what: ['images'], labels: [selector] });
      equal(
        await t.backend.image(name).exists(),
        true,
        'an image with a name after the prune of nameless ones',
      );
      await t.backend.prune({ what: ['images'], labels: [selector], all: true });
      equal(await t.backend.image(name).exists(), false, 'the image after the prune of all');
    },
  },
];
