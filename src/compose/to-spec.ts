import { composeLabel } from '../core/compose-labels.ts';
import { WherryError } from '../core/errors.ts';
import type {
  ContainerSpec,
  HealthCheckSpec,
  NetworkAttachment,
  PortMapping,
  PullPolicy,
  ResourceLimits,
} from '../core/spec.ts';
import { composeVersion } from './compose-version.ts';
import { define } from './decode.ts';
import { defined } from './defined.ts';
import { configMounts, type FileContents, secretMounts } from './file-contents.ts';
import { sharedService } from './finish-service.ts';
import { serviceHash } from './hash.ts';
import type { Port, Project, Service, ServiceNetwork } from './model.ts';
import { containerName, firstContainer, imageName } from './names.ts';
import { own } from './own.ts';
import { blockIoLimits, isCdi, toDeviceRequests } from './to-devices.ts';
import { linkAliases, toLinks } from './to-links.ts';
import { toVolumeMounts, toVolumesFrom } from './to-mounts.ts';

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
  containerOf?: ((service: string) => string | undefined) | undefined;
  /** `aliases`: the engine has no links, names of linked services are aliases for all on the network. Default: `own`. */
  links?: 'own' | 'aliases' | undefined;
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
    environment: service.environment,
    workingDir: service.workingDir,
    user: service.user,
    groupAdd: service.groupAdd,
    hostname: service.hostname,
    domainname: service.domainname,
    labels: { ...service.labels, ...containerLabels(project, service, options) },
    annotations: service.annotations,
    umask: service.umask,
    volumes: toVolumeMounts(project, service),
    volumesFrom: toVolumesFrom(project, service, options),
    secrets: secretMounts(project, service, files),
    configs: configMounts(project, service, files),
    networkMode: shared(service.networkMode),
    networks: toAttachments(project, service, name, options),
    ports: toPortMappings(service, options.index),
    expose: service.expose,
    dns: service.dns,
    dnsSearch: service.dnsSearch,
    dnsOpt: service.dnsOpt,
    extraHosts: service.extraHosts,
    links: toLinks(project, service, options),
    macAddress: service.macAddress,
    resources: toResources(service),
    restart: service.restart,
    healthcheck: toHealthCheck(service),
    logging: service.logging,
    init: service.init,
    stdinOpen: service.stdinOpen || undefined,
    tty: service.tty || undefined,
    useApiSocket: service.useApiSocket || undefined,
    stopSignal: service.stopSignal,
    stopGracePeriod: service.stopGracePeriod,
    capAdd: service.capAdd,
    capDrop: service.capDrop,
    privileged: service.privileged || undefined,
    readOnly: service.readOnly || undefined,
    securityOpt: service.securityOpt,
    devices: service.devices.filter((device) => !isCdi(device)),
    deviceCgroupRules: service.deviceCgroupRules,
    gpus: toDeviceRequests(service),
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
    [composeLabel.version]: composeVersion,
    [composeLabel.configHash]: serviceHash(service, { containerOf: options.containerOf, of: 'container' }),
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

function toAttachments(
  project: Project,
  service: Service,
  container: string,
  options: ToSpecOptions,
): Record<string, NetworkAttachment> | undefined {
  const attachments: Record<string, NetworkAttachment> = {};
  for (const [key, attachment] of Object.entries(service.networks)) {
    define(
      attachments,
      own(project.networks, key)?.name ?? key,
      toAttachment(attachment, service, container, linkAliases(project, service, key, options)),
    );
  }
  return attachments;
}

function toAttachment(
  attachment: ServiceNetwork,
  service: Service,
  container: string,
  linked: readonly string[],
): NetworkAttachment {
  const { useServiceNameAlias, aliases, priority, gwPriority, ...rest } = attachment;
  const names = [container, ...(useServiceNameAlias ? [service.name] : []), ...aliases, ...linked];
  return defined<NetworkAttachment>({
    ...rest,
    aliases: Array.from(new Set(names)),
    priority: priority === 0 ? undefined : priority,
    gwPriority: gwPriority === 0 ? undefined : gwPriority,
  });
}

function sharedMode(mode: string | undefined, project: Project, options: ToSpecOptions): string | undefined {
  const name = sharedService(mode);
  return name === undefined ? mode : `container:${firstContainer(name, project, options)}`;
}

/** Without a network of its own a container publishes nothing: the loader has warned of it. */
function toPortMappings({ networkMode, ports }: Service, index: number): PortMapping[] {
  if (networkMode === 'host' || networkMode === 'none') return [];
  return ports.map((port) => toPortMapping(port, index));
}

/** From a range of host ports each container takes the one of its number. */
function toPortMapping({ target, published, hostIp, protocol }: Port, index: number): PortMapping {
  const port = published && Math.min(published.from + index - 1, published.to);
  return defined<PortMapping>({ target, protocol, hostIp, published: port });
}

function toResources(service: Service): ResourceLimits | undefined {
  const { oomKillDisable: _kill, oomScoreAdj: _score, cpuQuota = -1, ...further } = service.resources;
  // Windows: the loader has told that nothing comes of them.
  const { cpuCount, cpuPercent, ...limits } = further;
  const ulimits = Object.keys(service.ulimits).length > 0 ? service.ulimits : undefined;
  const resources = defined<ResourceLimits>({
    ...limits,
    ...blockIoLimits(service.blockIo),
    cpuQuota: cpuQuota < 0 ? undefined : cpuQuota,
    ulimits,
  });
  return Object.keys(resources).length > 0 ? resources : undefined;
}

/** Fails with `INVALID` for an interval of a start that has no length: the engine would ignore it. */
function toHealthCheck({ name, healthcheck }: Service): HealthCheckSpec | undefined {
  if (healthcheck === undefined) return undefined;
  const { disable, ...check } = healthcheck;
  if (check.startInterval !== undefined && check.startPeriod === undefined)
    throw new WherryError(
      'INVALID',
      `service ${name}: healthcheck.start_interval requires healthcheck.start_period to be set`,
      { hint: 'say how long its start may take, as in `start_period: 30s`' },
    );
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
