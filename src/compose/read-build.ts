import {
  boolean,
  bytes,
  dictionary,
  filledDictionary,
  labels,
  type Read,
  text,
  textOrTexts,
  texts,
} from './decode.ts';
import { type Fields, readFields, setter } from './fields.ts';
import type { Build } from './model.ts';
import { contextPath } from './paths.ts';
import { readReferences } from './read-files.ts';
import { readExtraHosts, readUlimits } from './read-limits.ts';
import type { Reading } from './reading.ts';
import { child, type Node, type Path, textOf } from './tree.ts';

/** A build whose arguments may still lack values that the environment gives. */
export interface BuildDraft extends Omit<Build, 'args'> {
  args: Record<string, string | null>;
}

const readContexts = listedAs(/=/, 'no context', 'write NAME=CONTEXT');

/** `default` and `id=path`; as a mapping an agent may have any name. */
const readSsh = listedAs(
  /^default$|=/,
  'no ssh key',
  'write default or ID=PATH, or {ID: } for an agent of that name',
);

/** A dictionary of which the items are checked where it is a list. */
function listedAs(wanted: RegExp, wrong: string, hint: string): Read<Record<string, string>> {
  return (node, path, to) => {
    const items = node.kind === 'sequence' ? node.items : [];
    for (const [index, item] of items.entries()) {
      const text = textOf(item);
      if (text !== undefined && !wanted.test(text))
        to.error('value', `"${text}" is ${wrong}`, item, child(path, index), hint);
    }
    return filledDictionary(node, path, to);
  };
}

const set = setter<BuildDraft>();
const buildFields: Fields<BuildDraft> = {
  scope: 'services.*.build',
  keys: {
    additional_contexts: set('additionalContexts', readContexts),
    args: set('args', dictionary),
    cache_from: set('cacheFrom', texts),
    cache_to: set('cacheTo', texts),
    context: set('context', contextPath),
    dockerfile: set('dockerfile', text),
    dockerfile_inline: set('dockerfileInline', text),
    entitlements: set('entitlements', texts),
    extra_hosts: set('extraHosts', readExtraHosts),
    isolation: set('isolation', text),
    labels: set('labels', labels),
    network: set('network', text),
    no_cache: set('noCache', boolean),
    no_cache_filter: set('noCacheFilter', textOrTexts),
    platforms: set('platforms', texts),
    privileged: set('privileged', boolean),
    provenance: set('provenance', text),
    pull: set('pull', boolean),
    sbom: set('sbom', text),
    secrets: set('secrets', readReferences('build')),
    shm_size: set('shmSize', bytes),
    ssh: set('ssh', readSsh),
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
    additionalContexts: {},
    cacheTo: [],
    noCacheFilter: [],
    entitlements: [],
    ssh: {},
    privileged: false,
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
