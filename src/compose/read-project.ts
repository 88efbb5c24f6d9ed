import { decodeStruct } from './canonical/decode.ts';
import { projectShape } from './canonical/shapes-project.ts';
import type { CanonicalStruct } from './canonical/value.ts';
import { asMapping, define, text } from './decode.ts';
import { type Fields, readFields, type SetField } from './fields.ts';
import type { Extensions, FileResource, LanguageModel, Network, Volume } from './model.ts';
import { readResource } from './read-files.ts';
import { type JobDraft, readJob } from './read-jobs.ts';
import { readNetwork, readVolume } from './read-networks.ts';
import { readModel } from './read-provider.ts';
import { readService } from './read-service.ts';
import type { Reading } from './reading.ts';
import type { ServiceDraft } from './service-draft.ts';
import { child, mapValues, type Node, type Path, type Place } from './tree.ts';

/** A project as it was written, before names, defaults and the environment are filled in. */
export interface ProjectDraft {
  services: Record<string, ServiceDraft>;
  networks: Record<string, Network>;
  volumes: Record<string, Volume>;
  configs: Record<string, FileResource>;
  secrets: Record<string, FileResource>;
  models: Record<string, LanguageModel>;
  jobs: Record<string, JobDraft>;
  extensions: Extensions;
  canonical: CanonicalStruct;
}

type ReadNamed<T> = (key: string, place: Place, node: Node, path: Path, to: Reading) => T | undefined;

const namePattern = /^[a-zA-Z0-9._-]+$/;

/** A section of named things. */
function section<K extends Exclude<keyof ProjectDraft, 'extensions' | 'canonical'>>(
  key: K,
  read: ReadNamed<ProjectDraft[K][string]>,
): SetField<ProjectDraft> {
  return (draft, node, path, to) => {
    for (const [name, entry] of asMapping(node, path, to)?.entries ?? []) {
      const at = child(path, name);
      if (!namePattern.test(name)) {
        to.error('value', 'is no name', entry.key, at, 'use letters, digits, _, . and -');
        continue;
      }
      const value = read(name, entry.key, entry.value, at, to);
      if (value !== undefined) define(draft[key] as Record<string, typeof value>, name, value);
    }
  };
}

const fields: Fields<ProjectDraft> = {
  scope: '',
  keys: {
    // The name decides about more than this tree: project-name.ts reads it.
    name: (_draft, node, path, to) => void text(node, path, to),
    services: section('services', readService),
    jobs: section('jobs', readJob),
    models: section('models', readModel),
    networks: section('networks', readNetwork),
    volumes: section('volumes', readVolume),
    configs: section('configs', (...place) => readResource('configs', ...place)),
    secrets: section('secrets', (...place) => readResource('secrets', ...place)),
  },
};

/** Reads a merged tree; everything wrong with it is reported at once. */
export function readProject(root: Node, to: Reading): ProjectDraft | undefined {
  const draft: ProjectDraft = {
    services: {},
    networks: {},
    volumes: {},
    configs: {},
    secrets: {},
    models: {},
    jobs: {},
    extensions: {},
    canonical: decodeStruct(withoutServices(root), projectShape),
  };
  return readFields(draft, fields, root, undefined, to);
}

/** What the canonical model of the project is made of: each service has one of its own. */
export function withoutServices(root: Node): Node {
  return root.kind === 'mapping'
    ? mapValues(root, (section, name) => (name === 'services' ? undefined : section))
    : root;
}
