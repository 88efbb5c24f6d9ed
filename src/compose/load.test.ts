// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are variables of Compose, not of JavaScript
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { isWherryError, WherryError } from '../core/errors.ts';
import { type LoadOptions, loadProject } from './load.ts';
import { memoryFiles } from './memory-files.ts';
import type { Project, Service } from './model.ts';
import { formatProblem } from './problem.ts';

type Settings = Partial<LoadOptions> & { texts?: Record<string, string> };

async function load(text: string, { texts, ...settings }: Settings = {}): Promise<Project> {
  return (await loadWithWarnings(text, { ...settings, texts: texts ?? {} })).project;
}

async function loadWithWarnings(
  text: string,
  { texts = {}, ...settings }: Settings = {},
): Promise<{ project: Project; warnings: string[] }> {
  const access = memoryFiles({ '/app/compose.yaml': text, ...texts });
  const { project, warnings } = await loadProject({ workingDirectory: '/app', env: {}, access, ...settings });
  return { project, warnings: warnings.map(formatProblem) };
}

/** The one service of a file that says no more than an image and these lines. */
async function service(lines: string, settings: Settings = {}): Promise<Service> {
  const body = lines.replace(/^/gm, '    ');
  const project = await load(
    `services:\n  web:\n    image: x\n${body}\n${settings.texts?.tail ?? ''}`,
    settings,
  );
  const found = project.services.web;
  if (found === undefined) throw new Error('the service is gone');
  return found;
}

async function problems(text: string, settings: Settings = {}): Promise<string[]> {
  try {
    await load(text, settings);
  } catch (error) {
    if (isWherryError(error, 'INVALID')) return error.message.split('\n');
    throw error;
  }
  return [];
}

async function failure(promise: Promise<unknown>): Promise<WherryError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof WherryError) return error;
  throw new Error(`it did not fail as it should: ${String(error)}`);
}

test('ports: every short form', async () => {
  const { ports } = await service(
    'ports: [80, "8080:80/udp", "127.0.0.1:9000-9001:90-91", "[::1]:5000:50", "::1:1:1", "3000-3010:99", "1.2.3.4::80", "0:70"]',
  );
  const tcp = { protocol: 'tcp', mode: 'ingress' };
  const at = (from: number, to: number = from): object => ({ from, to });
  expect(ports).toEqual([
    { ...tcp, target: 80 },
    { protocol: 'udp', mode: 'ingress', target: 80, published: at(8080) },
    { ...tcp, hostIp: '127.0.0.1', target: 90, published: at(9000) },
    { ...tcp, hostIp: '127.0.0.1', target: 91, published: at(9001) },
    { ...tcp, hostIp: '::1', target: 50, published: at(5000) },
    { ...tcp, hostIp: '::1', target: 1, published: at(1) },
    { ...tcp, target: 99, published: at(3000, 3010) },
    { ...tcp, hostIp: '1.2.3.4', target: 80 },
    { ...tcp, target: 70 },
  ]);
});

test('ports: the long form, with numbers that came from variables', async () => {
  const { ports } = await service(
    'ports: [{target: "${T}", published: "${P}", host_ip: 127.0.0.1, protocol: udp, mode: host, name: dns, app_protocol: x}]',
    { env: { T: '53', P: '5353' } },
  );
  expect(ports).toEqual([
    {
      target: 53,
      published: { from: 5353, to: 5353 },
      hostIp: '127.0.0.1',
      protocol: 'udp',
      mode: 'host',
      name: 'dns',
      appProtocol: 'x',
    },
  ]);
});

test.each([
  ['80-81:90-92', 'of different length'],
  ['80:90-92', 'of different length'],
  ['81-80:90', 'not a host port'],
  ['70000:90', 'not a host port'],
  ['0', 'not a container port'],
  ['a:90', 'not a host port'],
  ['90/foo', 'none of tcp, udp, sctp'],
  ['1.2.3:80:80', 'not an IP address'],
  ['', 'names no container port'],
])('the port %j is refused', async (port, message) => {
  const found = await problems(`services:\n  web:\n    image: x\n    ports: [${JSON.stringify(port)}]\n`);
  expect(found).toHaveLength(1);
  expect(found[0]).toContain('/app/compose.yaml:4:13: services.web.ports[0]: ');
  expect(found[0]).toContain(message);
});

test('volumes: short and long forms, relative to the project and to the home', async () => {
  const { volumes } = await service(
    `volumes:
- ./src:/src:ro,z
- ~/x:/y/
- data:/data:nocopy
- /anonymous
- {type: bind, source: ../up, target: /up, bind: {propagation: rslave}}
- {type: bind, source: /must/exist, target: /must}
- {type: volume, source: data, target: /sub, volume: {subpath: a}}
- {type: tmpfs, target: /t, read_only: true, tmpfs: {size: 64m, mode: 0700}}`,
    { env: { HOME: '/home/me' }, texts: { tail: 'volumes: {data: {}}\n' } },
  );
  const bind = { type: 'bind', readOnly: false };
  expect(volumes).toEqual([
    {
      ...bind,
      source: '/app/src',
      target: '/src',
      readOnly: true,
      bind: { createHostPath: true, selinux: 'z' },
    },
    { ...bind, source: '/home/me/x', target: '/y', bind: { createHostPath: true } },
    { type: 'volume', source: 'data', target: '/data', readOnly: false, volume: { nocopy: true } },
    { type: 'volume', target: '/anonymous', readOnly: false, volume: { nocopy: false } },
    { ...bind, source: '/up', target: '/up', bind: { createHostPath: true, propagation: 'rslave' } },
    { ...bind, source: '/must/exist', target: '/must', bind: { createHostPath: false } },
    {
      type: 'volume',
      source: 'data',
      target: '/sub',
      readOnly: false,
      volume: { nocopy: false, subpath: 'a' },
    },
    { type: 'tmpfs', target: '/t', readOnly: true, tmpfs: { size: 67108864, mode: 0o700 } },
  ]);
});

test('environment: numbers as the peer prints them, bare names from the environment, null for unset', async () => {
  const env = { HOME: '/home/me', PASSED: 'p' };
  const map = await service(
    'environment: {A: 1, B: 1.50, C: true, D: null, E: 0644, F: 1e6, HOME: , G: ""}',
    { env },
  );
  expect(map.environment).toEqual({
    A: '1',
    B: '1.5',
    C: 'true',
    D: null,
    E: '420',
    F: '1e+06',
    HOME: '/home/me',
    G: '',
  });
  const list = await service('environment: [PASSED, MISSING, "X=", "Y=1=2"]', { env });
  expect(list.environment).toEqual({ PASSED: 'p', MISSING: null, X: '', Y: '1=2' });
});

test('env_file: later files win, environment wins over all, the shell wins in ${}', async () => {
  const { environment } = await service(
    `env_file: [a.env, {path: b.env, format: raw}, {path: missing.env, required: false}]
environment: {OWN: here, SEEN: yes}`,
    {
      env: { SHELL_VAR: 'shell' },
      texts: {
        '/app/a.env': 'OWN=file\nA=1\nREF=${SHELL_VAR}-${SEEN}-${A}\nSHELL_VAR=file\n',
        '/app/b.env': 'A="2"\n',
      },
    },
  );
  expect(environment).toEqual({ OWN: 'here', SEEN: 'yes', A: '"2"', REF: 'shell-yes-1', SHELL_VAR: 'file' });
});

test('a required env_file that is missing, and one that is broken, are told at their place', async () => {
  const text = 'services:\n  web:\n    image: x\n    env_file:\n      - no.env\n      - bad.env\n';
  expect(await problems(text, { texts: { '/app/bad.env': 'A="' } })).toEqual([
    expect.stringContaining(
      '/app/compose.yaml:5:9: services.web.env_file[0]: env file /app/no.env not found',
    ),
    expect.stringContaining(
      '/app/compose.yaml:6:9: services.web.env_file[1]: /app/bad.env:1: the quoted value does not end',
    ),
  ]);
});

test('healthcheck: every form of test, times in milliseconds', async () => {
  const check = async (lines: string): Promise<Service['healthcheck']> =>
    (await service(`healthcheck: ${lines}`)).healthcheck;
  expect(
    await check(
      '{test: curl x, interval: 1m30s, timeout: 500ms, retries: "3", start_period: 1s, start_interval: 2s}',
    ),
  ).toEqual({
    disable: false,
    test: ['CMD-SHELL', 'curl x'],
    interval: 90_000,
    timeout: 500,
    retries: 3,
    startPeriod: 1000,
    startInterval: 2000,
  });
  expect(await check('{test: [CMD, a, b]}')).toEqual({ disable: false, test: ['CMD', 'a', 'b'] });
  expect(await check('{test: ["NONE"]}')).toEqual({ disable: true });
  expect(await check('{disable: true}')).toEqual({ disable: true });
});

test('commands: a line is split, a list is kept, empty and absent differ', async () => {
  expect((await service(`command: echo "a b" $$HOME`)).command).toEqual(['echo', 'a b', '$HOME']);
  expect((await service('command: [echo, "a b"]')).command).toEqual(['echo', 'a b']);
  expect((await service('command: ""')).command).toEqual([]);
  expect((await service('entrypoint: []')).entrypoint).toEqual([]);
  expect((await service('command:')).command).toBeUndefined();
});

test('numbers, sizes and switches from variables', async () => {
  const read = await service(
    `mem_limit: \${M}
cpus: \${C}
privileged: \${ON}
scale: \${N}
stop_grace_period: \${T}
ulimits: {nofile: "\${N}", nproc: {soft: 1, hard: -1}}
pids_limit: -1
memswap_limit: -1
shm_size: 64m
restart: on-failure:3
init: yes`,
    { env: { M: '1.5g', C: '0.5', ON: 'true', N: '2', T: '1m' } },
  );
  expect(read).toMatchObject({
    privileged: true,
    scale: 2,
    stopGracePeriod: 60_000,
    init: true,
    restart: { name: 'on-failure', maximumRetryCount: 3 },
    ulimits: { nofile: { soft: 2, hard: 2 }, nproc: { soft: 1, hard: -1 } },
    resources: { memory: 1610612736, cpus: 0.5, pids: -1, memorySwap: -1, shmSize: 67108864 },
  });
});

test('deploy: replicas, limits and restart policy are those of the service', async () => {
  const read = await service(
    'deploy: {replicas: 3, resources: {limits: {cpus: "1.5", memory: 1g, pids: 9}, reservations: {memory: 1m}}, restart_policy: {condition: on-failure, max_attempts: 4}, labels: {a: b}}',
  );
  expect(read.scale).toBe(3);
  expect(read.resources).toEqual({ cpus: 1.5, memory: 1073741824, pids: 9, memoryReservation: 1048576 });
  expect(read.restart).toEqual({ name: 'on-failure', maximumRetryCount: 4 });
  expect(read.deploy).toEqual({ mode: 'replicated', labels: { a: 'b' } });
});

test('build: a path, a URL, or all the details; arguments without a value come from the environment', async () => {
  const build = async (lines: string, settings: Settings = {}): Promise<Service['build']> =>
    (await service(`build: ${lines}`, settings)).build;
  expect(await build('./web')).toMatchObject({ context: '/app/web', dockerfile: 'Dockerfile' });
  expect(await build('https://example.org/x.git#main')).toMatchObject({
    context: 'https://example.org/x.git#main',
  });
  expect(await build('{}')).toMatchObject({ context: '/app' });
  const full = await build(
    '{context: ctx, dockerfile: D, args: [A=1, HTTP_PROXY, MISSING], target: t, shm_size: 1m, secrets: [s], no_cache: true, tags: [a:1], platforms: [linux/amd64], labels: [x=y], network: host, pull: "true", cache_from: [c], extra_hosts: ["h:1.2.3.4"]}',
    { env: { HTTP_PROXY: 'p' }, texts: { tail: 'secrets: {s: {environment: S}}\n' } },
  );
  expect(full).toMatchObject({
    context: '/app/ctx',
    dockerfile: 'D',
    args: { A: '1', HTTP_PROXY: 'p' },
    target: 't',
    shmSize: 1048576,
    secrets: [{ source: 's', target: 's' }],
    noCache: true,
    pull: true,
    tags: ['a:1'],
    platforms: ['linux/amd64'],
    labels: { x: 'y' },
    network: 'host',
    cacheFrom: ['c'],
    extraHosts: { h: ['1.2.3.4'] },
    ulimits: {},
  });
  expect(await build('{dockerfile_inline: "FROM x"}')).toMatchObject({ dockerfileInline: 'FROM x' });
});

test('networks: the default one is implied, lists and mappings mean the same, names follow the project', async () => {
  const project = await load(`name: demo
services:
  a: {image: x}
  b: {image: x, networks: [front]}
  c: {image: x, networks: {front: {aliases: [z], ipv4_address: 10.0.0.9, priority: 5, mac_address: "02:42:ac:11:00:02"}, out: }}
  d: {image: x, network_mode: host}
networks:
  front: {driver: bridge, internal: true, ipam: {config: [{subnet: 10.0.0.0/24, gateway: 10.0.0.1}]}, labels: [a=b]}
  out: {external: true, name: shared}
`);
  expect(Object.keys(project.services.a?.networks ?? {})).toEqual(['default']);
  expect(Object.keys(project.services.b?.networks ?? {})).toEqual(['front']);
  expect(project.services.c?.networks.front).toMatchObject({
    aliases: ['z'],
    ipv4Address: '10.0.0.9',
    priority: 5,
    macAddress: '02:42:ac:11:00:02',
  });
  expect(project.services.d?.networks).toEqual({});
  const names = Object.values(project.networks).map(({ key, name, external }) => [key, name, external]);
  expect(names).toEqual([
    ['front', 'demo_front', false],
    ['out', 'shared', true],
    ['default', 'demo_default', false],
  ]);
  expect(project.networks.front?.ipam.config).toEqual([
    { subnet: '10.0.0.0/24', gateway: '10.0.0.1', auxAddresses: {} },
  ]);
});

test('depends_on: list and mapping; who shares a network depends on its owner', async () => {
  const project = await load(`services:
  a: {image: x}
  b: {image: x, depends_on: [a]}
  c: {image: x, depends_on: {a: {condition: service_healthy, restart: true, required: false}}}
  d: {image: x, network_mode: "service:a"}
`);
  const started = { condition: 'service_started', restart: false, required: true };
  expect(project.services.b?.dependsOn).toEqual({ a: started });
  expect(project.services.c?.dependsOn).toEqual({
    a: { condition: 'service_healthy', restart: true, required: false },
  });
  expect(project.services.d?.dependsOn).toEqual({ a: { ...started, restart: true } });
});

test('secrets and configs: short and long, from files, variables and text', async () => {
  const project = await load(
    `services:
  a:
    image: x
    secrets: [s, {source: t, target: other, uid: "10", mode: 0400}]
    configs: [c, {source: c, target: /etc/c}]
secrets: {s: {file: ./s.txt}, t: {environment: T}}
configs: {c: {content: "v=\${V}"}}
`,
    { env: { V: '1' } },
  );
  expect(project.services.a?.secrets).toEqual([
    { source: 's', target: '/run/secrets/s' },
    { source: 't', target: '/run/secrets/other', uid: 10, mode: 0o400 },
  ]);
  expect(project.services.a?.configs).toEqual([
    { source: 'c', target: '/c' },
    { source: 'c', target: '/etc/c' },
  ]);
  expect(project.secrets.s).toMatchObject({ file: '/app/s.txt', name: 'app_s' });
  expect(project.configs.c).toMatchObject({ content: 'v=1' });
});

test('anchors, merge keys, fragments and x- keys', async () => {
  const project = await load(`x-base: &base
  restart: always
  labels: {a: "1"}
x-more: {deep: [1, {two: null}]}
services:
  a: {<<: *base, image: x, labels: {b: "2"}, x-mine: 7}
  b: {<<: [{image: first}, {image: second, restart: "no"}]}
`);
  expect(project.services.a).toMatchObject({
    restart: { name: 'always' },
    labels: { b: '2' },
    extensions: { 'x-mine': 7 },
  });
  expect(project.services.b).toMatchObject({ image: 'first', restart: { name: 'no' } });
  expect(project.extensions['x-more']).toEqual({ deep: [1, { two: null }] });
});

test('several files: mappings merge, lists add up, unique things and commands are replaced', async () => {
  const texts = {
    '/app/over.yaml': `services:
  a:
    image: new
    command: [three]
    environment: [B=2, C=3]
    labels: {l: over}
    ports: ["80:80", "8081:81"]
    volumes: ["./other:/data"]
    dns: 8.8.8.8
    depends_on: {c: {condition: service_healthy}}
    networks: {back: {aliases: [y]}}
    healthcheck: {test: [CMD, new]}
    build: {args: {X: 1}}
    logging: {driver: syslog}
    extra_hosts: {h: 1.1.1.1}
    ulimits: {nofile: 5}
    cap_add: [A, B]
  c: {image: z}
networks: {back: {}}
`,
  };
  const project = await load(
    `services:
  a:
    image: old
    command: [one, two]
    environment: {A: 1, B: 1}
    labels: [l=base, m=base]
    ports: ["80:80"]
    volumes: ["./data:/data", "./x:/x"]
    dns: [1.1.1.1]
    depends_on: [b]
    networks: [front]
    healthcheck: {test: [CMD, old], interval: 5s}
    build: ./ctx
    logging: {driver: json-file, options: {max-size: 1m}}
    extra_hosts: ["g:2.2.2.2"]
    ulimits: {nofile: 1, nproc: 2}
    cap_add: [A]
  b: {image: y}
networks: {front: {}}
`,
    { files: ['compose.yaml', 'over.yaml'], texts },
  );
  const { a } = project.services;
  expect(a).toMatchObject({
    image: 'new',
    command: ['three'],
    environment: { A: '1', B: '2', C: '3' },
    labels: { l: 'over', m: 'base' },
    dns: ['1.1.1.1', '8.8.8.8'],
    healthcheck: { test: ['CMD', 'new'], interval: 5000 },
    logging: { driver: 'syslog', options: {} },
    extraHosts: { g: ['2.2.2.2'], h: ['1.1.1.1'] },
    ulimits: { nofile: { soft: 5, hard: 5 }, nproc: { soft: 2, hard: 2 } },
    capAdd: ['A', 'B'],
    build: { context: '/app/ctx', args: { X: '1' } },
  });
  expect(a?.ports.map(({ target }) => target)).toEqual([80, 81]);
  expect(a?.volumes.map(({ source, target }) => [source, target])).toEqual([
    ['/app/other', '/data'],
    ['/app/x', '/x'],
  ]);
  expect(Object.keys(a?.dependsOn ?? {})).toEqual(['b', 'c']);
  expect(a?.networks).toMatchObject({ front: { aliases: [] }, back: { aliases: ['y'] } });
  expect(project.files).toEqual(['/app/compose.yaml', '/app/over.yaml']);
});

test('!reset takes away what an earlier file says, !override replaces it whole', async () => {
  const project = await load(
    'services:\n  a: {image: x, ports: ["80:80"], environment: {A: 1}, privileged: true}\n',
    {
      files: ['compose.yaml', 'over.yaml'],
      texts: {
        '/app/over.yaml':
          'services:\n  a:\n    ports: !override ["81:81"]\n    environment: !reset {}\n    privileged: !reset null\n',
      },
    },
  );
  expect(project.services.a).toMatchObject({ environment: {}, privileged: false });
  expect(project.services.a?.ports.map(({ target }) => target)).toEqual([81]);
});

test('files are found here or above, with their override beside; COMPOSE_FILE and - say otherwise', async () => {
  const texts = { '/app/compose.override.yml': 'services: {a: {hostname: over}}\n', '/app/sub/x.txt': '' };
  const here = await load('services: {a: {image: x}}\n', { workingDirectory: '/app/sub', texts });
  expect(here.files).toEqual(['/app/compose.yaml', '/app/compose.override.yml']);
  expect(here.services.a?.hostname).toBe('over');
  expect(here.workingDirectory).toBe('/app');

  const env = { COMPOSE_FILE: 'one.yaml;/app/compose.yaml', COMPOSE_PATH_SEPARATOR: ';' };
  const named = await load('services: {a: {image: x}}\n', {
    env,
    texts: { '/app/one.yaml': 'services: {b: {image: y}}\n' },
  });
  expect(Object.keys(named.services)).toEqual(['b', 'a']);

  const stdin = await load('', { files: ['-'], texts: { '-': 'services: {c: {image: z}}\n' } });
  expect([Object.keys(stdin.services), stdin.workingDirectory, stdin.files]).toEqual([['c'], '/app', ['-']]);
});

test('no file, a missing file and a directory are NOT_FOUND and INVALID', async () => {
  const nothing = loadProject({ workingDirectory: '/x/y', env: {}, access: memoryFiles({}) });
  expect((await failure(nothing)).code).toBe('NOT_FOUND');
  expect(await failure(load('', { files: ['no.yaml'] }))).toMatchObject({
    code: 'NOT_FOUND',
    message: 'the compose file /app/no.yaml does not exist',
  });
  const directory = await mkdtemp(join(tmpdir(), 'wherry-compose-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  const real = loadProject({ workingDirectory: directory, env: {}, files: ['.'] });
  expect(await failure(real)).toMatchObject({
    code: 'INVALID',
    message: `the compose file ${directory} is a directory`,
  });
  await mkdir(join(directory, 'inner/compose.yaml'), { recursive: true });
  await writeFile(join(directory, 'compose.yaml'), 'services: {a: {image: x}}\n');
  const projectDirectory = 'compose.yaml';
  expect(
    await failure(loadProject({ workingDirectory: directory, projectDirectory, env: {} })),
  ).toMatchObject({
    code: 'INVALID',
    message: `the project directory ${directory}/compose.yaml is a file`,
  });
  const found = loadProject({ workingDirectory: join(directory, 'inner'), env: {} });
  expect(await failure(found)).toMatchObject({
    code: 'INVALID',
    message: `the compose file ${directory}/inner/compose.yaml is a directory`,
  });
});

test('real files of this machine', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'wherry-compose-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  await writeFile(join(directory, '.env'), 'TAG=2\n');
  await writeFile(join(directory, 'compose.yml'), 'services: {a: {image: "x:${TAG}"}}\n');
  const { project } = await loadProject({ workingDirectory: directory, env: {} });
  expect(project.services.a?.image).toBe('x:2');
});

test('variables: the environment wins over .env, named env files replace it, later ones win', async () => {
  const text = 'services: {a: {image: "x:${A}-${B}"}}\n';
  const texts = { '/app/.env': 'A=dot\nB=dot\n', '/app/1.env': 'A=1\nB=1\n', '/app/2.env': 'B=2\n' };
  const image = async (settings: Settings): Promise<string | undefined> =>
    (await load(text, { texts, ...settings })).services.a?.image;
  expect(await image({})).toBe('x:dot-dot');
  expect(await image({ env: { A: 'env' } })).toBe('x:env-dot');
  expect(await image({ envFiles: ['1.env', '2.env'] })).toBe('x:1-2');
  expect(await image({ env: { COMPOSE_ENV_FILES: '1.env,2.env' } })).toBe('x:1-2');
  expect(await image({ env: { COMPOSE_DISABLE_ENV_FILE: '1' } })).toBe('x:-');
  expect((await failure(load(text, { envFiles: ['no.env'] }))).code).toBe('NOT_FOUND');
});

test('the project name: said, from the environment, from the file, from the directory', async () => {
  const text = 'name: From_${X}\nservices: {a: {image: "${COMPOSE_PROJECT_NAME}"}}\n';
  const name = async (settings: Settings, file: string = text): Promise<string> =>
    (await load(file, settings)).name;
  const env = { X: 'File', COMPOSE_PROJECT_NAME: 'from-env' };
  expect(await name({ env, projectName: 'said' })).toBe('said');
  expect(await name({ env })).toBe('from-env');
  expect(await name({ env: { X: 'File' } })).toBe('from_file');
  expect(await name({}, 'services: {a: {image: x}}\n')).toBe('app');
  expect(
    await name({ projectDirectory: '/My.Dir', files: ['compose.yaml'] }, 'services: {a: {image: x}}\n'),
  ).toBe('mydir');
  expect((await load(text, { env })).services.a?.image).toBe('from-env');
  expect((await failure(name({ projectName: 'Not Valid' }))).message).toContain(
    '"Not Valid" is no project name',
  );
});

test('profiles: active ones, all of them, and those of a service that is asked for by name', async () => {
  const text = `services:
  base: {image: x}
  debug: {image: x, profiles: [debug], depends_on: [tool]}
  tool: {image: x, profiles: [tools, debug]}
  other: {image: x, profiles: [other]}
`;
  const names = async (settings: Settings): Promise<string[]> =>
    Object.keys((await load(text, settings)).services);
  expect(await names({})).toEqual(['base']);
  expect(await names({ profiles: ['debug'] })).toEqual(['base', 'debug', 'tool']);
  expect(await names({ env: { COMPOSE_PROFILES: 'tools, other' } })).toEqual(['base', 'tool', 'other']);
  expect(await names({ profiles: ['*'] })).toEqual(['base', 'debug', 'tool', 'other']);
  expect(await names({ services: ['debug'] })).toEqual(['debug', 'tool']);
  expect(await names({ services: ['base'] })).toEqual(['base']);
  expect((await failure(names({ services: ['nope'] }))).code).toBe('NOT_FOUND');
  const { disabledServices } = await load(text);
  expect(Object.keys(disabledServices)).toEqual(['debug', 'tool', 'other']);
});

test('env files of services that take no part are not read', async () => {
  const project = await load('services: {a: {image: x}, b: {image: x, profiles: [p], env_file: no.env}}\n');
  expect(Object.keys(project.services)).toEqual(['a']);
});

test('label_file: labels of the service win', async () => {
  const { labels } = await service('label_file: l.txt\nlabels: {a: own}', {
    texts: { '/app/l.txt': 'a=file\nb=file\n' },
  });
  expect(labels).toEqual({ a: 'own', b: 'file' });
});

test('an unset variable, an obsolete version and a key without effect are warnings at their place', async () => {
  const { warnings } = await loadWithWarnings(
    'version: "3"\nservices:\n  a:\n    image: x:${TAG}\n    cpu_count: 1\n',
  );
  expect(warnings).toEqual([
    '/app/compose.yaml:1:1: version: has no effect: it is obsolete, the newest specification always holds',
    '/app/compose.yaml:4:12: services.a.image: the variable TAG is not set, defaulting to blank',
    '/app/compose.yaml:4:12: services.a.image: "x:" is not an image reference: "" is not a tag',
    '/app/compose.yaml:5:5: services.a.cpu_count: has no effect: it is for Windows containers',
  ]);
});

test('an image or platform that a variable left empty is not said at all', async () => {
  const text = 'services: {a: {build: ., image: "${X:-}", platform: "${X:-}"}}\n';
  const { a } = (await load(text)).services;
  expect([a?.image, a?.platform]).toEqual([undefined, undefined]);
  expect(await problems('services: {a: {image: "${X:-}"}}\n')).toEqual([
    '/app/compose.yaml:1:12: services.a: needs an image or a build',
  ]);
});

test('an unset variable in an env file is a warning at its line', async () => {
  const texts = { '/app/.env': '# c\nA=${NOPE}\n', '/app/web.env': 'B=$NADA\n' };
  const { warnings } = await loadWithWarnings('services: {a: {image: x, env_file: web.env}}\n', { texts });
  expect(warnings).toEqual([
    '/app/.env:2:1: the variable NOPE is not set, defaulting to blank',
    '/app/web.env:1:1: the variable NADA is not set, defaulting to blank',
  ]);
});

test('a key named __proto__ is a key like any other', async () => {
  const { environment, labels } = await service(
    'environment: {__proto__: evil, constructor: c}\nlabels: [__proto__=x]',
  );
  expect(Object.entries(environment)).toEqual([
    ['__proto__', 'evil'],
    ['constructor', 'c'],
  ]);
  expect(Object.entries(labels)).toEqual([['__proto__', 'x']]);
  expect(({} as Record<string, unknown>).evil).toBeUndefined();
});

test('an aborted signal ends the loading', async () => {
  const error = await failure(load('services: {a: {image: x}}\n', { signal: AbortSignal.abort() }));
  expect(error.code).toBe('CANCELLED');
});
