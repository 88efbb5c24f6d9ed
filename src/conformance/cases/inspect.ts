import { type ContainerSpec, label, ownerValue, specHash } from '../../core/index.ts';
import type { ConformanceCase } from '../case.ts';
import { deepEqual, equal, ok } from '../expect.ts';

/** What the engine tells of a container. */
export const inspectCases: readonly ConformanceCase[] = [
  {
    name: 'inspect: the spec in force is the spec as given, and can be given again',
    run: async (t) => {
      const spec: Partial<ContainerSpec> = {
        entrypoint: ['sh', '-c'],
        command: ['sleep 3600'],
        environment: { ONE: '1', TWO: 'a=b' },
        workingDir: '/tmp',
        user: '1000:1001',
        hostname: 'inspected',
        stopSignal: 'SIGQUIT',
        stopGracePeriod: 3_000,
        tty: true,
        stdinOpen: true,
        capAdd: ['NET_ADMIN'],
        extraHosts: { 'extra.test': ['192.0.2.10'] },
      };
      const id = await t.create(spec);
      const info = await t.backend.inspect(id);
      for (const key of Object.keys(spec) as (keyof ContainerSpec)[]) {
        if (key === 'environment' || key === 'capAdd') continue;
        deepEqual(info.spec[key], spec[key], `spec.${key} in inspect`);
      }
      equal(info.spec.environment?.ONE, '1', 'environment ONE');
      equal(info.spec.environment?.TWO, 'a=b', 'environment TWO');
      const capAdd = info.spec.capAdd?.map((name) => name.replace(/^CAP_/, ''));
      deepEqual(capAdd, ['NET_ADMIN'], 'spec.capAdd in inspect');
      equal(info.spec.image, t.fixtures.shell, 'spec.image');
      const { name: _, ...rest } = info.spec;
      const { spec: second } = await t.backend.inspect(await t.create(rest));
      const { labels: __, name: ___, ...same } = second;
      const { labels: ____, ...wanted } = rest;
      deepEqual(same, wanted, 'the spec of a container made from that spec');
    },
  },
  {
    name: 'inspect: limits, mounts and policies are in the spec',
    needs: ['memory', 'pids', 'cpu', 'volumes', 'restartPolicy', 'tmpfs', 'readOnlyRoot', 'init'],
    run: async (t) => {
      const volume = await t.volume();
      const spec: Partial<ContainerSpec> = {
        resources: { memory: 64 * 1024 * 1024, pids: 50, cpuShares: 512, cpus: 0.5 },
        volumes: [
          { type: 'volume', source: volume, target: '/data', readOnly: true },
          { type: 'tmpfs', target: '/scratch', size: 1024 * 1024 },
          { type: 'bind', source: '/tmp', target: '/host', readOnly: true },
        ],
        restart: { name: 'on-failure', maximumRetryCount: 3 },
        readOnly: true,
        init: true,
      };
      const { spec: seen } = await t.backend.inspect(await t.create(spec));
      equal(seen.resources?.memory, spec.resources?.memory, 'memory');
      equal(seen.resources?.pids, 50, 'pids');
      equal(seen.resources?.cpuShares, 512, 'cpuShares');
      const { cpus, cpuQuota, cpuPeriod } = seen.resources ?? {};
      deepEqual([cpus, cpuQuota, cpuPeriod], [0.5, undefined, undefined], 'cpus, and no other words for it');
      deepEqual(seen.restart, spec.restart, 'restart');
      equal(seen.readOnly, true, 'readOnly');
      equal(seen.init, true, 'init');
      const targets = (seen.volumes ?? []).map(
        (mount) =>
          `${mount.type} ${'source' in mount ? mount.source : ''} ${mount.target} ${mount.readOnly ? 'ro' : 'rw'}`,
      );
      // Podman adds tmpfs mounts of its own to a read-only root.
      for (const mount of ['bind /tmp /host ro', 'tmpfs  /scratch rw', `volume ${volume} /data ro`]) {
        ok(targets.includes(mount), `the mount "${mount}" is among ${targets.join(', ')}`);
      }
    },
  },
  {
    name: 'inspect: labels are kept and ours are added',
    run: async (t) => {
      const spec = { image: t.fixtures.shell, labels: { 'a.b/c': 'x=y "z"', empty: '', ...t.labels } };
      const id = await t.backend.create(spec);
      const info = await t.backend.inspect(id);
      equal(info.labels['a.b/c'], 'x=y "z"', 'a label with odd characters');
      equal(info.labels.empty, '', 'an empty label');
      equal(info.labels[label.owner], ownerValue, 'the owner');
      equal(info.specHash, specHash(spec), 'hash of the spec as given');
      equal(info.labels[label.specHash], specHash(spec), 'hash of the spec in the labels');
    },
  },
  {
    name: 'inspect: list finds by label, name and status, running ones unless asked for all',
    run: async (t) => {
      const name = t.unique('row');
      const labels = { colour: 'blue' };
      const running = (await t.backend.inspect(await t.idle({ name, labels }))).id;
      const ended = (await t.backend.inspect((await t.shell('exit 3', { labels })).id)).id;
      const made = (await t.backend.inspect(await t.create())).id;
      const ids = async (filter: object): Promise<string[]> =>
        (await t.backend.list({ labels: [t.selector], ...filter })).map(({ id }) => id).sort();
      deepEqual(await ids({}), [running], 'without all');
      deepEqual(await ids({ all: true }), [running, ended, made].sort(), 'all');
      deepEqual(
        await ids({ all: true, labels: [t.selector, 'colour=blue'] }),
        [running, ended].sort(),
        'two labels',
      );
      deepEqual(
        await ids({ all: true, labels: [t.selector, 'colour'] }),
        [running, ended].sort(),
        'label without value',
      );
      deepEqual(await ids({ all: true, labels: [t.selector, 'colour=red'] }), [], 'other value');
      deepEqual(await ids({ all: true, status: ['exited'] }), [ended], 'exited');
      deepEqual(
        await ids({ all: true, status: ['created', 'running'] }),
        [running, made].sort(),
        'two states',
      );
      const [row] = await t.backend.list({ names: [name] });
      equal(row?.name, name, 'name in the list');
      equal(row?.image, t.fixtures.shell, 'image in the list');
      equal(row?.status, 'running', 'status in the list');
      equal(row?.labels.colour, 'blue', 'label in the list');
      ok(
        row && Math.abs(row.createdAt.getTime() - Date.now()) < 600_000,
        `time in the list: ${row?.createdAt}`,
      );
    },
  },
];
