import { expect, test } from 'vitest';
import { composeLabel } from '../core/compose-labels.ts';
import { Secret } from '../core/secret.ts';
import type { ContainerSpec } from '../core/spec.ts';
import { composeVersion } from './compose-version.ts';
import { readFileContents } from './file-contents.ts';
import { type LoadOptions, loadProject } from './load.ts';
import { memoryFiles } from './memory-files.ts';
import type { Project, Service } from './model.ts';
import { toBuildInput } from './to-build.ts';
import { toNetworkSpec, toVolumeSpec } from './to-resource-specs.ts';
import { serviceToSpec } from './to-spec.ts';

const files = { '/app/token.txt': 's3cret' };

async function load(text: string, options: Partial<LoadOptions> = {}): Promise<Project> {
  const access = memoryFiles({ '/app/compose.yaml': text, ...files });
  return (await loadProject({ workingDirectory: '/app', env: {}, access, ...options })).project;
}

function serviceOf(project: Project, name: string): Service {
  const service = project.services[name];
  if (service === undefined) throw new Error(`no service ${name}`);
  return service;
}

async function specOf(lines: string, rest = ''): Promise<ContainerSpec> {
  const project = await load(
    `name: demo\nservices:\n  web:\n    image: x\n${lines.replace(/^/gm, '    ')}\n${rest}`,
  );
  const contents = await readFileContents(project, memoryFiles(files));
  return serviceToSpec(project, serviceOf(project, 'web'), { index: 2, files: contents });
}

test('a bare service: names, network, aliases and labels are those of Docker Compose', async () => {
  const { labels, ...spec } = await specOf('');
  expect(spec).toEqual({
    name: 'demo-web-2',
    image: 'x',
    networks: { demo_default: { aliases: ['demo-web-2', 'web'] } },
    restart: { name: 'no' },
  });
  expect(labels).toEqual({
    'com.docker.compose.project': 'demo',
    'com.docker.compose.service': 'web',
    'com.docker.compose.version': composeVersion,
    'com.docker.compose.container-number': '2',
    'com.docker.compose.oneoff': 'False',
    'com.docker.compose.config-hash': expect.stringMatching(/^[0-9a-f]{64}$/),
    'com.docker.compose.depends_on': '',
    'com.docker.compose.project.working_dir': '/app',
    'com.docker.compose.project.config_files': '/app/compose.yaml',
  });
});

test('every field reaches the container', async () => {
  const spec = await specOf(
    `command: [a]
entrypoint: []
environment: {A: 1, GONE: }
working_dir: /w
user: "1:2"
group_add: [3]
hostname: h
domainname: d
annotations: {n: v}
labels: {own: l}
dns: 1.1.1.1
dns_search: s
dns_opt: [o]
extra_hosts: [e:1.2.3.4]
mac_address: 02:42:ac:11:00:02
mem_limit: 1m
cpus: 0.5
shm_size: 2m
storage_opt: {size: 1g}
oom_score_adj: 5
ulimits: {nofile: 9}
restart: on-failure:3
healthcheck: {test: [CMD, t], interval: 1s}
logging: {driver: l}
init: true
stdin_open: true
tty: true
stop_signal: SIGINT
stop_grace_period: 3s
cap_add: [A]
cap_drop: [B]
privileged: true
read_only: true
security_opt: [s]
devices: [/dev/x]
sysctls: {a.b: 1}
pid: host
ipc: "service:db"
uts: host
userns_mode: host
cgroup: host
cgroup_parent: p
runtime: r
platform: linux/arm64
pull_policy: always
expose: [80]
ports: ["8080-8090:80"]
volumes: [data:/data, ./src:/src:ro, /anon]
tmpfs: ["/t:size=1m,mode=700,noexec"]
secrets: [{source: s, uid: 7, mode: 0400}]
configs: [{source: c, target: /etc/c}]
networks: {front: {aliases: [f], ipv4_address: 10.0.0.9, priority: 2}}`,
    `  db: {image: y}
networks: {front: {name: shared}}
volumes: {data: }
secrets: {s: {file: token.txt}}
configs: {c: {content: text}}
`,
  );
  const { labels, ...rest } = spec;
  expect(labels).toMatchObject({ own: 'l', [composeLabel.dependsOn]: 'db:service_started:true' });
  expect(rest).toEqual({
    name: 'demo-web-2',
    image: 'x',
    command: ['a'],
    entrypoint: [],
    environment: { A: '1', GONE: null },
    workingDir: '/w',
    user: '1:2',
    groupAdd: ['3'],
    hostname: 'h',
    domainname: 'd',
    annotations: { n: 'v' },
    dns: ['1.1.1.1'],
    dnsSearch: ['s'],
    dnsOpt: ['o'],
    extraHosts: { e: ['1.2.3.4'] },
    macAddress: '02:42:ac:11:00:02',
    resources: {
      memory: 1048576,
      cpus: 0.5,
      shmSize: 2097152,
      storage: 1073741824,
      ulimits: { nofile: { soft: 9, hard: 9 } },
    },
    oomScoreAdj: 5,
    restart: { name: 'on-failure', maximumRetryCount: 3 },
    healthcheck: { test: ['CMD', 't'], interval: 1000 },
    logging: { driver: 'l', options: {} },
    init: true,
    stdinOpen: true,
    tty: true,
    stopSignal: 'SIGINT',
    stopGracePeriod: 3000,
    capAdd: ['A'],
    capDrop: ['B'],
    privileged: true,
    readOnly: true,
    securityOpt: ['s'],
    devices: [{ source: '/dev/x', target: '/dev/x', permissions: 'rwm' }],
    sysctls: { 'a.b': '1' },
    pid: 'host',
    ipc: 'container:demo-db-1',
    uts: 'host',
    usernsMode: 'host',
    cgroup: 'host',
    cgroupParent: 'p',
    runtime: 'r',
    platform: 'linux/arm64',
    pullPolicy: 'always',
    expose: ['80/tcp'],
    ports: [{ target: 80, protocol: 'tcp', published: 8081 }],
    volumes: [
      { type: 'volume', source: 'demo_data', target: '/data' },
      { type: 'bind', source: '/app/src', target: '/src', readOnly: true, createHostPath: true },
      { type: 'volume', target: '/anon' },
      { type: 'tmpfs', target: '/t', size: 1048576, mode: 0o700 },
    ],
    secrets: [{ target: '/run/secrets/s', content: expect.any(Secret), uid: 7, mode: 0o400 }],
    configs: [{ target: '/etc/c', content: 'text' }],
    networks: { shared: { aliases: ['demo-web-2', 'web', 'f'], ipv4Address: '10.0.0.9', priority: 2 } },
  });
  const secret = rest.secrets?.[0]?.content;
  expect(secret instanceof Secret ? Buffer.from(secret.reveal()).toString() : '').toBe('s3cret');
});

test('shared namespaces name the container that the caller knows', async () => {
  const project = await load(
    'services: {a: {image: x, network_mode: "service:b"}, b: {image: y, container_name: bee}}\n',
  );
  const a = serviceOf(project, 'a');
  expect(serviceToSpec(project, a, { index: 1 }).networkMode).toBe('container:bee');
  expect(serviceToSpec(project, a, { index: 1, containerOf: () => 'abc' }).networkMode).toBe('container:abc');
  expect(serviceToSpec(project, a, { index: 1 }).networks).toBeUndefined();
});

test('ports of a container on the network of the host are left out, a quota of -1 is none', async () => {
  const spec = await specOf('network_mode: host\nports: [80]\ncpu_quota: -1\nmem_limit: 1m');
  expect(spec).toMatchObject({ networkMode: 'host', resources: { memory: 1048576 } });
  expect(spec.ports).toBeUndefined();
  expect(spec.resources).not.toHaveProperty('cpuQuota');
});

test('a one-off container has no number; the image digest and the env files are labels', async () => {
  const access = memoryFiles({ '/app/compose.yaml': 'services: {a: {image: x}}\n', '/app/my.env': '' });
  const { project } = await loadProject({ workingDirectory: '/app', env: {}, envFiles: ['my.env'], access });
  const options = { index: 1, oneOff: true, name: 'app-a-run-1', imageDigest: 'sha256:1' };
  const spec = serviceToSpec(project, serviceOf(project, 'a'), options);
  expect(spec.name).toBe('app-a-run-1');
  expect(spec.labels).toMatchObject({
    [composeLabel.oneOff]: 'True',
    [composeLabel.image]: 'sha256:1',
    [composeLabel.environmentFile]: '/app/my.env',
  });
  expect(spec.labels).not.toHaveProperty(composeLabel.containerNumber);
});

test('the hash follows what makes a container, and nothing else', async () => {
  const hash = async (lines: string): Promise<string | undefined> =>
    (await specOf(lines)).labels?.[composeLabel.configHash];
  const plain = await hash('');
  expect(await hash('scale: 3\npull_policy: always\nbuild: .\nprofiles: []')).toBe(plain);
  expect(await hash('environment: {}\nports: []')).toBe(plain);
  const changed = await Promise.all(
    [
      'hostname: h',
      'command: [a]',
      'entrypoint: []',
      'environment: {A: 1}',
      'ports: [80]',
      'restart: always',
    ].map(hash),
  );
  expect(new Set([plain, ...changed]).size).toBe(changed.length + 1);
  expect(await hash('environment: {A: 1, B: 2}')).toBe(await hash('environment: [B=2, A=1]'));
});

test('a secret without content is INVALID', async () => {
  const project = await load('services: {a: {image: x, secrets: [s]}}\nsecrets: {s: {environment: NOPE}}\n');
  expect(() => serviceToSpec(project, serviceOf(project, 'a'), { index: 1 })).toThrow(
    'its variable NOPE is not set',
  );
  const missing = await load('services: {a: {image: x, secrets: [s]}}\nsecrets: {s: {file: no.txt}}\n');
  await expect(readFileContents(missing, memoryFiles({}))).rejects.toMatchObject({
    code: 'NOT_FOUND',
    message: 'the file of secret s /app/no.txt does not exist',
  });
});

test('networks and volumes', async () => {
  const project = await load(`name: demo
services: {a: {image: x}}
networks:
  front: {driver: bridge, driver_opts: {o: 1}, internal: true, enable_ipv6: true, labels: [a=b], ipam: {driver: d, config: [{subnet: 10.0.0.0/24, aux_addresses: {h: 10.0.0.5}}]}}
  out: {external: true}
volumes: {data: {driver_opts: {type: tmpfs}}, cache: }
`);
  const { front, out, default: implied } = project.networks;
  const { data, cache } = project.volumes;
  if (!front || !out || !implied || !data || !cache) throw new Error('something is missing');
  const hash = {
    [composeLabel.version]: composeVersion,
    [composeLabel.configHash]: expect.stringMatching(/^[0-9a-f]{64}$/),
  };
  expect(toNetworkSpec(project, front)).toEqual({
    name: 'demo_front',
    driver: 'bridge',
    driverOpts: { o: '1' },
    internal: true,
    enableIpv6: true,
    ipam: { driver: 'd', pools: [{ subnet: '10.0.0.0/24', auxAddresses: { h: '10.0.0.5' } }] },
    labels: { a: 'b', 'com.docker.compose.network': 'front', 'com.docker.compose.project': 'demo', ...hash },
  });
  expect(toNetworkSpec(project, implied)).toEqual({
    name: 'demo_default',
    labels: { 'com.docker.compose.network': 'default', 'com.docker.compose.project': 'demo', ...hash },
  });
  expect(toVolumeSpec(project, data)).toEqual({
    name: 'demo_data',
    driverOpts: { type: 'tmpfs' },
    labels: { 'com.docker.compose.volume': 'data', 'com.docker.compose.project': 'demo', ...hash },
  });
  expect(() => toNetworkSpec(project, out)).toThrow('the network out is external');
});

test('builds', async () => {
  const project = await load(
    'services: {a: {build: {context: ctx, args: {A: 1}, secrets: [s], target: t}, platform: linux/arm64}, b: {image: x}}\nsecrets: {s: {environment: S}}\n',
    { env: { S: 'v' } },
  );
  const input = toBuildInput(project, serviceOf(project, 'a'));
  expect(input).toMatchObject({
    kind: 'dockerfile',
    context: '/app/ctx',
    dockerfile: 'Dockerfile',
    args: { A: '1' },
    target: 't',
    platform: 'linux/arm64',
  });
  expect(input?.secrets?.s?.reveal()).toBe('v');
  expect(toBuildInput(project, serviceOf(project, 'b'))).toBeUndefined();
  expect(serviceToSpec(project, serviceOf(project, 'a'), { index: 1 })).toMatchObject({
    image: 'app-a',
    pullPolicy: 'never',
  });
});
