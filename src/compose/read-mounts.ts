import { posix } from 'node:path';
import { boolean, bytes, filledText, integer, oneOf, text, unique, wrongType } from './decode.ts';
import { type Fields, readFields, setter } from './fields.ts';
import type { Device, Mount } from './model.ts';
import { absolutePath, containerPath } from './paths.ts';
import type { Reading, Surroundings } from './reading.ts';
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
  const parsed = parseShort(spec, to.surroundings);
  if (typeof parsed !== 'string') return parsed;
  return to.error('value', parsed, node, path, 'write [source:]target[:ro|rw and other options]');
}

const propagations = new Set(['rprivate', 'private', 'rshared', 'shared', 'rslave', 'slave']);

/** The mount of a short form, or what is wrong with it. */
function parseShort(spec: string, surroundings: Surroundings): Mount | string {
  const parts = spec.split(':');
  if (parts.some((part) => part === '')) return `"${spec}" has an empty part`;
  if (parts.length > 3) return `"${spec}" has too many colons`;
  const [first = '', second, flags] = parts;
  if (!(second ?? first).startsWith('/')) return `"${second ?? first}" is not an absolute path`;
  if (second === undefined) return { type: 'volume', target: posix.normalize(first), readOnly: false };
  if (/^[a-z]$/i.test(first))
    return `"${spec}" starts like a Windows drive; volume names have two letters or more`;
  const mount: Mount = isPath(first)
    ? {
        type: 'bind',
        source: absolutePath(first, surroundings),
        target: cleanTarget(second),
        readOnly: false,
        bind: { createHostPath: true },
      }
    : { type: 'volume', source: first, target: cleanTarget(second), readOnly: false };
  for (const flag of flags?.split(',') ?? []) {
    const fault = applyFlag(mount, flag, spec);
    if (fault !== undefined) return fault;
  }
  return mount;
}

function applyFlag(mount: Mount, flag: string, spec: string): string | undefined {
  if (flag === 'ro' || flag === 'rw') mount.readOnly = flag === 'ro';
  else if (flag === 'nocopy' && mount.type === 'volume') mount.volume = { nocopy: true };
  else if (propagations.has(flag) && mount.bind) mount.bind.propagation = flag;
  else if ((flag === 'z' || flag === 'Z') && mount.bind) mount.bind.selinux = flag;
  // Written for Docker on macOS; no engine on Linux ever looked at them.
  else if (!['cached', 'delegated', 'consistent', 'z', 'Z', 'nocopy'].includes(flag)) {
    return `"${flag}" in "${spec}" is no mount option`;
  }
  return undefined;
}

function isPath(source: string): boolean {
  return source.startsWith('.') || source.startsWith('/') || source.startsWith('~');
}

function cleanTarget(target: string): string {
  const clean = posix.normalize(target);
  return clean.length > 1 ? clean.replace(/\/$/, '') : clean;
}

interface LongMount {
  type?: Mount['type'];
  source?: string;
  target?: string;
  readOnly?: boolean;
  bind?: { propagation?: string; createHostPath: boolean; selinux?: 'z' | 'Z' };
  volume?: { nocopy: boolean; subpath?: string };
  tmpfs?: { size?: number; mode?: number };
}

type BindOptions = NonNullable<LongMount['bind']>;
type VolumeOptions = NonNullable<LongMount['volume']>;
type TmpfsOptions = NonNullable<LongMount['tmpfs']>;

const setBind = setter<BindOptions>();
const bindFields: Fields<BindOptions> = {
  scope: 'services.*.volumes.[].bind',
  keys: {
    create_host_path: setBind('createHostPath', boolean),
    propagation: setBind('propagation', oneOf('rprivate', 'private', 'rshared', 'shared', 'rslave', 'slave')),
    selinux: setBind('selinux', oneOf('z', 'Z')),
  },
};
const setVolume = setter<VolumeOptions>();
const volumeFields: Fields<VolumeOptions> = {
  scope: 'services.*.volumes.[].volume',
  keys: { nocopy: setVolume('nocopy', boolean), subpath: setVolume('subpath', text) },
};
const setTmpfs = setter<TmpfsOptions>();
const tmpfsFields: Fields<TmpfsOptions> = {
  scope: 'services.*.volumes.[].tmpfs',
  keys: { size: setTmpfs('size', bytes), mode: setTmpfs('mode', integer({ min: 0, max: 0o7777 })) },
};

const set = setter<LongMount>();
const longFields: Fields<LongMount> = {
  scope: 'services.*.volumes.[]',
  keys: {
    type: set('type', (node, path, to) => {
      const type = text(node, path, to);
      if (type === undefined || type === 'bind' || type === 'volume' || type === 'tmpfs') return type;
      const known = type === 'image' || type === 'npipe' || type === 'cluster';
      const message = known
        ? `mounts of type ${type} are not supported`
        : `"${type}" is none of bind, volume, tmpfs`;
      return to.error(known ? 'unsupported-key' : 'value', message, node, path);
    }),
    source: set('source', text),
    target: set('target', containerPath),
    read_only: set('readOnly', boolean),
    bind: set('bind', (node, path, to) => readFields({ createHostPath: true }, bindFields, node, path, to)),
    volume: set('volume', (node, path, to) => readFields({ nocopy: false }, volumeFields, node, path, to)),
    tmpfs: set('tmpfs', (node, path, to) => readFields({}, tmpfsFields, node, path, to)),
  },
};

function readLong(node: Node, path: Path, to: Reading): Mount | undefined {
  const read = readFields({} as LongMount, longFields, node, path, to);
  if (read === undefined || node.kind !== 'mapping') return undefined;
  for (const key of ['type', 'target']) {
    if (!node.entries.has(key)) to.error('missing-key', `needs a ${key}`, node, path);
  }
  const { type, target, source, readOnly = false, bind, volume, tmpfs } = read;
  if (type === undefined || target === undefined) return undefined;
  const options = { bind, volume, tmpfs };
  for (const [key, value] of Object.entries(options)) {
    if (value !== undefined && key !== type) {
      to.error('conflict', `a mount of type ${type} takes no ${key} options`, node, child(path, key));
    }
  }
  const common = { target: cleanTarget(target), readOnly };
  if (type === 'tmpfs') return { type, ...common, ...(tmpfs === undefined ? {} : { tmpfs }) };
  if (type === 'volume') {
    const named = source === undefined || source === '' ? {} : { source };
    return { type, ...named, ...common, ...(volume === undefined ? {} : { volume }) };
  }
  if (source === undefined || source === '') {
    return to.error('missing-key', 'a bind mount needs a source, a path of the host', node, path);
  }
  // The long form fails on a missing path unless it says otherwise, as with the peer.
  const binding = bind ?? { createHostPath: false };
  return { type, source: absolutePath(source, to.surroundings), ...common, bind: binding };
}

/** `devices`: `source[:target[:permissions]]`, or the long form. */
export function readDevices(node: Node, path: Path, to: Reading): Device[] | undefined {
  if (node.kind !== 'sequence') return wrongType(node, path, to, 'a list');
  const devices: Device[] = [];
  for (const [index, item] of node.items.entries()) {
    const device = readDevice(item, child(path, index), to);
    if (device !== undefined) devices.push(device);
  }
  return unique(devices, (device) => device.target);
}

interface LongDevice {
  source?: string;
  target?: string;
  permissions?: string;
}

const setDevice = setter<LongDevice>();
const deviceFields: Fields<LongDevice> = {
  scope: 'services.*.devices.[]',
  keys: {
    source: setDevice('source', filledText),
    target: setDevice('target', text),
    permissions: setDevice('permissions', text),
  },
};

function readDevice(node: Node, path: Path, to: Reading): Device | undefined {
  let device: LongDevice | undefined;
  if (node.kind === 'mapping') device = readFields({} as LongDevice, deviceFields, node, path, to);
  else {
    const spec = text(node, path, to);
    if (spec === undefined) return undefined;
    const [source = '', target = source, permissions = 'rwm', ...more] = spec.split(':');
    if (source === '' || more.length > 0) return to.error('value', `"${spec}" is not a device`, node, path);
    device = { source, target, permissions };
  }
  if (device?.source === undefined) {
    if (node.kind === 'mapping' && !node.entries.has('source'))
      to.error('missing-key', 'needs a source', node, path);
    return undefined;
  }
  const { source, target = source, permissions = 'rwm' } = device;
  if (/^[rwm]{1,3}$/.test(permissions)) return { source, target, permissions };
  return to.error('value', `the permissions "${permissions}" are not letters of rwm`, node, path);
}
