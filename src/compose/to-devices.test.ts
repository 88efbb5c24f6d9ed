import { expect, test } from 'vitest';
import type { ContainerSpec } from '../core/spec.ts';
import { loadProject } from './load.ts';
import { memoryFiles } from './memory-files.ts';
import { toBuildInput } from './to-build.ts';
import { serviceToSpec, type ToSpecOptions } from './to-spec.ts';

async function specOf(
  services: object,
  name: string,
  options: Partial<ToSpecOptions> = {},
): Promise<ContainerSpec> {
  const access = memoryFiles({ '/app/compose.yaml': JSON.stringify({ services }) });
  const { project } = await loadProject({ workingDirectory: '/app', env: {}, access });
  const service = project.services[name];
  if (service === undefined) throw new Error(`no service ${name}`);
  return serviceToSpec(project, service, { index: 1, ...options });
}

test('devices, limits and mounts that engines hand out', async () => {
  const spec = await specOf(
    {
      a: {
        image: 'x',
        gpus: 'all',
        deploy: {
          resources: {
            reservations: { devices: [{ capabilities: ['tpu'], driver: 'd', device_ids: ['1'] }] },
          },
        },
        devices: ['vendor.example/net=one', '/dev/fuse'],
        device_cgroup_rules: ['c 1:3 mr'],
        blkio_config: { weight: 300, device_read_bps: [{ path: '/dev/vda', rate: '1mb' }] },
        cpu_rt_runtime: '9500us',
        umask: '0077',
        use_api_socket: true,
        volumes: [
          { type: 'image', source: 'tools:1', target: '/t', image: { subpath: 'bin' } },
          { type: 'volume', target: '/v', volume: { labels: { a: 'b' } } },
          { type: 'bind', source: '/s', target: '/s', bind: { recursive: 'disabled' } },
        ],
      },
    },
    'a',
  );
  expect(spec).toMatchObject({
    gpus: [
      { driver: 'cdi', deviceIds: ['vendor.example/net=one'] },
      { count: -1, capabilities: [['gpu']] },
      { driver: 'd', deviceIds: ['1'], capabilities: [['tpu']] },
    ],
    devices: [{ source: '/dev/fuse', target: '/dev/fuse', permissions: 'rwm' }],
    deviceCgroupRules: ['c 1:3 mr'],
    resources: {
      blkioWeight: 300,
      blkioReadBps: [{ path: '/dev/vda', rate: 1024 * 1024 }],
      cpuRealtimeRuntime: 9500,
    },
    umask: 0o77,
    useApiSocket: true,
    volumes: [
      { type: 'image', source: 'tools:1', target: '/t', subpath: 'bin' },
      { type: 'volume', target: '/v', labels: { a: 'b' } },
      { type: 'bind', source: '/s', target: '/s', recursive: 'disabled' },
    ],
  });
});

test('links name the containers of a service, or are aliases where the engine has none', async () => {
  const services = {
    db: { image: 'x', scale: 2 },
    web: {
      image: 'x',
      links: ['db:store'],
      external_links: ['other:far'],
      volumes_from: ['db:ro', 'container:z:rw'],
    },
  };
  const web = await specOf(services, 'web');
  expect(web.volumesFrom).toEqual(['app-db-1:ro', 'z']);
  expect(web.links?.map(({ container, alias }) => `${container}:${alias}`)).toEqual([
    'app-db-1:store',
    'app-db-1:db-1',
    'app-db-1:app-db-1',
    'app-db-2:store',
    'app-db-2:db-1',
    'app-db-2:app-db-1',
    'other:far',
  ]);
  expect((await specOf(services, 'db')).networks?.app_default?.aliases).toEqual(['app-db-1', 'db']);
  const aliased = await specOf(services, 'db', { links: 'aliases' });
  expect(aliased.networks?.app_default?.aliases).toEqual(['app-db-1', 'db', 'store']);
  expect((await specOf(services, 'web', { links: 'aliases' })).links).toEqual([
    { container: 'other', alias: 'far' },
  ]);
});

test("agents of a build by id, the user's own without a path", async () => {
  const build = { context: '.', ssh: ['default', 'other=/run/agent.sock'] };
  const access = memoryFiles({ '/app/compose.yaml': JSON.stringify({ services: { a: { build } } }) });
  const { project } = await loadProject({ workingDirectory: '/app', env: {}, access });
  const service = project.services.a;
  expect(service && toBuildInput(project, service)?.ssh).toEqual({ default: '', other: '/run/agent.sock' });
});
