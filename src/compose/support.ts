/** What becomes of a key of the Compose specification. */
export type Verdict = 'supported' | 'ignored' | 'refused';

export interface KeySupport {
  verdict: Verdict;
  /** Why it is ignored (a warning says so) or refused (an error says so). */
  note?: string;
  /** The key above it that is ignored or refused, and this one with it. */
  with?: string;
}

type Notes = Readonly<Record<string, string>>;
interface Scope {
  supported: string;
  ignored?: Notes;
  refused?: Notes;
}

const swarm = 'it is for Swarm, a single engine has no use for it';
const ownBackoff = 'the engine waits 100 ms at first and twice as long each time';
const owners = 'the Dockerfile says whose the file is: RUN --mount=type=secret,id=…,uid=…,gid=…,mode=…';
const windows = 'it is for Windows containers';
const external = 'secrets and configs of the engine exist in Swarm only';

const beside = 'a hook takes it from its service; docker compose has no such key of a hook either';
/** Keys of containers that the specification has of `pre_start` hooks as well. */
export const keysBesideHooks: readonly string[] =
  `annotations blkio_config cap_add cap_drop cgroup cgroup_parent configs cpu_count cpu_percent cpu_period cpu_quota
  cpu_rt_period cpu_rt_runtime cpu_shares cpus cpuset credential_spec device_cgroup_rules devices dns dns_opt dns_search
  domainname entrypoint env_file extra_hosts gpus group_add hostname init ipc isolation label_file labels logging mac_address
  mem_limit mem_reservation mem_swappiness memswap_limit models network_mode networks oom_kill_disable oom_score_adj pid
  pids_limit platform pull_policy pull_refresh_after read_only runtime secrets security_opt shm_size stop_grace_period
  stop_signal storage_opt sysctls tmpfs ulimits umask use_api_socket userns_mode uts volumes volumes_from`.split(
    /\s+/,
  );

const hook = 'command environment privileged user working_dir';
const updating = 'delay failure_action max_failure_ratio monitor order parallelism';

/** Every key of the specification, by the mapping that it stands in. What is not named here is no key of the specification. */
const scopes: Readonly<Record<string, Scope>> = {
  '': {
    supported: 'configs include jobs models name networks secrets services volumes',
    ignored: { version: 'it is obsolete, the newest specification always holds' },
  },
  'services.*': {
    supported: `annotations attach blkio_config build cap_add cap_drop cgroup cgroup_parent command configs container_name
      cpu_period cpu_quota cpu_rt_period cpu_rt_runtime cpu_shares cpus cpuset depends_on deploy develop
      device_cgroup_rules devices dns dns_opt dns_search domainname entrypoint env_file environment expose extends
      external_links extra_hosts gpus group_add healthcheck hostname image init ipc label_file labels links logging
      mac_address mem_limit mem_reservation mem_swappiness memswap_limit models network_mode networks oom_kill_disable
      oom_score_adj pid pids_limit platform ports post_start pre_start pre_stop privileged profiles provider
      pull_policy read_only restart runtime scale secrets security_opt shm_size stdin_open stop_grace_period
      stop_signal storage_opt sysctls tmpfs tty ulimits umask use_api_socket user userns_mode uts volumes volumes_from working_dir`,
    ignored: {
      cpu_count: windows,
      cpu_percent: windows,
      pull_refresh_after: 'the peer has no such thing either; use pull_policy: every_…',
    },
    refused: {
      credential_spec: windows,
      isolation: windows,
    },
  },
  'include.[]': { supported: 'env_file path project_directory' },
  'services.*.extends': { supported: 'file service' },
  'services.*.build': {
    supported: `additional_contexts args cache_from cache_to context dockerfile dockerfile_inline entitlements extra_hosts
      labels network no_cache no_cache_filter platforms privileged provenance pull sbom secrets shm_size ssh tags target
      ulimits`,
    refused: { isolation: windows },
  },
  'services.*.blkio_config': {
    supported: 'device_read_bps device_read_iops device_write_bps device_write_iops weight weight_device',
  },
  'services.*.blkio_config.device_read_bps.[]': { supported: 'path rate' },
  'services.*.blkio_config.device_read_iops.[]': { supported: 'path rate' },
  'services.*.blkio_config.device_write_bps.[]': { supported: 'path rate' },
  'services.*.blkio_config.device_write_iops.[]': { supported: 'path rate' },
  'services.*.blkio_config.weight_device.[]': { supported: 'path weight' },
  'services.*.build.secrets.[]': {
    supported: 'source target',
    ignored: { uid: owners, gid: owners, mode: owners },
  },
  'services.*.build.ulimits.*': { supported: 'hard soft' },
  'services.*.credential_spec': { supported: 'config file registry' },
  'services.*.depends_on.*': { supported: 'condition required restart' },
  'services.*.deploy': {
    supported: 'labels mode replicas resources restart_policy update_config',
    ignored: {
      endpoint_mode: swarm,
      placement: swarm,
      rollback_config: 'the old containers are kept, and come back all at once',
    },
  },
  'services.*.deploy.placement': { supported: 'constraints max_replicas_per_node preferences' },
  'services.*.deploy.placement.preferences.[]': { supported: 'spread' },
  'services.*.deploy.resources': { supported: 'limits reservations' },
  'services.*.deploy.resources.limits': { supported: 'cpus memory pids' },
  'services.*.deploy.resources.reservations': {
    supported: 'devices memory',
    ignored: { cpus: swarm, generic_resources: swarm },
  },
  'services.*.deploy.resources.reservations.devices.[]': {
    supported: 'capabilities count device_ids driver options',
  },
  'services.*.deploy.resources.reservations.generic_resources.[]': { supported: 'discrete_resource_spec' },
  'services.*.deploy.resources.reservations.generic_resources.[].discrete_resource_spec': {
    supported: 'kind value',
  },
  'services.*.deploy.rollback_config': { supported: updating },
  'services.*.deploy.update_config': {
    supported: updating,
  },
  'services.*.deploy.restart_policy': {
    supported: 'condition max_attempts',
    ignored: { delay: ownBackoff, window: 'the engine counts a run of 10 seconds as a success' },
  },
  'services.*.develop': { supported: 'watch' },
  'services.*.develop.watch.[]': { supported: 'action exec ignore include initial_sync path target' },
  'services.*.develop.watch.[].exec': { supported: hook },
  'services.*.devices.[]': { supported: 'permissions source target' },
  'services.*.env_file.[]': { supported: 'format path required' },
  'services.*.gpus.[]': { supported: 'capabilities count device_ids driver options' },
  'services.*.healthcheck': {
    supported: 'disable interval retries start_interval start_period test timeout',
  },
  'services.*.logging': { supported: 'driver options' },
  'services.*.models.*': { supported: 'endpoint_var model_var' },
  'services.*.networks.*': {
    supported: `aliases driver_opts gw_priority interface_name ipv4_address ipv6_address link_local_ips mac_address priority
      use_service_name_alias`,
  },
  'services.*.post_start.[]': { supported: hook },
  'services.*.pre_start.[]': {
    supported: `${hook} image per_replica`,
    refused: Object.fromEntries(keysBesideHooks.map((key) => [key, beside])),
  },
  'services.*.pre_stop.[]': { supported: hook },
  'services.*.provider': { supported: 'options type' },
  'services.*.ports.[]': { supported: 'app_protocol host_ip mode name protocol published target' },
  'services.*.configs.[]': { supported: 'gid mode source target uid' },
  'services.*.secrets.[]': { supported: 'gid mode source target uid' },
  'services.*.ulimits.*': { supported: 'hard soft' },
  'services.*.volumes.[]': {
    supported: 'bind image read_only source target tmpfs type volume',
    ignored: { consistency: 'engines on Linux have no use for it' },
  },
  'services.*.volumes.[].bind': {
    supported: 'create_host_path propagation recursive selinux',
  },
  'services.*.volumes.[].image': { supported: 'subpath' },
  'services.*.volumes.[].volume': {
    supported: 'labels nocopy subpath',
  },
  'services.*.volumes.[].tmpfs': { supported: 'mode size' },
  'jobs.*.triggers': { supported: 'manual schedule' },
  'jobs.*.triggers.schedule.[]': { supported: 'concurrency cron missed_fires timezone' },
  'models.*': { supported: 'context_size model name runtime_flags' },
  'networks.*': {
    supported: 'attachable driver driver_opts enable_ipv4 enable_ipv6 external internal ipam labels name',
  },
  'networks.*.external': { supported: 'name' },
  'networks.*.ipam': { supported: 'config driver options' },
  'networks.*.ipam.config.[]': { supported: 'aux_addresses gateway ip_range subnet' },
  'volumes.*': { supported: 'driver driver_opts external labels name' },
  'volumes.*.external': { supported: 'name' },
  'secrets.*.external': { supported: 'name' },
  'configs.*.external': { supported: 'name' },
  'secrets.*': {
    supported: 'environment file labels name',
    refused: { driver: external, driver_opts: external, external, template_driver: external },
  },
  'configs.*': {
    supported: 'content environment file labels name',
    refused: { external, template_driver: external },
  },
};

/** What a service has and a job has not. */
const servicesOnly = `attach container_name deploy develop extends external_links links post_start pre_start pre_stop provider
  restart scale`;

const byScope: ReadonlyMap<string, ReadonlyMap<string, KeySupport>> = withJobs(
  new Map(Object.entries(scopes).map(([scope, keys]) => [scope, expand(keys)])),
);

/** Jobs have the keys of services, but for some, and what triggers them. */
function withJobs(known: Map<string, ReadonlyMap<string, KeySupport>>): typeof known {
  const job = new Map(known.get('services.*'));
  for (const key of servicesOnly.split(/\s+/)) job.delete(key);
  return known.set('jobs.*', job.set('triggers', { verdict: 'supported' }));
}

/** What becomes of `key` in the mapping `scope` (`services.*.build`); undefined when the specification has no such key. */
export function supportOf(scope: string, key: string): KeySupport | undefined {
  return byScope.get(scope)?.get(key);
}

/** The verdict on every key, by its path in the file (`services.*.build.args`), sorted. */
export function composeSupport(): ReadonlyMap<string, KeySupport> {
  const all = new Map<string, KeySupport>();
  for (const [scope, keys] of byScope) {
    for (const [key, support] of keys) all.set(scope === '' ? key : `${scope}.${key}`, support);
  }
  const sorted = [...all].sort(([a], [b]) => (a < b ? -1 : 1));
  return new Map(sorted.map(([path, support]) => [path, decidedAbove(path, all) ?? support]));
}

/** The verdict of the nearest key above that is not supported. */
function decidedAbove(path: string, all: ReadonlyMap<string, KeySupport>): KeySupport | undefined {
  const steps = path.split('.');
  for (let length = 1; length < steps.length; length++) {
    const above = steps.slice(0, length).join('.');
    const support = all.get(above);
    if (support !== undefined && support.verdict !== 'supported') return { ...support, with: above };
  }
  return undefined;
}

function expand(scope: Scope): Map<string, KeySupport> {
  const keys = new Map<string, KeySupport>();
  for (const key of scope.supported.split(/\s+/)) keys.set(key, { verdict: 'supported' });
  for (const [key, note] of Object.entries(scope.ignored ?? {})) keys.set(key, { verdict: 'ignored', note });
  for (const [key, note] of Object.entries(scope.refused ?? {})) keys.set(key, { verdict: 'refused', note });
  return keys;
}
