import { sharedService } from './finish-service.ts';
import type { FileReference, FileResource, LanguageModel, Network, Service, Volume } from './model.ts';
import { own } from './own.ts';
import type { Reading } from './reading.ts';
import { suggest } from './suggest.ts';
import { contextService } from './to-build.ts';
import { outsideProbe } from './x-probe.ts';

/** What the services of a project may refer to. */
export interface Checked {
  services: Readonly<Record<string, Service>>;
  disabledServices: Readonly<Record<string, Service>>;
  networks: Readonly<Record<string, Network>>;
  volumes: Readonly<Record<string, Volume>>;
  configs: Readonly<Record<string, FileResource>>;
  secrets: Readonly<Record<string, FileResource>>;
  models: Readonly<Record<string, LanguageModel>>;
  jobs: Readonly<Record<string, Service>>;
}

/** Checks what only the whole project shows: references, contradictions, and services that cannot run side by side. */
export function checkProject(project: Checked, to: Reading): void {
  const names = new Map<string, string>();
  for (const service of [...Object.values(project.jobs), ...Object.values(project.services)]) {
    checkImage(service, to);
    checkDependencies(service, project, to);
    checkReferences(service, project, to);
    checkNetworking(service, to);
    checkBuild(service, to);
    checkContexts(service, project, to);
    checkContainerName(service, names, to);
    checkTargets(service, to);
  }
}

function checkImage({ image, build, provider, origin }: Service, to: Reading): void {
  if (image !== undefined || build !== undefined || provider !== undefined) return;
  // What cannot be read has been told already.
  if (to.isTold(origin, ['image', 'build', 'provider', 'extends'])) return;
  to.errorAt(origin, 'missing-key', 'needs an image or a build');
}

/** The Compose specification has triggers run a job, and nothing else. */
const jobHint =
  'only services can be depended on: make it one with restart: "no", or run what is to come before as pre_start';

function checkDependencies(service: Service, project: Checked, to: Reading): void {
  for (const [name, dependency] of Object.entries(service.dependsOn)) {
    const other = own(project.services, name);
    if (other === undefined) {
      const disabled = own(project.disabledServices, name);
      if (disabled !== undefined && !dependency.required) continue;
      const place = to.isMarked(dependency) ? dependency : service.origin;
      if (disabled === undefined) {
        const isJob = Object.hasOwn(project.jobs, name);
        to.errorAt(
          place,
          'reference',
          `depends on ${name}, which is ${isJob ? 'a job' : 'no service'}`,
          isJob ? jobHint : meant(name, project.services),
        );
      } else {
        const hint = `switch on the profile ${disabled.profiles.join(' or ')}, or say required: false`;
        to.errorAt(
          place,
          'reference',
          `depends on ${name}, which takes no part: its profile is not active`,
          hint,
        );
      }
    } else if (
      dependency.condition === 'service_healthy' &&
      other.healthcheck?.disable === true &&
      outsideProbe(other) === undefined
    ) {
      to.errorAt(dependency, 'conflict', `waits for ${name} to be healthy, whose health check is disabled`);
    }
  }
}

function checkReferences(service: Service, project: Checked, to: Reading): void {
  for (const [name, attachment] of Object.entries(service.networks)) {
    if (own(project.networks, name) !== undefined || name === 'default') continue;
    to.errorAt(
      attachment,
      'reference',
      `there is no network ${name}`,
      declare('networks', name, project.networks),
    );
  }
  for (const mount of service.volumes) {
    if (mount.type !== 'volume' || mount.source === undefined) continue;
    if (own(project.volumes, mount.source) !== undefined) continue;
    const hint = declare('volumes', mount.source, project.volumes);
    to.errorAt(mount, 'reference', `there is no volume ${mount.source}`, hint);
  }
  for (const [name, use] of Object.entries(service.models)) {
    if (own(project.models, name) !== undefined) continue;
    to.errorAt(use, 'reference', `there is no model ${name}`, declare('models', name, project.models));
  }
  checkFiles('secrets', [...service.secrets, ...(service.build?.secrets ?? [])], project.secrets, to);
  checkFiles('configs', service.configs, project.configs, to);
}

function checkFiles(
  section: 'secrets' | 'configs',
  references: readonly FileReference[],
  resources: Readonly<Record<string, FileResource>>,
  to: Reading,
): void {
  for (const reference of references) {
    if (own(resources, reference.source) !== undefined) continue;
    const message = `there is no ${section.slice(0, -1)} ${reference.source}`;
    to.errorAt(reference, 'reference', message, declare(section, reference.source, resources));
  }
}

function checkNetworking(service: Service, to: Reading): void {
  const { networkMode } = service;
  if (networkMode === undefined) return;
  const place = service.origin;
  if (Object.keys(service.networks).length > 0) {
    to.errorAt(place, 'conflict', 'network_mode and networks exclude each other');
  }
  const shared = sharedService(networkMode);
  if (shared === '' || networkMode === 'container:')
    to.errorAt(place, 'value', `network_mode ${networkMode} names nothing`);
  if (service.ports.length === 0) return;
  if (shared !== undefined || networkMode.startsWith('container:')) {
    to.errorAt(
      place,
      'conflict',
      `ports cannot be published with network_mode ${networkMode}`,
      'publish them on the other one',
    );
  } else if (networkMode === 'host' || networkMode === 'none') {
    to.warnAt(place, 'conflict', `ports have no effect with network_mode ${networkMode}`);
  }
}

function checkBuild(service: Service, to: Reading): void {
  const { build, platform } = service;
  if (build !== undefined && build.platforms.length > 1 && platform === undefined) {
    const message = `one image is built, for the engine's own platform if it is listed, else for ${build.platforms[0]}`;
    to.warnAt(build, 'ignored-key', message, 'say which with platform');
  }
  if (build === undefined || platform === undefined || build.platforms.length === 0) return;
  if (!build.platforms.includes(platform))
    to.errorAt(build, 'conflict', `service.build.platforms MUST include service.platform "${platform}"`);
}

function checkContexts({ build }: Service, project: Checked, to: Reading): void {
  if (build === undefined) return;
  for (const [name, context] of Object.entries(build.additionalContexts)) {
    const other = contextService(context);
    if (other === undefined) continue;
    const service = own(project.services, other) ?? own(project.disabledServices, other);
    if (service === undefined) {
      const hint = meant(other, project.services);
      to.errorAt(build, 'reference', `the context ${name} is of ${other}, which is no service`, hint);
    } else if (service.build === undefined) {
      to.errorAt(
        build,
        'reference',
        `the context ${name} is of the service ${other}, which is not built`,
        `say docker-image://${service.image ?? other}`,
      );
    }
  }
}

function checkContainerName(service: Service, taken: Map<string, string>, to: Reading): void {
  const { containerName: name } = service;
  if (name === undefined) return;
  if (service.scale > 1) {
    to.errorAt(
      service.origin,
      'conflict',
      `${service.scale} containers cannot all be named ${name}`,
      'remove container_name',
    );
  }
  const other = taken.get(name);
  if (other !== undefined)
    to.errorAt(
      service.origin,
      'conflict',
      `the container name "${name}" is already in use by service ${other}`,
    );
  taken.set(name, service.name);
}

function checkTargets(service: Service, to: Reading): void {
  const tmpfs = new Set(service.tmpfs.map((entry) => entry.split(':', 1)[0]));
  for (const mount of service.volumes) {
    if (tmpfs.has(mount.target)) to.errorAt(mount, 'conflict', `${mount.target} is mounted by tmpfs already`);
  }
}

function declare(section: string, name: string, known: object): string {
  return meant(name, known) ?? `declare it: ${section}: { ${name}: … }`;
}

function meant(name: string, known: object): string | undefined {
  const other = suggest(name, Object.keys(known));
  return other === undefined ? undefined : `did you mean "${other}"?`;
}
