import type { CapabilityName, ContainerSpec } from '../core/index.ts';
import { Secret } from '../core/index.ts';
import type { ConformanceContext } from './case.ts';
import { collect, equal, failsWith, ok } from './expect.ts';
import { archive } from './tar.ts';

/**
 * What has to hold where a capability is false: what can be asked for is refused with `UNSUPPORTED`, field and reason
 * named, and nothing is made; a figure that the engine cannot know is not made up.
 */
export const refusals: Readonly<Record<CapabilityName, (t: ConformanceContext) => Promise<void>>> = {
  memory: spec('resources.memory', { resources: { memory: 64 * 1024 * 1024 } }),
  cpu: spec('resources.cpus', { resources: { cpus: 0.5 } }),
  storage: spec('resources.storage', { resources: { storage: 1024 ** 3 } }),
  pids: spec('resources.pids', { resources: { pids: 10 } }),
  memorySwap: spec('resources.memorySwap', { resources: { memorySwap: 128 * 1024 * 1024 } }),
  build: call('build', (t) =>
    t.backend
      .image(t.unique('image'))
      .build({ kind: 'dockerfile', context: '/', dockerfileInline: 'FROM scratch\n' }),
  ),
  oci: spec('image', {}),
  networking: spec('networks', { networks: { 'wherry-conformance': {} } }),
  volumes: spec('volumes[0]', { volumes: [{ type: 'volume', target: '/data' }] }),
  ports: spec('ports[0]', { ports: [{ target: 80 }] }),
  durablePorts: async () => {},
  aliases: spec('networks.wherry-conformance.aliases', {
    networks: { 'wherry-conformance': { aliases: ['a'] } },
  }),
  links: spec('links', { links: [{ container: 'a', alias: 'b' }] }),
  staticAddresses: spec('networks.wherry-conformance.ipv4Address', {
    networks: { 'wherry-conformance': { ipv4Address: '10.1.2.3' } },
  }),
  attachmentMtu: spec('networks.wherry-conformance.mtu', {
    networks: { 'wherry-conformance': { mtu: 1400 } },
  }),
  networkWalls: async () => {},
  multipleNetworks: spec('networks', { networks: { 'wherry-a': {}, 'wherry-b': {} } }),
  hostNetwork: spec('networkMode', { networkMode: 'host' }),
  dns: spec('dns', { dns: ['192.0.2.53'] }),
  exec: running('exec', (t, id) => t.backend.execCapture(id, { command: ['true'] })),
  attach: running('attach', (t, id) => t.backend.attach(id)),
  splitStreams: async (t) => {
    const { id } = await t.shell('echo out; echo err >&2');
    const records = await collect(t.backend.logs(id));
    ok(records.length === 2, `logs have both lines, got ${records.length}`);
    for (const { kind } of records) equal(kind, 'merged', 'kind of a line where streams are not told apart');
  },
  pause: running('pause', (t, id) => t.backend.pause(id)),
  rename: running('rename', (t, id) => t.backend.rename(id, t.unique())),
  update: running('update', (t, id) => t.backend.update(id, { resources: { memory: 128 * 1024 * 1024 } })),
  stats: running('stats', (t, id) => collect(t.backend.stats(id, { once: true }))),
  events: call('events', (t) => collect(t.backend.events({ until: new Date() }))),
  stopEvents: async () => {},
  copy: running('copyIn', (t, id) => t.backend.copyIn(id, '/', archive([{ name: 'a', content: 'a' }]))),
  copyOwners: async () => {},
  durableHealthchecks: async () => {},
  restartPolicy: spec('restart', { restart: { name: 'always' } }),
  healthcheck: spec('healthcheck', { healthcheck: { test: ['CMD', 'true'] } }),
  healthStartInterval: spec('healthcheck.startInterval', { healthcheck: { startInterval: 1000 } }),
  init: spec('init', { init: true }),
  readOnlyRoot: spec('readOnly', { readOnly: true }),
  tmpfs: spec('volumes[0]', { volumes: [{ type: 'tmpfs', target: '/scratch' }] }),
  privileged: spec('privileged', { privileged: true }),
  platform: spec('platform', { platform: 'linux/s390x' }),
  files: spec('secrets', { secrets: [{ target: '/run/secrets/a', content: new Secret('x') }] }),
  oomReport: async (t) => {
    const { id } = await t.shell('exit 137');
    equal((await t.backend.inspect(id)).oomKilled, false, 'oomKilled is not guessed from exit code 137');
  },
  exitSignal: async (t) => {
    const id = await t.start({ command: ['sleep', '3600'] });
    await t.backend.kill(id);
    await t.backend.wait(id);
    equal((await t.backend.inspect(id)).signal, null, 'signal is null where the engine does not tell');
  },
  stopTimeout: running('stop with a time of its own', (t, id) => t.backend.stop(id, { timeout: 1_000 })),
  push: call('push', (t) => t.backend.image(t.fixtures.shell).push()),
  archive: call('save', (t) => collect(t.backend.image(t.fixtures.shell).save())),
  buildSecrets: call('build with secrets', (t) =>
    t.backend.image(t.imageName('refused')).build({
      kind: 'dockerfile',
      context: emptyContext(),
      dockerfileInline: `FROM ${t.fixtures.shell}\n`,
      secrets: { token: new Secret('x') },
    }),
  ),
  processes: running('processes', (t, id) => t.backend.processes(id)),
  prune: call('prune', (t) => t.backend.prune({ what: ['containers'], labels: [t.selector] })),
  gpus: spec('gpus', { gpus: [{ count: -1, capabilities: [['gpu']] }] }),
  /** The contract has no verb for it yet: there is nothing to refuse. */
  checkpoint: async () => {},
};

function spec(field: string, part: Partial<ContainerSpec>): (t: ConformanceContext) => Promise<void> {
  return async (t) => {
    const error = await failsWith('UNSUPPORTED', () => t.create(part), `create with ${field}`);
    const problems = error.details.problems;
    ok(
      Array.isArray(problems) && problems.some((problem) => problem?.field === field && problem?.message),
      `details.problems names ${field} with a reason: ${JSON.stringify(error.details)}`,
    );
    const left = await t.backend.list({ all: true, labels: [t.selector] });
    equal(left.length, 0, `containers after create with ${field} was refused`);
  };
}

function call(
  what: string,
  attempt: (t: ConformanceContext) => PromiseLike<unknown>,
): (t: ConformanceContext) => Promise<void> {
  return async (t) => void (await failsWith('UNSUPPORTED', () => attempt(t), what));
}

function running(
  what: string,
  attempt: (t: ConformanceContext, id: string) => PromiseLike<unknown>,
): (t: ConformanceContext) => Promise<void> {
  return async (t) => {
    const id = await t.idle();
    await failsWith('UNSUPPORTED', () => attempt(t, id), what);
    equal((await t.backend.inspect(id)).status, 'running', `status after ${what} was refused`);
  };
}

async function* emptyContext(): AsyncIterable<Uint8Array> {
  yield* archive([{ name: 'Dockerfile', content: 'FROM scratch\n' }]);
}
