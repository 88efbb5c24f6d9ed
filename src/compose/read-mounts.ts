import {
  boolean,
  bytes,
  filledDictionary,
  integer,
  oneOf,
  type Read,
  text,
  unique,
  wrongType,
} from './decode.ts';
import { type Fields, readFields, setter } from './fields.ts';
import type { Mount } from './model.ts';
import { absolutePath, cleanPath, containerPath, isWindowsPath } from './paths.ts';
import type { Reading } from './reading.ts';
import { parseShortMount } from './short-mount.ts';
import { child, type Node, type Path } from './tree.ts';

/** `volumes` of a service: short forms (`[source:]target[:options]`) and long forms. */
export function readMounts(node: Node, path: Path, to: Reading): Mount[] | undefined {
  if (node.kind !== 'sequence') return wrongType(node, path, to, 'a list');
  const mounts: Mount[] = [];
  for (const [index, item] of node.items.entries()) {
    const at = child(path, index);
    const mount = item.kind === 'mapping' ? readLong(item, at, to) : readShort(item, at, to);
    if (mount !== undefined) mounts.push(to.mark(mount, item, at));
  }
  return unique(mounts, (mount) => mount.target);
}

function readShort(node: Node, path: Path, to: Reading): Mount | undefined {
  const spec = text(node, path, to);
  if (spec === undefined) return undefined;
  // What can be read is in its long form by now.
  const parsed = parseShortMount(spec);
  if (typeof parsed !== 'string') return undefined;
  return to.error('value', parsed, node, path, 'write [source:]target[:ro|rw and other options]');
}

interface LongMount {
  type?: Mount['type'];
  source?: string;
  target?: string;
  readOnly?: boolean;
  bind?: NonNullable<Mount['bind']>;
  volume?: NonNullable<Mount['volume']>;
  tmpfs?: NonNullable<Mount['tmpfs']>;
  image?: NonNullable<Mount['image']>;
  consistency?: string;
}

type BindOptions = NonNullable<LongMount['bind']>;
type VolumeOptions = NonNullable<LongMount['volume']>;
type TmpfsOptions = NonNullable<LongMount['tmpfs']>;

const setBind = setter<BindOptions>();
const bindFields: Fields<BindOptions> = {
  scope: 'services.*.volumes.[].bind',
  keys: {
    create_host_path: setBind('createHostPath', boolean),
    recursive: setBind('recursive', oneOf('disabled', 'enabled', 'readonly', 'writable')),
    propagation: setBind('propagation', oneOf('rprivate', 'private', 'rshared', 'shared', 'rslave', 'slave')),
    selinux: setBind('selinux', oneOf('z', 'Z')),
  },
};
const setVolume = setter<VolumeOptions>();
const volumeFields: Fields<VolumeOptions> = {
  scope: 'services.*.volumes.[].volume',
  keys: {
    labels: setVolume('labels', filledDictionary),
    nocopy: setVolume('nocopy', boolean),
    subpath: setVolume('subpath', text),
  },
};

/** The specification has a number here only without a fraction; `"0.5k"` is text. */
const wholeBytes: Read<number> = (node, path, to) =>
  node.kind === 'scalar' && typeof node.value === 'number' && !Number.isInteger(node.value)
    ? to.error('value', `${node.text} is no whole number of bytes`, node, path)
    : bytes(node, path, to);

const setTmpfs = setter<TmpfsOptions>();
const tmpfsFields: Fields<TmpfsOptions> = {
  scope: 'services.*.volumes.[].tmpfs',
  keys: { size: setTmpfs('size', wholeBytes), mode: setTmpfs('mode', integer({ min: 0, max: 0o7777 })) },
};

/** Kinds of mounts that engines of ours make. */
const carriedOut: ReadonlySet<Mount['type']> = new Set(['bind', 'volume', 'tmpfs', 'image']);

const setImage = setter<NonNullable<Mount['image']>>();
const imageFields: Fields<NonNullable<Mount['image']>> = {
  scope: 'services.*.volumes.[].image',
  keys: { subpath: setImage('subpath', text) },
};

const set = setter<LongMount>();
const longFields: Fields<LongMount> = {
  scope: 'services.*.volumes.[]',
  keys: {
    type: set('type', (node, path, to) => {
      const type = oneOf('bind', 'volume', 'tmpfs', 'image', 'npipe', 'cluster')(node, path, to);
      if (type === undefined || carriedOut.has(type)) return type;
      to.error('unsupported-key', `mounts of type ${type} are not supported`, node, path);
      return to.keepsUnsupported ? type : undefined;
    }),
    source: set('source', text),
    target: set('target', containerPath),
    read_only: set('readOnly', boolean),
    bind: set('bind', (node, path, to) => readFields({ createHostPath: true }, bindFields, node, path, to)),
    volume: set('volume', (node, path, to) => readFields({ nocopy: false }, volumeFields, node, path, to)),
    tmpfs: set('tmpfs', (node, path, to) => readFields({}, tmpfsFields, node, path, to)),
    image: set('image', (node, path, to) => readFields({}, imageFields, node, path, to)),
    consistency: set('consistency', text),
  },
};

function readLong(node: Node, path: Path, to: Reading): Mount | undefined {
  const read = readFields({} as LongMount, longFields, node, path, to);
  if (read === undefined || node.kind !== 'mapping') return undefined;
  for (const key of ['type', 'target']) {
    if (!node.entries.has(key)) to.error('missing-key', `needs a ${key}`, node, path);
  }
  const { type, target, source, readOnly = false, bind, volume, tmpfs, image, consistency } = read;
  if (type === undefined || target === undefined) return undefined;
  const options = { bind, volume, tmpfs, image };
  for (const [key, value] of Object.entries(options)) {
    if (value !== undefined && key !== type) {
      to.error('conflict', `a mount of type ${type} takes no ${key} options`, node, child(path, key));
    }
  }
  const common = {
    target: cleanPath(target),
    readOnly,
    ...(consistency === undefined ? {} : { consistency }),
  };
  if (type === 'tmpfs') return { type, ...common, ...(tmpfs === undefined ? {} : { tmpfs }) };
  if (type === 'volume' || type === 'cluster') {
    const named = source === undefined || source === '' ? {} : { source };
    return { type, ...named, ...common, ...(volume === undefined ? {} : { volume }) };
  }
  if (source === undefined || source === '') {
    const what = type === 'image' ? 'a name' : 'a path of the host';
    return to.error('missing-key', `a mount of type ${type} needs a source, ${what}`, node, path);
  }
  if (type !== 'bind') return { type, source, ...common, ...(image === undefined ? {} : { image }) };
  // The long form fails on a missing path unless it says otherwise, as with the peer.
  const binding = bind ?? { createHostPath: false };
  const from = isWindowsPath(source) ? source : absolutePath(source, to.surroundings);
  return { type, source: from, ...common, bind: binding };
}
