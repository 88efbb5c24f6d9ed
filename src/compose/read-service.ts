import { decodeStruct } from './canonical/decode.ts';
import { serviceShape } from './canonical/shapes-service.ts';
import {
  boolean,
  bytes,
  bytesOrUnlimited,
  duration,
  filledDictionary,
  integer,
  labels,
  listOf,
  nullable,
  oneOf,
  options,
  type Read,
  text,
  textIfAny,
  textOrTexts,
  texts,
  unlessEmpty,
} from './decode.ts';
import { type Fields, readFields, type SetField, setter } from './fields.ts';
import { keyOrigins } from './key-origins.ts';
import type { Resources, Service } from './model.ts';
import { containerPath } from './paths.ts';
import { readProbeFiles } from './probe-files.ts';
import { readBuild } from './read-build.ts';
import { readCommand, readHealthcheck, readPullPolicy, readRestart } from './read-command.ts';
import { readDependencies } from './read-dependencies.ts';
import { readDeploy } from './read-deploy.ts';
import { readBlockIo, readCgroupRule, readGpus } from './read-device-requests.ts';
import { readDevices } from './read-devices.ts';
import { readEnvFiles, readReferences } from './read-files.ts';
import { developInto, readHooks } from './read-hooks.ts';
import { readExtraHosts, readGroups, readStorage, readUlimits } from './read-limits.ts';
import { readMounts } from './read-mounts.ts';
import { macAddress, readAttachments } from './read-networks.ts';
import { readExpose, readPorts } from './read-ports.ts';
import { readCredentialSpec, readModelUses, readProvider } from './read-provider.ts';
import {
  readContainerName,
  readCpus,
  readEnvironment,
  readImage,
  readLabelFiles,
  readProfile,
  readServers,
  readUmask,
} from './read-values.ts';
import type { Reading } from './reading.ts';
import { emptyService, type ServiceDraft } from './service-draft.ts';
import { readTmpfs } from './tmpfs.ts';
import type { Node, Path, Place } from './tree.ts';
import { checkXWherry } from './x-wherry.ts';

const set = setter<ServiceDraft>();

function limit<K extends keyof Resources>(
  key: K,
  read: Read<NonNullable<Resources[K]>>,
): SetField<ServiceDraft> {
  const setLimit = setter<Resources>()(key, read);
  return (draft, node, path, to) => setLimit(draft.resources, node, path, to);
}

/** A number of them, or a time as text. */
const microseconds: Read<number> = (node, path, to) => {
  if (node.kind === 'scalar' && /^\d+$/.test(node.text)) return integer({ min: 0 })(node, path, to);
  const milliseconds = duration(node, path, to);
  return milliseconds === undefined ? undefined : milliseconds * 1000;
};

export const serviceFields: Fields<ServiceDraft> = {
  scope: 'services.*',
  keys: {
    annotations: set('annotations', filledDictionary),
    attach: set('attach', boolean),
    blkio_config: set('blockIo', readBlockIo),
    build: set('build', readBuild),
    cap_add: set('capAdd', texts),
    cap_drop: set('capDrop', texts),
    cgroup: set('cgroup', oneOf('host', 'private')),
    cgroup_parent: set('cgroupParent', text),
    command: set('command', readCommand),
    configs: set('configs', readReferences('configs')),
    container_name: set('containerName', readContainerName),
    cpu_count: limit('cpuCount', integer({ min: 0 })),
    cpu_percent: limit('cpuPercent', readCpus),
    cpu_period: limit('cpuPeriod', integer({ min: 0 })),
    cpu_quota: limit('cpuQuota', integer({ min: -1 })),
    cpu_rt_period: limit('cpuRealtimePeriod', microseconds),
    cpu_rt_runtime: limit('cpuRealtimeRuntime', microseconds),
    cpu_shares: limit('cpuShares', integer({ min: 0 })),
    cpus: limit('cpus', readCpus),
    cpuset: limit('cpuset', text),
    credential_spec: set('credentialSpec', readCredentialSpec),
    depends_on: set('dependsOn', readDependencies),
    deploy: set('deploy', nullable(readDeploy)),
    develop: developInto<ServiceDraft>(),
    device_cgroup_rules: set('deviceCgroupRules', listOf(readCgroupRule)),
    devices: set('devices', readDevices),
    dns: set('dns', readServers),
    dns_opt: set('dnsOpt', texts),
    dns_search: set('dnsSearch', textOrTexts),
    domainname: set('domainname', text),
    entrypoint: set('entrypoint', readCommand),
    env_file: set('envFiles', readEnvFiles),
    environment: set('environment', readEnvironment),
    expose: set('expose', readExpose),
    external_links: set('externalLinks', texts),
    extra_hosts: set('extraHosts', readExtraHosts),
    gpus: set('gpus', readGpus),
    group_add: set('groupAdd', readGroups),
    healthcheck: set('healthcheck', readHealthcheck),
    hostname: set('hostname', text),
    image: set('image', readImage),
    init: set('init', boolean),
    ipc: set('ipc', text),
    isolation: set('isolation', text),
    label_file: set('labelFiles', readLabelFiles),
    labels: set('labels', labels),
    links: set('links', texts),
    logging: set('logging', (node, path, to) => readFields({ options: {} }, loggingFields, node, path, to)),
    mac_address: set('macAddress', unlessEmpty(macAddress)),
    mem_limit: limit('memory', bytes),
    mem_reservation: limit('memoryReservation', bytes),
    mem_swappiness: limit('memorySwappiness', integer({ min: 0, max: 100 })),
    memswap_limit: limit('memorySwap', bytesOrUnlimited),
    models: set('models', readModelUses),
    network_mode: set('networkMode', textIfAny),
    networks: set('networks', readAttachments),
    oom_kill_disable: limit('oomKillDisable', boolean),
    oom_score_adj: limit('oomScoreAdj', integer({ min: -1000, max: 1000 })),
    pid: set('pid', nullable(text)),
    pids_limit: limit('pids', integer({ min: -1 })),
    platform: set('platform', textIfAny),
    ports: set('ports', readPorts),
    post_start: set('postStart', readHooks('post_start')),
    pre_start: set('preStart', readHooks('pre_start')),
    pre_stop: set('preStop', readHooks('pre_stop')),
    privileged: set('privileged', boolean),
    profiles: set('profiles', listOf(readProfile)),
    provider: set('provider', readProvider),
    pull_policy: set('pullPolicy', readPullPolicy),
    read_only: set('readOnly', boolean),
    restart: set('restart', readRestart),
    runtime: set('runtime', text),
    scale: set('scale', integer({ min: 0 })),
    secrets: set('secrets', readReferences('secrets')),
    security_opt: set('securityOpt', texts),
    shm_size: limit('shmSize', bytes),
    stdin_open: set('stdinOpen', boolean),
    stop_grace_period: set('stopGracePeriod', duration),
    stop_signal: set('stopSignal', text),
    storage_opt: limit('storage', readStorage),
    sysctls: set('sysctls', filledDictionary),
    tmpfs: set('tmpfs', readTmpfs),
    tty: set('tty', boolean),
    ulimits: set('ulimits', readUlimits),
    umask: set('umask', readUmask),
    use_api_socket: set('useApiSocket', boolean),
    user: set('user', text),
    userns_mode: set('usernsMode', text),
    uts: set('uts', text),
    volumes: set('volumes', readMounts),
    volumes_from: set('volumesFrom', texts),
    working_dir: set('workingDir', unlessEmpty(containerPath)),
  },
};

const setLogging = setter<NonNullable<Service['logging']>>();
const loggingFields: Fields<NonNullable<Service['logging']>> = {
  scope: 'services.*.logging',
  keys: { driver: setLogging('driver', text), options: setLogging('options', options) },
};

/** One of the `services`. */
export function readService(
  name: string,
  place: Place,
  node: Node,
  path: Path,
  to: Reading,
): ServiceDraft | undefined {
  const draft = emptyService(name, place, decodeStruct(node, serviceShape));
  const read = readFields(draft, serviceFields, node, path, to);
  if (read === undefined || node.kind !== 'mapping') return undefined;
  read.keyOrigins = keyOrigins(node);
  checkXWherry(node, path, to);
  const probeFiles = readProbeFiles(node, path, to);
  if (probeFiles !== undefined) read.probeFiles = probeFiles;
  // Later stages copy the service; its origin stays the same object.
  to.mark(read.origin, place, path);
  return read;
}
