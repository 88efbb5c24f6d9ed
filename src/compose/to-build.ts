import type { DockerfileBuild } from '../core/image.ts';
import { Secret } from '../core/secret.ts';
import { define } from './decode.ts';
import { contentOf, type FileContents } from './file-contents.ts';
import type { Project, Service } from './model.ts';
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
    cacheFrom,
    noCache,
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
  };
}
