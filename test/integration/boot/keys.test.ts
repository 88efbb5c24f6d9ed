import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { run, up } from '../../../src/boot/index.ts';
import { type ContainerInfo, isWherryError, type WherryError } from '../../../src/core/index.ts';
import { removeVolumes } from '../../lab/anonymous-volumes.ts';
import { type Bench, benchOn, enginesUnderTest, type Model, Stack, stays } from './stack.ts';

/** Names may take a moment to be known. */
const lookUp = 'for i in $(seq 20); do nslookup store && break; sleep 0.1; done';

/** What no Podman does behind Docker's API. */
const onPodman: readonly string[] = [
  'external_links',
  'gpus',
  'healthcheck.start_interval',
  'networks.back.gw_priority',
  'networks.back.interface_name',
  'networks.back.link_local_ips',
  'networks.front.driver_opts',
  'tmpfs',
  'umask',
  'volumes[0]',
  'volumes[1]',
  'volumes[2]',
  'volumes[4]',
];

interface Refusal {
  path: string;
  line: number;
  message: string;
}

/** Every key that the engine refuses, by path. */
async function refusals(bench: Bench, model: Model): Promise<Refusal[]> {
  await using stack = new Stack(bench);
  const error = await up(bench.backend, await stack.load(model)).then(
    () => undefined,
    (thrown: unknown) => thrown as WherryError,
  );
  if (error === undefined) return [];
  expect(isWherryError(error, 'UNSUPPORTED'), String(error)).toBe(true);
  expect(await stack.leftovers()).toEqual([]);
  return error.details.problems as Refusal[];
}

for (const id of enginesUnderTest) {
  const bench = await benchOn(id);
  if (bench === undefined) console.warn(`\nSKIPPED: keys on ${id}: the lab has no such engine\n`);
  describe.skipIf(bench === undefined)(`keys of services on ${id}`, { timeout: 90_000 }, () => {
    if (bench === undefined) return;
    const { backend } = bench;
    const isPodman = bench.engine.kind === 'podman';
    const newest = id === 'docker-newest';
    afterAll(() => backend[Symbol.asyncDispose]());

    const containerOf = async (stack: Stack, service: string): Promise<ContainerInfo> => {
      const found = (await stack.containers()).find((one) => one.name === `${stack.name}-${service}-1`);
      return await backend.inspect(found?.id ?? '');
    };
    const shell = async (stack: Stack, service: string, line: string): Promise<string> => {
      const { id: container } = await containerOf(stack, service);
      const result = await backend.execCapture(container, { command: ['sh', '-c', line] });
      return `${result.stdout}${result.stderr}`.trim();
    };
    const booted = async (stack: Stack, model: Model): Promise<void> => {
      const summary = await up(backend, await stack.load(model));
      expect(summary.rows.map(({ name, error }) => [name, error?.message ?? null])).toEqual(
        Object.keys(model.services).map((name) => [name, null]),
      );
    };

    test('links name every container of a service that is scaled, also for `run`', async () => {
      await using stack = new Stack(bench);
      const services = { db: { command: stays }, web: { command: stays, links: ['db:store'] } };
      const project = await stack.load({ services });
      expect(await up(backend, project, { scale: { db: 2 } })).toMatchObject({ ok: true });
      const web = await containerOf(stack, 'web');
      const links = web.spec.links?.map(({ container }) => container);
      const linked = isPodman ? await shell(stack, 'web', lookUp) : links;
      for (const { name, networks } of await stack.containers())
        if (name.includes('-db-')) expect(linked).toContain(isPodman ? networks[0]?.ipv4Address : name);
      const changes = { command: ['sh', '-c', lookUp] };
      expect(await run(backend, project, { service: 'web', noDeps: true, changes })).toMatchObject({
        exitCode: 0,
      });
    });

    test('volumes of others and links', async () => {
      await using stack = new Stack(bench);
      const model: Model = {
        services: {
          db: { command: stays, volumes: ['/data', './seed:/seed'], tmpfs: ['/scratch:size=1m'] },
          reader: { command: stays, volumes_from: ['db:ro'], links: ['db:store'] },
          writer: { command: stays, volumes_from: ['db'] },
          other: { command: stays, volumes_from: [`container:${stack.name}-db-1:ro`], depends_on: ['db'] },
        },
      };
      await mkdir(join(await stack.directory(), 'seed'));
      await writeFile(join(await stack.directory(), 'seed/file'), 'sown');
      await booted(stack, model);
      expect(await shell(stack, 'db', 'echo from-db > /data/file; df -k /scratch | tail -1')).toMatch(
        / 1024 /,
      );
      expect(await shell(stack, 'reader', 'cat /data/file /seed/file; touch /data/x')).toMatch(
        /^from-db\nsown.*Read-only/s,
      );
      expect(await shell(stack, 'writer', 'cat /data/file; touch /data/x && echo written')).toBe(
        'from-db\nwritten',
      );
      expect(await shell(stack, 'other', 'cat /data/file; touch /data/x')).toMatch(/^from-db\n.*Read-only/s);
      const address = (await containerOf(stack, 'db')).networks[0]?.ipv4Address ?? '?';
      expect(await shell(stack, 'reader', lookUp)).toContain(address);
      // Links are for who has them; Podman has only aliases, for all on the network.
      const stranger = await shell(stack, 'writer', 'nslookup store');
      if (isPodman) expect(stranger).toContain(address);
      else expect(stranger).not.toContain(address);
      // Nothing has changed, also not by whose volumes are used.
      const before = (await stack.containers()).map((one) => one.id).sort();
      expect((await up(backend, await stack.load(model))).ok).toBe(true);
      expect((await stack.containers()).map((one) => one.id).sort()).toEqual(before);
      // A db that is lost comes back with a volume of its own, and who uses its volumes follows.
      const orphaned = await stack.anonymousVolumes();
      await backend.remove((await containerOf(stack, 'db')).id, { force: true });
      expect((await up(backend, await stack.load(model))).ok).toBe(true);
      await removeVolumes(backend, orphaned);
      await shell(stack, 'db', 'echo again > /data/new');
      expect(await shell(stack, 'reader', 'ls /data; cat /data/new')).toBe('new\nagain');
    });

    test('what is carried out is seen inside', async () => {
      await using stack = new Stack(bench);
      const [disk = 'vda'] = (await readdir('/sys/block')).filter(
        (name) => !/^(loop|ram|zram|dm-)/.test(name),
      );
      const device = `/dev/${disk}`;
      const image = bench.image;
      const onNewest = <T extends object>(keys: T): Partial<T> => (newest ? keys : {});
      const onDocker = <T extends object>(keys: T): Partial<T> => (isPodman ? {} : keys);
      const hasAnnotations = newest || id === 'podman-5.4';
      const hasRules = id !== 'podman-4.3';
      const hasImages = newest || isPodman;
      // The lab has it in a root of its own, where its socket lies elsewhere.
      const hasSocket = id !== 'podman-5.4';
      await booted(stack, {
        services: {
          keys: {
            command: stays,
            cap_add: ['MKNOD'],
            use_api_socket: hasSocket,
            tmpfs: [isPodman ? '/own:exec' : '/own:exec,uid=7,gid=8'],
            blkio_config: {
              device_read_bps: [{ path: device, rate: '1mb' }],
              device_write_iops: [{ path: device, rate: 101 }],
            },
            volumes: [
              {
                type: 'bind',
                source: '/sys',
                target: '/flat',
                read_only: true,
                bind: { recursive: 'disabled' },
              },
              {
                type: 'bind',
                source: '/sys',
                target: '/deep',
                read_only: true,
                bind: { recursive: 'enabled' },
              },
              {
                type: 'bind',
                source: '/dev',
                target: '/open',
                read_only: true,
                bind: { recursive: 'writable' },
              },
              ...(newest
                ? [
                    {
                      type: 'bind',
                      source: '/dev',
                      target: '/shut',
                      read_only: true,
                      bind: { recursive: 'readonly' },
                    },
                  ]
                : []),
              { type: 'volume', target: '/data', ...onDocker({ volume: { labels: { made: 'by-mount' } } }) },
              ...(hasImages ? [{ type: 'image', source: image, target: '/image' }] : []),
              ...(newest
                ? [{ type: 'image', source: image, target: '/tools', image: { subpath: 'bin' } }]
                : []),
            ],
            networks: {
              back: {
                mac_address: '02:42:ac:11:77:01',
                ...onDocker({ link_local_ips: ['169.254.34.68'] }),
                ...onNewest({
                  interface_name: 'back0',
                  driver_opts: {
                    'com.docker.network.endpoint.sysctls': 'net.ipv4.conf.IFNAME.log_martians=1',
                  },
                }),
              },
              ...onNewest({ front: { interface_name: 'front0', gw_priority: 10 } }),
            },
            ...(hasRules ? { device_cgroup_rules: ['c 10:200 rwm'] } : {}),
            ...(hasAnnotations ? { annotations: { 'com.example.note': 'kept' } } : {}),
            ...onNewest({
              umask: '0077',
              healthcheck: { test: ['CMD', 'true'], start_period: '1m', start_interval: '7s' },
            }),
          },
        },
        networks: { back: {}, ...onNewest({ front: {} }) },
      });
      const { spec } = await containerOf(stack, 'keys');
      expect(spec.resources).toMatchObject({
        blkioReadBps: [{ path: device, rate: 1024 * 1024 }],
        blkioWriteIops: [{ path: device, rate: 101 }],
      });
      const seen = async (line: string): Promise<string> => await shell(stack, 'keys', line);
      expect(
        await seen(
          'cat /sys/fs/cgroup/blkio/blkio.throttle.read_bps_device 2>/dev/null || cat /sys/fs/cgroup/io.max',
        ),
      ).toContain('1048576');
      expect(await seen('ls /flat/fs/cgroup | wc -l; ls /deep/fs/cgroup | wc -l')).toMatch(/^0\n[1-9]/);
      const [own = ''] = (await seen('grep " /own " /proc/mounts')).split('\n');
      expect(own).not.toContain('noexec');
      if (!isPodman) expect(own).toMatch(/uid=7,gid=8/);
      expect(await seen('touch /open/shm/wherry-keys && rm /open/shm/wherry-keys && echo open')).toBe('open');
      expect(await seen('cat /sys/class/net/*/address')).toContain('02:42:ac:11:77:01');
      if (hasSocket)
        expect(await seen('test -S /var/run/docker.sock && cat $DOCKER_CONFIG/config.json')).toMatch(
          /^\{"auths":/,
        );
      if (hasRules)
        expect(await seen('mknod /tmp/tun c 10 200 && : < /tmp/tun && echo opened')).toBe('opened');
      if (hasAnnotations) expect(spec.annotations).toMatchObject({ 'com.example.note': 'kept' });
      if (hasImages) {
        expect(await seen('ls /image/bin/busybox /image/bin/sh; touch /image/x')).toMatch(
          /busybox.*Read-only/s,
        );
        expect(spec.volumes?.filter(({ target }) => target === '/image')).toMatchObject([
          { type: 'image', target: '/image' },
        ]);
      }
      if (!isPodman) {
        expect(await seen('ip -4 addr show')).toContain('169.254.34.68');
        const data = spec.volumes?.find(({ target }) => target === '/data');
        const name = data?.type === 'volume' ? (data.source ?? '') : '';
        expect((await backend.volumes?.inspect(name))?.labels).toMatchObject({ made: 'by-mount' });
      }
      if (newest) {
        expect(await seen('umask')).toBe('0077');
        expect(await seen('touch /shut/shm/wherry-keys')).toContain('Read-only');
        expect(await seen('ls /tools/busybox')).toBe('/tools/busybox');
        expect(await seen('cat /proc/sys/net/ipv4/conf/back0/log_martians')).toBe('1');
        expect(await seen('ip route')).toMatch(/^default via \S+ dev front0/m);
        expect(spec.healthcheck?.startInterval).toBe(7000);
      }
    });

    test('what only an engine with the means for it can start is handed on', async () => {
      await using stack = new Stack(bench);
      const model = (keys: object): Model => ({ services: { app: { command: stays, ...keys } } });
      const times = { cpu_rt_period: 1_000_000, cpu_rt_runtime: 9500 };
      await up(backend, await stack.load(model(times)), { noStart: true });
      expect((await containerOf(stack, 'app')).spec.resources).toMatchObject({
        cpuRealtimePeriod: 1_000_000,
        cpuRealtimeRuntime: 9500,
      });
      if (!newest && id !== 'podman-5.4') return;
      const devices = ['wherry.example/none=there'];
      const { rows } = await up(backend, await stack.load(model({ devices })));
      expect(rows[0]?.error?.message).toContain('unresolvable CDI devices wherry.example/none=there');
    });

    test('what is not is refused before anything is made, where it is written', async () => {
      const all: Model = {
        services: {
          app: {
            command: stays,
            umask: '0077',
            tmpfs: ['/own:uid=7'],
            annotations: { 'com.example.note': 'kept' },
            device_cgroup_rules: ['c 10:200 rwm'],
            gpus: 'all',
            external_links: ['somebody'],
            healthcheck: { test: ['CMD', 'true'], start_period: '1m', start_interval: '7s' },
            volumes: [
              {
                type: 'bind',
                source: '/dev',
                target: '/a',
                read_only: true,
                bind: { recursive: 'readonly' },
              },
              { type: 'volume', target: '/b', volume: { labels: { a: 'b' } } },
              { type: 'volume', source: 'data', target: '/c', volume: { subpath: 'x' } },
              { type: 'image', source: bench.image, target: '/d' },
              { type: 'image', source: bench.image, target: '/e', image: { subpath: 'bin' } },
            ],
            networks: {
              back: {
                gw_priority: 1,
                interface_name: 'back0',
                link_local_ips: ['169.254.34.68'],
                priority: 9,
              },
              front: { mac_address: '02:42:ac:11:77:01', driver_opts: { a: 'b' } },
            },
          },
        },
        networks: { back: {}, front: {} },
        volumes: { data: {} },
      };
      const found = await refusals(bench, all);
      const paths = found.map(({ path }) => path.replace('services.app.', '')).sort();
      const noGpu = ['gpus'];
      expect(paths).toEqual(
        {
          'docker-newest': noGpu,
          'docker-20.10': [
            'annotations',
            ...noGpu,
            'healthcheck.start_interval',
            'networks.back.gw_priority',
            'networks.back.interface_name',
            'networks.front.mac_address',
            'umask',
            'volumes[0]',
            'volumes[2]',
            'volumes[3]',
            'volumes[4]',
          ],
          'podman-4.3': ['annotations', 'device_cgroup_rules', ...onPodman],
          'podman-5.4': onPodman,
        }[id],
      );
      expect(found.every(({ line }) => line > 0)).toBe(true);
      if (id === 'docker-20.10')
        expect(found.find(({ path }) => path.endsWith('umask'))?.message).toBe(
          'needs Engine API 1.56, this engine speaks 1.41',
        );
    });
  });
}
