import type { DockerfileBuild } from '../core/image.ts';
import { Secret } from '../core/secret.ts';
import { define } from './decode.ts';
import { contentOf, type FileContents } from './file-contents.ts';
import type { Build, Project, Service } from './model.ts';
import { imageName } from './names.ts';
import { own } from './own.ts';

/** What to build for a service, or undefined when it is not built. Tags beside the service's own image are in `tags`. */
export function toBuildInput(
  project: Project,
  service: Service,
  files: FileContents = new Map(),
): DockerfileBuild | undefined {
  const { build } = service;
  if (build === undefined) return undefined;
  const { secrets, platforms, dockerfile, dockerfileInline, target, network, shmSize, ssh } = build;
  const { context, args, labels, cacheFrom, noCache, pull, tags, extraHosts, ulimits } = build;
  const { cacheTo, noCacheFilter, provenance, sbom } = build;
  const platform = service.platform ?? platforms[0];
  const contents: Record<string, Secret> = {};
  for (const reference of secrets) {
    const content = contentOf('secret', own(project.secrets, reference.source), reference, project, files);
    define(contents, reference.target, new Secret(content));
  }
  return {
    kind: 'dockerfile',
    context,
    args,
    labels,
    additionalContexts: contextsOf(project, build),
    cacheFrom,
    cacheTo,
    entitlements: entitlementsOf(build),
    noCache,
    noCacheFilter,
    pull,
    tags,
    extraHosts,
    ulimits,
    secrets: contents,
    ...(dockerfile === undefined ? {} : { dockerfile }),
    ...(dockerfileInline === undefined ? {} : { dockerfileInline }),
    ...(target === undefined ? {} : { target }),
    ...(network === undefined ? {} : { network }),
    ...(shmSize === undefined ? {} : { shmSize }),
    ...(Object.keys(ssh).length === 0 ? {} : { ssh }),
    ...(platform === undefined ? {} : { platform }),
    ...(provenance === undefined ? {} : { provenance }),
    ...(sbom === undefined ? {} : { sbom }),
  };
}

/** The services whose images a build takes as contexts: these are built before it. */
export function contextServices(project: Project, { build }: Service): Service[] {
  return Object.values(build?.additionalContexts ?? {}).flatMap(
    (context) => serviceOf(project, context) ?? [],
  );
}

function serviceOf(
  project: Pick<Project, 'services' | 'disabledServices'>,
  context: string,
): Service | undefined {
  const name = contextService(context);
  if (name === undefined) return undefined;
  return own(project.services, name) ?? own(project.disabledServices, name);
}

/** The name in `service:NAME`; undefined for any other context. */
export function contextService(context: string): string | undefined {
  return context.startsWith('service:') ? context.slice('service:'.length) : undefined;
}

function contextsOf(project: Project, { additionalContexts }: Build): Record<string, string> {
  const contexts: Record<string, string> = {};
  for (const [name, context] of Object.entries(additionalContexts)) {
    const service = serviceOf(project, context);
    define(contexts, name, service === undefined ? context : `docker-image://${imageName(project, service)}`);
  }
  return contexts;
}

function entitlementsOf({ entitlements, privileged }: Build): string[] {
  return privileged ? [...new Set([...entitlements, 'security.insecure'])] : entitlements;
}
