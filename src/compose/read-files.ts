import { hiddenValue } from './canonical/decode.ts';
import {
  boolean,
  filledText,
  integer,
  isEmpty,
  labels,
  oneOf,
  options,
  text,
  unique,
  wrongType,
} from './decode.ts';
import { type Fields, readFields, setter } from './fields.ts';
import type { EnvFile, Extensions, FileReference, FileResource } from './model.ts';
import { absolutePath, hostPath } from './paths.ts';
import type { Reading } from './reading.ts';
import { child, type Node, originOf, type Path, type Place, textOf, valueAt } from './tree.ts';

type Kind = 'secrets' | 'configs';

interface LongReference {
  source?: string;
  target?: string;
  uid?: number;
  gid?: number;
  mode?: number;
}

const set = setter<LongReference>();
const referenceKeys: Fields<LongReference>['keys'] = {
  source: set('source', filledText),
  target: set('target', filledText),
  uid: set('uid', integer({ min: 0 })),
  gid: set('gid', integer({ min: 0 })),
  mode: set('mode', readMode),
};
const referenceFields: Readonly<Record<Kind | 'build', Fields<LongReference>>> = {
  secrets: { scope: 'services.*.secrets.[]', keys: referenceKeys },
  configs: { scope: 'services.*.configs.[]', keys: referenceKeys },
  build: {
    scope: 'services.*.build.secrets.[]',
    keys: referenceKeys,
  },
};

/** Where a file of each kind lies when nothing is said: in the container, or for a build by its id. */
const places: Readonly<Record<Kind | 'build', string>> = {
  secrets: '/run/secrets/',
  configs: '/',
  build: '',
};

/** `secrets` and `configs` of a service, `secrets` of a build: names, or mappings with details. */
export function readReferences(
  kind: Kind | 'build',
): (node: Node, path: Path, to: Reading) => FileReference[] | undefined {
  return (node, path, to) => {
    if (node.kind !== 'sequence') return wrongType(node, path, to, 'a list');
    const references: FileReference[] = [];
    for (const [index, item] of node.items.entries()) {
      const at = child(path, index);
      const reference = readReference(kind, item, at, to);
      if (reference !== undefined) references.push(to.mark(reference, item, at));
    }
    return unique(references, (reference) => reference.target);
  };
}

function readReference(kind: Kind | 'build', node: Node, path: Path, to: Reading): FileReference | undefined {
  if (node.kind !== 'mapping') {
    const source = filledText(node, path, to);
    return source === undefined ? undefined : { source, target: `${places[kind]}${source}` };
  }
  const read = readFields({} as LongReference, referenceFields[kind], node, path, to);
  if (read?.source === undefined) {
    return node.entries.has('source') ? undefined : to.error('missing-key', 'needs a source', node, path);
  }
  const { source, target = source, ...rest } = read;
  return { source, ...rest, target: target.startsWith('/') ? target : `${places[kind]}${target}` };
}

/** Permission bits: a number (YAML reads 0440 as octal), or octal digits in quotes. */
function readMode(node: Node, path: Path, to: Reading): number | undefined {
  if (node.kind === 'scalar' && typeof node.value === 'string') {
    if (/^(0o?)?[0-7]{1,4}$/.test(node.value)) return Number.parseInt(node.value.replace('o', ''), 8);
    return to.error('value', `"${node.value}" are no octal permissions`, node, path, 'write 0440');
  }
  return integer({ min: 0, max: 0o7777 })(node, path, to);
}

const setResource = setter<FileResource>();

/** Said to be false, it says nothing; an engine outside Swarm keeps no secrets or configs. */
function readExternal(node: Node, path: Path, to: Reading): boolean | undefined {
  const external = boolean(node, path, to);
  if (external !== true) return external;
  const message = 'is not supported: an engine outside Swarm keeps no secrets or configs';
  to.error('unsupported-key', message, node, path, 'give a file, an environment variable or content');
  return true;
}

const resourceFields: Readonly<Record<Kind, Fields<FileResource>>> = {
  secrets: {
    scope: 'secrets.*',
    judges: ['external'],
    keys: {
      name: setResource('name', filledText),
      file: setResource('file', hostPath),
      driver: setResource('driver', filledText),
      driver_opts: setResource('driverOpts', options),
      environment: setResource('environment', filledText),
      external: setResource('external', readExternal),
      labels: setResource('labels', labels),
      template_driver: setResource('templateDriver', filledText),
    },
  },
  configs: {
    scope: 'configs.*',
    judges: ['external'],
    keys: {
      name: setResource('name', filledText),
      file: setResource('file', hostPath),
      environment: setResource('environment', filledText),
      content: setResource('content', text),
      external: setResource('external', readExternal),
      labels: setResource('labels', labels),
      template_driver: setResource('templateDriver', filledText),
    },
  },
};

/** One of the top-level `secrets` or `configs`. */
export function readResource(
  kind: Kind,
  key: string,
  place: Place,
  node: Node,
  path: Path,
  to: Reading,
): FileResource | undefined {
  const empty: FileResource = {
    key,
    name: '',
    origin: originOf(place),
    external: false,
    driverOpts: {},
    labels: {},
    extensions: {},
  };
  const read = isEmpty(node) ? empty : readFields(empty, resourceFields[kind], node, path, to);
  if (read === undefined) return undefined;
  const kept = textOf(valueAt(node, hiddenValue));
  if (kept !== undefined) Object.assign(read, { content: kept, extensions: withoutHidden(read.extensions) });
  const sources = kind === 'secrets' ? ['file', 'environment'] : ['file', 'environment', 'content'];
  const given = node.kind === 'mapping' ? sources.filter((source) => node.entries.has(source)) : [];
  const elsewhere = node.kind === 'mapping' && (node.entries.has('external') || node.entries.has('driver'));
  if (given.length > 1) to.error('conflict', `${given.join(' and ')} exclude each other`, place, path);
  if (given.length === 0 && !elsewhere)
    to.error('missing-key', `needs one of ${sources.join(', ')}`, place, path);
  return to.mark(read, place, path);
}

function withoutHidden(extensions: Extensions): Extensions {
  return Object.fromEntries(Object.entries(extensions).filter(([key]) => key !== hiddenValue));
}

interface LongEnvFile {
  path?: string;
  required: boolean;
  format: EnvFile['format'];
}

const setEnvFile = setter<LongEnvFile>();
const envFileFields: Fields<LongEnvFile> = {
  scope: 'services.*.env_file.[]',
  keys: {
    path: setEnvFile('path', hostPath),
    required: setEnvFile('required', boolean),
    format: setEnvFile('format', oneOf('env', 'raw')),
  },
};

/** `env_file`: a path, or a list of paths and mappings. */
export function readEnvFiles(node: Node, path: Path, to: Reading): EnvFile[] | undefined {
  const items = node.kind === 'sequence' ? node.items : [node];
  const files: EnvFile[] = [];
  for (const [index, item] of items.entries()) {
    const at = node.kind === 'sequence' ? child(path, index) : path;
    const file = readEnvFile(item, at, to);
    if (file !== undefined) files.push(to.mark(file, item, at));
  }
  return unique(files, (file) => file.path);
}

function readEnvFile(node: Node, path: Path, to: Reading): EnvFile | undefined {
  if (node.kind !== 'mapping') {
    const read = text(node, path, to);
    if (read === undefined || read === '') return undefined;
    return { path: absolutePath(read, to.surroundings), required: true, format: 'env' };
  }
  const read = readFields<LongEnvFile>({ required: true, format: 'env' }, envFileFields, node, path, to);
  if (read?.path !== undefined) return { path: read.path, required: read.required, format: read.format };
  return node.entries.has('path') ? undefined : to.error('missing-key', 'needs a path', node, path);
}
