import { WherryError } from '../core/errors.ts';
import type { NetworkSpec } from '../core/network.ts';
import type {
  ContainerSpec,
  HealthCheckSpec,
  NetworkAttachment,
  PortMapping,
  PullPolicy,
  ResourceLimits,
  VolumeMount,
} from '../core/spec.ts';
import type { VolumeSpec } from '../core/volume.ts';
import { define } from './decode.ts';
import { configMounts, type FileContents, secretMounts } from './file-contents.ts';
import { sharedService } from './finish-service.ts';
import { networkHash, serviceHash, volumeHash } from './hash.ts';
import { composeLabel } from './labels.ts';
import type { Mount, Network, Port, Project, Service, ServiceNetwork, Volume } from './model.ts';
import { containerName, imageName } from './names.ts';
import { own } from './own.ts';
import { parseTmpfs } from './tmpfs.ts';

export interface ToSpecOptions {
  /** Which of the service's containers, from 1. */
  index: number;
  /** What {@link readFileContents} read; needed when the service uses secrets or configs from files. */
  files?: FileContents | undefined;
  /** A container of `run`: no number, and labelled so that `up` and `down` tell it from the service's own. */
  oneOff?: boolean | undefined;
  /** Name of the container. Default: Compose's, `project-service-1`. */
  name?: string | undefined;
  /** Digest of the image, kept as a label: when it changes, the container is out of date. */
  imageDigest?: string | undefined;
  /** The container of a service whose namespace is shared. Default: the name of its first one. */
  containerOf?: ((service: string) => string) | undefined;
}

/**
 * The container that a service asks for, with Docker Compose's names and `com.docker.compose.*` labels. Fails with
 * `INVALID` when a secret or config has no content.
 */
export function serviceToSpec(project: Project, service: Service, options: ToSpecOptions): ContainerSpec {
  const { files = new Map<string, Uint8Array>() } = options;
  const name = options.name ?? containerName(project, service, options.index);
  const shared = (mode: string | undefined): string | undefined => sharedMode(mode, project, options);
  return defined<ContainerSpec>({
    name,
    image: imageName(project, service),
    entrypoint: service.entrypoint,
    command: service.command,
    environment: withoutNulls(service.environment),
    workingDir: service.workingDir,
    user: service.user,
    groupAdd: service.groupAdd,
    hostname: service.hostname,
    domainname: service.domainname,
    labels: { ...service.labels, ...containerLabels(project, service, options) },
    annotations: service.annotations,
    volumes: [
      ...service.volumes.map((mount) => toVolumeMount(mount, project)),
      ...service.tmpfs.map(toTmpfsMount),
    ],
    secrets: secretMounts(project, service, files),
    configs: configMounts(project, service, files),
    networkMode: shared(service.networkMode),
    networks: toAttachments(project, service, name),
    ports: service.ports.map((port) => toPortMapping(port, options.index)),
    expose: service.expose,
    dns: service.dns,
    dnsSearch: service.dnsSearch,
    dnsOpt: service.dnsOpt,
    extraHosts: service.extraHosts,
    macAddress: service.macAddress,
    resources: toResources(service),
    restart: service.restart,
    healthcheck: toHealthCheck(service),
    logging: service.logging,
    init: service.init,
    stdinOpen: service.stdinOpen || undefined,
    tty: service.tty || undefined,
    stopSignal: service.stopSignal,
    stopGracePeriod: service.stopGracePeriod,
    capAdd: service.capAdd,
    capDrop: service.capDrop,
    privileged: service.privileged || undefined,
    readOnly: service.readOnly || undefined,
    securityOpt: service.securityOpt,
    devices: service.devices,
    sysctls: service.sysctls,
    pid: shared(service.pid),
    ipc: shared(service.ipc),
    uts: shared(service.uts),
    usernsMode: service.usernsMode,
    cgroup: service.cgroup,
    cgroupParent: service.cgroupParent,
    runtime: service.runtime,
    oomKillDisable: service.resources.oomKillDisable,
    oomScoreAdj: service.resources.oomScoreAdj,
    platform: service.platform,
    pullPolicy: toPullPolicy(service),
  });
}

/** The labels of a container of the project. */
export function containerLabels(
  project: Project,
  service: Service,
  options: ToSpecOptions,
): Record<string, string> {
  const dependencies = Object.entries(service.dependsOn).map(
    ([name, { condition, restart }]) => `${name}:${condition}:${restart}`,
  );
  const labels: Record<string, string> = {
    [composeLabel.project]: project.name,
    [composeLabel.service]: service.name,
    [composeLabel.oneOff]: options.oneOff === true ? 'True' : 'False',
    [composeLabel.configHash]: serviceHash(service),
    [composeLabel.dependsOn]: dependencies.join(','),
    [composeLabel.workingDirectory]: project.workingDirectory,
    [composeLabel.configFiles]: project.files.join(','),
  };
  if (options.oneOff !== true) labels[composeLabel.containerNumber] = String(options.index);
  if (options.imageDigest !== undefined) labels[composeLabel.image] = options.imageDigest;
  if (project.environmentFiles.length > 0)
    labels[composeLabel.environmentFile] = project.environmentFiles.join(',');
  return labels;
}

/** The network to make; an external one is not ours to make (`INVALID`). */
export function toNetworkSpec(project: Project, network: Network): NetworkSpec {
  refuseExternal('network', network);
  const { driver, options, config } = network.ipam;
  const usesIpam = driver !== undefined || config.length > 0 || Object.keys(options).length > 0;
  return defined<NetworkSpec>({
    name: network.name,
    driver: network.driver,
    driverOpts: network.driverOpts,
    internal: network.internal || undefined,
    attachable: network.attachable || undefined,
    enableIpv4: network.enableIpv4,
    enableIpv6: network.enableIpv6,
    ipam: usesIpam ? defined({ driver, options, pools: config.length > 0 ? config : undefined }) : undefined,
    labels: {
      ...network.labels,
      [composeLabel.network]: network.key,
      [composeLabel.project]: project.name,
      [composeLabel.configHash]: networkHash(network),
    },
  });
}

/** The volume to make; an external one is not ours to make (`INVALID`). */
export function toVolumeSpec(project: Project, volume: Volume): VolumeSpec {
  refuseExternal('volume', volume);
  return defined<VolumeSpec>({
    name: volume.name,
    driver: volume.driver,
    driverOpts: volume.driverOpts,
    labels: {
      ...volume.labels,
      [composeLabel.volume]: volume.key,
      [composeLabel.project]: project.name,
      [composeLabel.configHash]: volumeHash(volume),
    },
  });
}

function refuseExternal(what: string, { external, name }: { external: boolean; name: string }): void {
  if (external)
    throw new WherryError('INVALID', `the ${what} ${name} is external: it has to be there already`);
}

function toAttachments(
  project: Project,
  service: Service,
  container: string,
): Record<string, NetworkAttachment> | undefined {
  const attachments: Record<string, NetworkAttachment> = {};
  for (const [key, attachment] of Object.entries(service.networks)) {
    define(
      attachments,
      own(project.networks, key)?.name ?? key,
      toAttachment(attachment, service, container),
    );
  }
  return attachments;
}

function toAttachment(attachment: ServiceNetwork, service: Service, container: string): NetworkAttachment {
  const { useServiceNameAlias, aliases, priority, gwPriority, ...rest } = attachment;
  const names = [container, ...(useServiceNameAlias ? [service.name] : []), ...aliases];
  return defined<NetworkAttachment>({
    ...rest,
    aliases: Array.from(new Set(names)),
    priority: priority === 0 ? undefined : priority,
    gwPriority: gwPriority === 0 ? undefined : gwPriority,
  });
}

function sharedMode(mode: string | undefined, project: Project, options: ToSpecOptions): string | undefined {
  const name = sharedService(mode);
  if (name === undefined) return mode;
  const other = own(project.services, name) ?? own(project.disabledServices, name);
  const container =
    options.containerOf?.(name) ?? (other === undefined ? name : containerName(project, other, 1));
  return `container:${container}`;
}

/** From a range of host ports each container takes the one of its number. */
function toPortMapping({ target, published, hostIp, protocol }: Port, index: number): PortMapping {
  const port = published && Math.min(published.from + index - 1, published.to);
  return defined<PortMapping>({ target, protocol, hostIp, published: port });
}

function toVolumeMount(mount: Mount, project: Project): VolumeMount {
  const readOnly = mount.readOnly || undefined;
  if (mount.type === 'bind') {
    return defined<VolumeMount>({
      type: 'bind',
      source: mount.source ?? '',
      target: mount.target,
      readOnly,
      propagation: mount.bind?.propagation,
      createHostPath: mount.bind?.createHostPath || undefined,
      selinux: mount.bind?.selinux,
    });
  }
  if (mount.type === 'tmpfs')
    return defined<VolumeMount>({ type: 'tmpfs', target: mount.target, readOnly, ...mount.tmpfs });
  return defined<VolumeMount>({
    type: 'volume',
    source:
      mount.source === undefined ? undefined : (own(project.volumes, mount.source)?.name ?? mount.source),
    target: mount.target,
    readOnly,
    noCopy: mount.volume?.nocopy || undefined,
    subpath: mount.volume?.subpath,
  });
}

function toTmpfsMount(line: string): VolumeMount {
  const parsed = parseTmpfs(line);
  if (typeof parsed === 'string') throw new WherryError('INVALID', parsed);
  const { readOnly, ...rest } = parsed;
  return { type: 'tmpfs', ...rest, ...(readOnly ? { readOnly } : {}) };
}

function toResources(service: Service): ResourceLimits | undefined {
  const { oomKillDisable: _kill, oomScoreAdj: _score, ...limits } = service.resources;
  const ulimits = Object.keys(service.ulimits).length > 0 ? service.ulimits : undefined;
  const resources = defined<ResourceLimits>({ ...limits, ulimits });
  return Object.keys(resources).length > 0 ? resources : undefined;
}

function toHealthCheck({ healthcheck }: Service): HealthCheckSpec | undefined {
  if (healthcheck === undefined) return undefined;
  const { disable, ...check } = healthcheck;
  return disable ? { test: ['NONE'] } : check;
}

/** An image that is built is never pulled; when one gets too old is for the caller to judge. */
function toPullPolicy({ pullPolicy, build }: Service): PullPolicy | undefined {
  switch (pullPolicy?.when) {
    case 'always':
    case 'never':
      return pullPolicy.when;
    case 'build':
      return 'never';
    case undefined:
      return build === undefined ? undefined : 'never';
    default:
      return 'missing';
  }
}

function withoutNulls(variables: Readonly<Record<string, string | null>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(variables).filter((entry): entry is [string, string] => entry[1] !== null),
  );
}

/** Without fields that are undefined or empty: what a spec does not say, it leaves out. Commands may be empty. */
function defined<T extends object>(fields: { [K in keyof T]: T[K] | undefined }): T {
  const kept = Object.entries(fields).filter(([key, value]) => {
    if (value === undefined) return false;
    if (key === 'command' || key === 'entrypoint' || typeof value !== 'object' || value === null) return true;
    return Object.keys(value).length > 0;
  });
  return Object.fromEntries(kept) as T;
}
