import { always, denied, listOf, mapOf, type StructShape, said, shape } from './shape.ts';

// The Go structs of compose-go v2.15 (types/*.go), fields in their order: the hash of a service depends on it.

/** One of `configs` and `secrets`. */
export const configReferenceShape: StructShape = shape({
  source: 'string',
  target: 'string',
  uid: 'string',
  gid: 'string',
  mode: said('mode'),
});

const build = shape({
  context: 'string',
  dockerfile: 'string',
  dockerfile_inline: 'string',
  entitlements: 'strings',
  args: 'variables',
  provenance: 'string',
  sbom: 'string',
  ssh: 'ssh',
  labels: 'mapping',
  cache_from: 'strings',
  cache_to: 'strings',
  no_cache: 'boolean',
  no_cache_filter: 'strings',
  additional_contexts: 'mapping',
  pull: 'boolean',
  extra_hosts: 'hosts',
  isolation: 'string',
  network: 'string',
  target: 'string',
  secrets: listOf(configReferenceShape),
  shm_size: 'bytes',
  tags: 'strings',
  ulimits: mapOf('ulimit'),
  platforms: 'strings',
  privileged: 'boolean',
});

const hook = shape({
  command: always('command'),
  image: 'string',
  user: 'string',
  privileged: 'boolean',
  working_dir: 'string',
  environment: 'variables',
  per_replica: 'boolean',
});

const trigger = shape({
  path: always('string'),
  action: always('string'),
  target: 'string',
  exec: hook,
  include: 'strings',
  ignore: 'strings',
  initial_sync: 'boolean',
});

const weightDevice = shape({ path: always('string', 'Path'), weight: always('integer', 'Weight') });
const throttleDevice = shape({ path: always('string', 'Path'), rate: always('bytes', 'Rate') });

const blkio = shape({
  weight: 'integer',
  weight_device: listOf(weightDevice),
  device_read_bps: listOf(throttleDevice),
  device_read_iops: listOf(throttleDevice),
  device_write_bps: listOf(throttleDevice),
  device_write_iops: listOf(throttleDevice),
});

const deviceRequest = shape(
  { capabilities: 'strings', driver: 'string', count: 'count', device_ids: 'strings', options: 'mapping' },
  { closed: true },
);

const updateConfig = shape({
  parallelism: said('integer'),
  delay: 'duration',
  failure_action: 'string',
  monitor: 'duration',
  max_failure_ratio: 'float',
  order: 'string',
});

const resource = shape({
  cpus: 'float',
  memory: 'bytes',
  pids: 'integer',
  devices: listOf(deviceRequest),
  generic_resources: listOf(
    shape({ discrete_resource_spec: said(shape({ kind: always('string'), value: always('integer') })) }),
  ),
});

const deploy = shape({
  mode: 'string',
  replicas: said('integer'),
  labels: 'mapping',
  update_config: said(updateConfig),
  rollback_config: said(updateConfig),
  resources: shape({ limits: said(resource), reservations: said(resource) }),
  restart_policy: said(
    shape({
      condition: 'string',
      delay: said('duration'),
      max_attempts: said('integer'),
      window: said('duration'),
    }),
  ),
  placement: shape({
    constraints: 'strings',
    preferences: listOf(shape({ spread: 'string' })),
    max_replicas_per_node: 'integer',
  }),
  endpoint_mode: 'string',
});

const healthcheck = shape({
  test: 'test',
  timeout: said('duration'),
  interval: said('duration'),
  retries: said('integer'),
  start_period: said('duration'),
  start_interval: said('duration'),
  disable: 'boolean',
});

const network = shape({
  aliases: 'strings',
  driver_opts: 'mapping',
  gw_priority: 'integer',
  interface_name: 'string',
  ipv4_address: 'string',
  ipv6_address: 'string',
  link_local_ips: 'strings',
  mac_address: 'string',
  priority: 'integer',
});

const port = shape({
  name: 'string',
  mode: 'string',
  host_ip: 'string',
  target: 'integer',
  published: 'string',
  protocol: 'string',
  app_protocol: 'string',
});

/** One of `volumes`. */
export const mountShape: StructShape = shape({
  type: 'string',
  source: 'string',
  target: 'string',
  read_only: 'boolean',
  consistency: 'string',
  bind: said(
    shape({
      selinux: 'string',
      propagation: 'string',
      create_host_path: denied('boolean'),
      recursive: 'string',
    }),
  ),
  volume: said(shape({ labels: 'mapping', nocopy: 'boolean', subpath: 'string' })),
  tmpfs: said(shape({ size: 'bytes', mode: 'integer' })),
  image: said(shape({ subpath: 'string' })),
});

export const serviceShape: StructShape = shape({
  profiles: 'strings',
  annotations: 'mapping',
  attach: said('boolean'),
  build: said(build),
  develop: said(shape({ watch: listOf(trigger) })),
  blkio_config: said(blkio),
  cap_add: 'strings',
  cap_drop: 'strings',
  cgroup_parent: 'string',
  cgroup: 'string',
  cpu_count: 'integer',
  cpu_percent: 'float',
  cpu_period: 'integer',
  cpu_quota: 'integer',
  cpu_rt_period: 'microseconds',
  cpu_rt_runtime: 'microseconds',
  cpus: 'float',
  cpuset: 'string',
  cpu_shares: 'integer',
  command: always('command'),
  configs: listOf(configReferenceShape),
  container_name: 'string',
  credential_spec: said(shape({ config: 'string', file: 'string', registry: 'string' })),
  depends_on: mapOf(shape({ condition: 'string', restart: 'boolean', required: always('boolean') })),
  deploy: said(deploy),
  device_cgroup_rules: 'strings',
  devices: listOf(shape({ source: 'string', target: 'string', permissions: 'string' })),
  dns: 'strings',
  dns_opt: 'strings',
  dns_search: 'strings',
  domainname: 'string',
  entrypoint: always('command'),
  provider: said(shape({ type: 'string', options: 'multi' })),
  environment: 'variables',
  env_file: listOf(
    shape({ path: 'string', required: denied('boolean'), format: 'string' }, { closed: true }),
  ),
  expose: 'strings',
  external_links: 'strings',
  extra_hosts: 'hosts',
  group_add: 'strings',
  gpus: listOf(deviceRequest),
  hostname: 'string',
  healthcheck: said(healthcheck),
  image: 'string',
  init: said('boolean'),
  ipc: 'string',
  isolation: 'string',
  labels: 'mapping',
  label_file: 'strings',
  links: 'strings',
  logging: said(shape({ driver: 'string', options: 'mapping' })),
  mem_limit: 'bytes',
  mem_reservation: 'bytes',
  memswap_limit: 'bytes',
  mem_swappiness: 'bytes',
  mac_address: 'string',
  models: mapOf(shape({ endpoint_var: 'string', model_var: 'string' }), { nullable: true }),
  network_mode: 'string',
  networks: mapOf(network, { nullable: true }),
  oom_kill_disable: 'boolean',
  oom_score_adj: 'integer',
  pid: 'string',
  pids_limit: 'integer',
  platform: 'string',
  ports: listOf(port),
  privileged: 'boolean',
  pull_policy: 'string',
  read_only: 'boolean',
  restart: 'string',
  runtime: 'string',
  scale: said('integer'),
  secrets: listOf(configReferenceShape),
  security_opt: 'strings',
  shm_size: 'bytes',
  stdin_open: 'boolean',
  stop_grace_period: said('duration'),
  stop_signal: 'string',
  storage_opt: 'mapping',
  sysctls: 'mapping',
  tmpfs: 'strings',
  tty: 'boolean',
  ulimits: mapOf('ulimit'),
  use_api_socket: 'boolean',
  user: 'string',
  userns_mode: 'string',
  uts: 'string',
  volumes: listOf(mountShape),
  volumes_from: 'strings',
  working_dir: 'string',
  pre_start: listOf(hook),
  post_start: listOf(hook),
  pre_stop: listOf(hook),
});

/** A number for both limits is no struct. */
export const ulimitShape: StructShape = shape({ soft: 'integer', hard: 'integer' }, { closed: true });
