import { posix } from 'node:path';
import { isPemKey } from '../probe-files.ts';
import { isRemote } from '../remote-files.ts';
import {
  type Mapping,
  mapItems,
  mapValues,
  type Node,
  scalarAt,
  textOf,
  valueAt,
  withValue,
} from '../tree.ts';

export interface PathBase {
  /** What relative paths count from; relative itself while an included file is loaded. */
  directory: string;
  /** What `~` stands for; undefined where there is no home. */
  home: string | undefined;
  /** Follows a symbolic link in a path that is to be watched. Default: leaves it. */
  followLink?: ((path: string) => string) | undefined;
}

/** The tree with every path of the host counted from a directory. */
export function withResolvedPaths(root: Mapping, base: PathBase): Mapping {
  const resolved = (node: Node): Node => onText(node, (path) => resolvePath(path, base));
  const context = (node: Node): Node =>
    onText(node, (path) => (isElsewhere(path) ? path : resolvePath(path, base)));
  const unlinked = (node: Node): Node => onText(resolved(node), (path) => base.followLink?.(path) ?? path);
  const mount = (node: Node): Node => {
    const source = valueAt(node, 'source');
    if (node.kind !== 'mapping' || source === undefined || textOf(valueAt(node, 'type')) !== 'bind')
      return node;
    return withValue(node, 'source', hostPath(source, base));
  };
  const ofBuild = (value: Node, key: string): Node => {
    if (key === 'context') return context(value);
    if (key === 'additional_contexts') return members(value, context);
    return key === 'ssh' ? members(value, (path) => hostPath(path, base)) : value;
  };
  const ofTls = (value: Node, key: string): Node => (isPemKey(key) ? resolved(value) : value);
  const ofProbe = (kind: Node): Node =>
    member(kind, 'tls', (tls) => (tls.kind === 'mapping' ? mapValues(tls, ofTls) : tls));
  const ofService = (value: Node, key: string): Node => {
    switch (key) {
      case 'build':
        return value.kind === 'mapping' ? mapValues(value, ofBuild) : value;
      case 'env_file':
        return items(value, (item) => member(item, 'path', resolved));
      case 'label_file':
        return items(value, resolved);
      case 'extends':
        return member(value, 'file', (file) => (isRemote(textOf(file) ?? '') ? file : resolved(file)));
      case 'develop':
        return member(value, 'watch', (watch) => items(watch, (one) => member(one, 'path', unlinked)));
      case 'volumes':
        return items(value, mount);
      case 'x-wherry':
        return member(value, 'probe', (probe) => members(probe, ofProbe));
      default:
        return value;
    }
  };
  return mapValues(root, (section, name) => {
    switch (name) {
      case 'services':
      case 'jobs':
        return members(section, (service) =>
          service.kind === 'mapping' ? mapValues(service, ofService) : service,
        );
      case 'configs':
      case 'secrets':
        return members(section, (one) => member(one, 'file', (path) => hostPath(path, base)));
      case 'volumes':
        return members(section, (volume) => boundDevice(volume, base));
      default:
        return section;
    }
  });
}

/** The path counted from the base; an absolute one stays as it was written. */
export function resolvePath(path: string, base: PathBase): string {
  const expanded = expandHome(path, base);
  return expanded === '' || expanded.startsWith('/') ? expanded : joinPaths(base.directory, expanded);
}

/** As Go's `filepath.Join`: clean, and without a slash at the end. */
export function joinPaths(directory: string, path: string): string {
  const joined = posix.join(directory, path);
  return joined.length > 1 ? joined.replace(/\/$/, '') : joined;
}

function expandHome(path: string, { home }: PathBase): string {
  return path.startsWith('~') && home !== undefined ? joinPaths(home, path.slice(1)) : path;
}

/** A path that may be one of Windows. */
function hostPath(node: Node, base: PathBase): Node {
  return onText(node, (path) => {
    const expanded = expandHome(path, base);
    const absolute = expanded.startsWith('/') || /^[a-z]:[\\/]|^\\\\/i.test(expanded);
    return absolute ? expanded : joinPaths(base.directory, expanded);
  });
}

/** A volume of the local driver that is a bind mount. */
function boundDevice(volume: Node, base: PathBase): Node {
  if (textOf(valueAt(volume, 'driver')) !== 'local') return volume;
  const options = valueAt(volume, 'driver_opts');
  if (textOf(valueAt(options, 'o')) !== 'bind') return volume;
  return member(volume, 'driver_opts', (opts) => member(opts, 'device', (path) => hostPath(path, base)));
}

/** A repository, an archive, an image or another service. */
function isElsewhere(context: string): boolean {
  return context.includes('://') || /^(service:|github\.com\/|git@)/.test(context);
}

function onText(node: Node, change: (text: string) => string): Node {
  if (node.kind !== 'scalar' || typeof node.value !== 'string') return node;
  const text = change(node.value);
  return text === node.value ? node : scalarAt(node, text);
}

function items(node: Node, change: (item: Node) => Node): Node {
  return node.kind === 'sequence' ? mapItems(node, change) : node;
}

function members(node: Node, change: (value: Node) => Node): Node {
  return node.kind === 'mapping' ? mapValues(node, change) : node;
}

function member(node: Node, key: string, change: (value: Node) => Node): Node {
  return node.kind === 'mapping'
    ? mapValues(node, (value, name) => (name === key ? change(value) : value))
    : node;
}
