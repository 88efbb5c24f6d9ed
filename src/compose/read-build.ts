import { boolean, bytes, dictionary, labels, text, texts } from './decode.ts';
import { type Fields, readFields, setter } from './fields.ts';
import type { Build } from './model.ts';
import { contextPath } from './paths.ts';
import { readReferences } from './read-files.ts';
import { readExtraHosts, readUlimits } from './read-limits.ts';
import type { Reading } from './reading.ts';
import type { Node, Path } from './tree.ts';

/** A build whose arguments may still lack values that the environment gives. */
export interface BuildDraft extends Omit<Build, 'args'> {
  args: Record<string, string | null>;
}

const set = setter<BuildDraft>();
const buildFields: Fields<BuildDraft> = {
  scope: 'services.*.build',
  keys: {
    args: set('args', dictionary),
    cache_from: set('cacheFrom', texts),
    context: set('context', contextPath),
    dockerfile: set('dockerfile', text),
    dockerfile_inline: set('dockerfileInline', text),
    extra_hosts: set('extraHosts', readExtraHosts),
    labels: set('labels', labels),
    network: set('network', text),
    no_cache: set('noCache', boolean),
    platforms: set('platforms', texts),
    pull: set('pull', boolean),
    secrets: set('secrets', readReferences('build')),
    shm_size: set('shmSize', bytes),
    tags: set('tags', texts),
    target: set('target', text),
    ulimits: set('ulimits', readUlimits),
  },
};

/** `build`: the context, or a mapping with details. */
export function readBuild(node: Node, path: Path, to: Reading): BuildDraft | undefined {
  const draft: BuildDraft = {
    context: to.surroundings.directory,
    args: {},
    labels: {},
    secrets: [],
    cacheFrom: [],
    noCache: false,
    pull: false,
    platforms: [],
    tags: [],
    extraHosts: {},
    ulimits: {},
  };
  if (node.kind !== 'mapping') {
    const context = contextPath(node, path, to);
    return context === undefined
      ? undefined
      : to.mark({ ...draft, context, dockerfile: 'Dockerfile' }, node, path);
  }
  const build = readFields(draft, buildFields, node, path, to);
  if (build === undefined) return undefined;
  if (build.dockerfile !== undefined && build.dockerfileInline !== undefined) {
    to.error('conflict', 'dockerfile and dockerfile_inline exclude each other', node, path);
  }
  if (build.dockerfile === undefined && build.dockerfileInline === undefined) build.dockerfile = 'Dockerfile';
  return to.mark(build, node, path);
}
