import { expect, test } from 'vitest';
import { goJsonIndented } from './canonical/go-json.ts';
import { configDocument, configJson } from './config-document.ts';
import { loadProject } from './load.ts';
import { memoryFiles } from './memory-files.ts';
import type { Project, Service } from './model.ts';

/** A project whose keys are read, whether they are carried out or not. */
async function load(text: string): Promise<Project> {
  const access = memoryFiles({ '/app/compose.yaml': text });
  return (await loadProject({ workingDirectory: '/app', env: {}, access, unsupported: 'kept' })).project;
}

async function service(lines: string): Promise<Service> {
  const indented = lines.trim().replaceAll('\n', '\n    ');
  const project = await load(
    `services:\n  b: {image: b, build: .}\n  a:\n    image: x\n    ${indented}\nmodels: {llm: {model: m}}\n`,
  );
  const { a } = project.services;
  if (a === undefined) throw new Error('there is no service');
  return a;
}

test('develop: every action, paths absolute, patterns as lists', async () => {
  const { watch } = await service(`
develop:
  watch:
    - {action: sync, path: ./src, target: /s, ignore: x, include: ["*.ts"], initial_sync: true}
    - {action: sync+exec, path: /abs, target: /t, exec: {command: reload now, user: root}}
    - {action: rebuild, path: package.json}
    - {action: sync, path: former, target: /f, x-initialSync: true}`);
  expect(watch).toEqual([
    { action: 'sync', path: '/app/src', target: '/s', ignore: ['x'], include: ['*.ts'], initialSync: true },
    {
      action: 'sync+exec',
      path: '/abs',
      target: '/t',
      ignore: [],
      include: [],
      initialSync: false,
      exec: {
        command: ['reload', 'now'],
        user: 'root',
        privileged: false,
        environment: {},
        perReplica: false,
      },
    },
    { action: 'rebuild', path: '/app/package.json', ignore: [], include: [], initialSync: false },
    { action: 'sync', path: '/app/former', target: '/f', ignore: [], include: [], initialSync: true },
  ]);
});

test('hooks before, after and at the end; those before take the image of the service', async () => {
  const { preStart, postStart, preStop } = await service(`
pre_start: [{command: migrate}, {command: [x], image: y, per_replica: true}]
post_start: [{command: a b, privileged: true, working_dir: /w, environment: [A=1, B]}]
pre_stop: [{command: []}]`);
  expect(preStart.map(({ image, perReplica }) => [image, perReplica])).toEqual([
    ['x', false],
    ['y', true],
  ]);
  expect(postStart).toEqual([
    {
      command: ['a', 'b'],
      privileged: true,
      workingDir: '/w',
      environment: { A: '1', B: null },
      perReplica: false,
    },
  ]);
  expect(preStop[0]?.command).toEqual([]);
});

test('links, volumes_from and namespaces of others make dependencies', async () => {
  const a = await service(
    'links: ["b:alias"]\nvolumes_from: ["b:ro", "container:c"]\nexternal_links: ["x:y"]',
  );
  expect([a.links, a.volumesFrom, a.externalLinks]).toEqual([['b:alias'], ['b:ro', 'container:c'], ['x:y']]);
  expect(a.dependsOn).toEqual({ b: { condition: 'service_started', restart: true, required: true } });
});

test('devices: requests of GPUs, rules, rates', async () => {
  const all = await service('gpus: all');
  expect(all.gpus).toEqual([{ capabilities: [], deviceIds: [], options: {}, count: -1 }]);
  const a = await service(`
gpus: [{driver: nvidia, count: 2, capabilities: [compute], options: {a: b}}]
device_cgroup_rules: ["c 1:3 mr"]
blkio_config: {weight: 300, weight_device: [{path: /d, weight: 20}], device_read_bps: [{path: /d, rate: 1k}], device_write_iops: [{path: /d, rate: 7}]}`);
  expect(a.gpus).toEqual([
    { driver: 'nvidia', count: 2, capabilities: ['compute'], deviceIds: [], options: { a: 'b' } },
  ]);
  expect(a.deviceCgroupRules).toEqual(['c 1:3 mr']);
  expect(a.blockIo).toMatchObject({
    weight: 300,
    weightDevice: [{ path: '/d', weight: 20 }],
    deviceReadBps: [{ path: '/d', rate: 1024 }],
    deviceWriteIops: [{ path: '/d', rate: 7 }],
  });
});

test('deploy: all of it', async () => {
  const { deploy, restart, scale } = await service(`
deploy:
  mode: global
  replicas: 2
  endpoint_mode: vip
  update_config: {parallelism: 2, delay: 10s, order: start-first, failure_action: rollback, monitor: 1m, max_failure_ratio: 0.5}
  rollback_config: {parallelism: 0}
  placement: {constraints: [a == b], preferences: [{spread: zone}], max_replicas_per_node: 1}
  restart_policy: {condition: on-failure, max_attempts: 3, delay: 5s, window: 1m}
  resources: {reservations: {cpus: "0.5", devices: [{capabilities: [gpu]}], generic_resources: [{discrete_resource_spec: {kind: g, value: 2}}]}}`);
  expect(deploy).toEqual({
    mode: 'global',
    labels: {},
    endpointMode: 'vip',
    updateConfig: {
      parallelism: 2,
      delay: 10_000,
      order: 'start-first',
      failureAction: 'rollback',
      monitor: 60_000,
      maxFailureRatio: 0.5,
    },
    rollbackConfig: { parallelism: 0 },
    placement: { constraints: ['a == b'], preferences: ['zone'], maxReplicasPerNode: 1 },
    restart: { delay: 5000, window: 60_000 },
    reservations: {
      cpus: 0.5,
      devices: [{ capabilities: ['gpu'], deviceIds: [], options: {}, count: -1 }],
      genericResources: [{ kind: 'g', value: 2 }],
    },
  });
  expect([restart, scale]).toEqual([{ name: 'on-failure', maximumRetryCount: 3 }, 2]);
});

test('mounts of images, mount options that few engines know', async () => {
  const { volumes } = await service(`
volumes:
  - {type: image, source: busybox, target: /i, image: {subpath: bin}}
  - {type: bind, source: /b, target: /b, bind: {recursive: disabled}, consistency: cached}
  - {type: volume, target: /v, volume: {labels: {k: v}}}`);
  expect(volumes).toEqual([
    { type: 'image', source: 'busybox', target: '/i', readOnly: false, image: { subpath: 'bin' } },
    {
      type: 'bind',
      source: '/b',
      target: '/b',
      readOnly: false,
      consistency: 'cached',
      bind: { createHostPath: true, recursive: 'disabled' },
    },
    { type: 'volume', target: '/v', readOnly: false, volume: { nocopy: false, labels: { k: 'v' } } },
  ]);
});

test('builds: contexts, caches, agents, attestations', async () => {
  const { build } = await service(`
build:
  additional_contexts: [a=./x, b=docker-image://y, c=service:b]
  cache_to: [type=local]
  no_cache_filter: stage
  entitlements: [network.host]
  ssh: [default, id=./key]
  isolation: default
  privileged: true
  provenance: true
  sbom: "false"`);
  expect(build).toMatchObject({
    additionalContexts: { a: '/app/x', b: 'docker-image://y', c: 'service:b' },
    cacheTo: ['type=local'],
    noCacheFilter: ['stage'],
    entitlements: ['network.host'],
    ssh: { default: '', id: '/app/key' },
    isolation: 'default',
    privileged: true,
    provenance: 'true',
    sbom: 'false',
  });
});

test('providers, models, and what else is single', async () => {
  const a = await service(`
provider: {type: aws, options: {size: 256, list: [a, b]}}
models: {llm: {endpoint_var: URL}}
use_api_socket: true
umask: 0027
isolation: default
credential_spec: {file: my.json}
cpu_count: 2
cpu_percent: "50"
cpu_rt_period: 1000
cpu_rt_runtime: 2ms`);
  expect(a).toMatchObject({
    provider: { type: 'aws', options: { size: ['256'], list: ['a', 'b'] } },
    models: { llm: { endpointVar: 'URL' } },
    useApiSocket: true,
    umask: 0o027,
    isolation: 'default',
    credentialSpec: { file: 'my.json' },
  });
  expect(a.resources).toEqual({
    cpuCount: 2,
    cpuPercent: 50,
    cpuRealtimePeriod: 1000,
    cpuRealtimeRuntime: 2000,
  });
  const model = await load('services: {a: {image: a, cpu_rt_period: 1400us, cpu_rt_runtime: 400ms}}');
  expect(JSON.parse(goJsonIndented(configJson(configDocument(model))))).toMatchObject({
    services: { a: { cpu_rt_period: 1400, cpu_rt_runtime: 400_000 } },
  });
});

test('models, secrets and configs of the project', async () => {
  const project = await load(`
services: {a: {image: a}}
models: {llm: {model: ai/x, context_size: 1024, runtime_flags: ["--a"]}}
secrets: {s: {external: true, name: n}}
configs: {c: {file: ./c, template_driver: golang}}
`);
  expect(project.models).toEqual({
    llm: {
      key: 'llm',
      origin: { file: '/app/compose.yaml', line: 3, column: 10 },
      model: 'ai/x',
      contextSize: 1024,
      runtimeFlags: ['--a'],
    },
  });
  expect(project.secrets.s).toMatchObject({ external: true, name: 'n' });
  expect(project.configs.c).toMatchObject({ external: false, file: '/app/c', templateDriver: 'golang' });
});

test('jobs: containers with triggers, on the networks and with the files that services have', async () => {
  const access = memoryFiles({
    '/app/compose.yaml': `
services: {db: {image: db}}
jobs:
  backup:
    image: tool
    command: dump
    volumes: ["./out:/out"]
    env_file: e.env
    depends_on: [db]
    triggers: {schedule: ["0 3 * * *", {cron: "@daily", timezone: Europe/Paris, concurrency: queue, missed_fires: skip}]}
  by-hand: {build: ./b, triggers: {manual: true}}
  other: {image: x, profiles: [rare], triggers: {manual: false}}
`,
    '/app/e.env': 'E=1\n',
  });
  const { project } = await loadProject({ workingDirectory: '/app', env: {}, access, unsupported: 'kept' });
  expect(Object.keys(project.jobs)).toEqual(['backup', 'by-hand']);
  const { backup } = project.jobs;
  expect(backup?.triggers).toEqual({
    manual: true,
    schedule: [
      { cron: '0 3 * * *', concurrency: 'forbid', missedFires: 'one' },
      { cron: '@daily', timezone: 'Europe/Paris', concurrency: 'queue', missedFires: 'skip' },
    ],
  });
  expect(backup?.service).toMatchObject({
    image: 'tool',
    command: ['dump'],
    environment: { E: '1' },
    volumes: [{ type: 'bind', source: '/app/out', target: '/out' }],
    networks: { default: {} },
    dependsOn: { db: { condition: 'service_started' } },
  });
  expect(project.jobs['by-hand']?.service.build?.context).toBe('/app/b');
  const shown = configJson(configDocument(project));
  expect(JSON.parse(goJsonIndented(shown)).jobs.backup.triggers.schedule[0]).toEqual({ cron: '0 3 * * *' });
});

test('a service that depends on a job is refused, as triggers alone run jobs', async () => {
  const text =
    'services: {s: {image: s, depends_on: [a]}}\njobs: {a: {image: x, triggers: {manual: true}}}\n';
  await expect(load(text)).rejects.toThrow('1:39: services.s.depends_on.a: depends on a, which is a job');
});

test.each([
  ['{image: x}', 'jobs.a: needs triggers'],
  [
    '{image: x, triggers: {schedule: ["99 * * * *"]}}',
    '2:44: jobs.a.triggers.schedule[0].cron: "99 * * * *" is no crontab line: minutes go from 0 to 59, not 99',
  ],
  [
    '{image: x, triggers: {manual: true}, depends_on: [a]}',
    'jobs.a.depends_on.a: depends on a, which is a job',
  ],
  ['{image: x, triggers: {}}', 'jobs.a.triggers: needs manual or schedule'],
  ['{image: x, triggers: {schedule: [soon]}}', 'jobs.a.triggers.schedule[0].cron: "soon" is no crontab line'],
  [
    '{image: x, triggers: {schedule: [{cron: "@daily", timezone: Nowhere/At}]}}',
    'jobs.a.triggers.schedule[0].timezone: "Nowhere/At" is no time zone',
  ],
  [
    '{image: x, restart: always, triggers: {manual: true}}',
    'jobs.a.restart: the Compose specification has no',
  ],
])('the job %s is refused', async (job, fault) => {
  await expect(load(`services: {s: {image: s}}\njobs: {a: ${job}}\n`)).rejects.toThrow(fault);
});
