import { parseShortMount } from './short-mount.ts';
import { holdsServices, mapValues, type Node, type Sequence, sequenceAt, textOf, valueAt } from './tree.ts';

/** By what an item of a list is told from the others. */
type Key = (item: Node) => string | undefined;

const byName: Key = (item) => textOf(item)?.split('=', 1)[0];

const byTarget: Key = (item) => {
  const spec = textOf(item);
  if (spec === undefined) return textOf(valueAt(item, 'target'));
  const parsed = parseShortMount(spec);
  return typeof parsed === 'string' ? undefined : parsed.target;
};

const byDevice: Key = (item) => {
  const spec = textOf(item)?.split(':');
  return spec === undefined ? textOf(valueAt(item, 'target')) : (spec[1] ?? spec[0]);
};

const byFile =
  (directory: string): Key =>
  (item) => {
    const target = textOf(valueAt(item, 'target'));
    if (target !== undefined) return target;
    const source = textOf(item) ?? textOf(valueAt(item, 'source'));
    return source === undefined ? undefined : `${directory}/${source}`;
  };

const byPort: Key = (item) => {
  if (item.kind !== 'mapping') return textOf(item);
  const target = textOf(valueAt(item, 'target'));
  if (target === undefined) return undefined;
  const published = valueAt(item, 'published');
  const host = textOf(valueAt(item, 'host_ip')) ?? '0.0.0.0';
  const protocol = textOf(valueAt(item, 'protocol')) ?? 'tcp';
  // A number and its text are two ports to the peer.
  const kind = published?.kind === 'scalar' ? typeof published.value : 'none';
  return `${host}:${kind}:${textOf(published) ?? ''}:${target}/${protocol}`;
};

const byPath: Key = (item) => textOf(item) ?? textOf(valueAt(item, 'path'));

/** Lists whose items are unique, by section and the way below one of its members. */
const services: Readonly<Record<string, Key>> = {
  annotations: byName,
  'build.additional_contexts': byName,
  'build.args': byName,
  'build.labels': byName,
  'build.tags': byName,
  cap_add: byName,
  cap_drop: byName,
  configs: byFile(''),
  'deploy.labels': byName,
  devices: byDevice,
  dns: byName,
  dns_opt: byName,
  dns_search: byName,
  env_file: byPath,
  environment: byName,
  expose: textOf,
  labels: byName,
  links: byName,
  'networks.*.aliases': byName,
  'networks.*.link_local_ips': byName,
  ports: byPort,
  profiles: byName,
  secrets: byFile('/run/secrets'),
  sysctls: byName,
  tmpfs: byName,
  volumes: byTarget,
};
const networks: Readonly<Record<string, Key>> = { labels: byName, 'ipam.options': byName };

/** The tree with lists of unique things such as ports and volumes, in which a later item takes the place of an earlier one. */
export function withUniqueItems(root: Node): Node {
  if (root.kind !== 'mapping') return root;
  return mapValues(root, (section, name) => {
    const keys = holdsServices(name) ? services : name === 'networks' ? networks : undefined;
    if (keys === undefined || section.kind !== 'mapping') return section;
    return mapValues(section, (member) => below(member, '', keys));
  });
}

/** Rules reach three levels down at most. */
function below(node: Node, way: string, keys: Readonly<Record<string, Key>>): Node {
  if (node.kind === 'sequence') {
    const key = Object.hasOwn(keys, way) ? keys[way] : undefined;
    return key === undefined ? node : unique(node, key);
  }
  if (node.kind !== 'mapping' || !(way === '' || branches.has(way))) return node;
  return mapValues(node, (value, name) => {
    if (value.kind === 'scalar') return value;
    return below(value, way === '' ? name : way === 'networks' ? 'networks.*' : `${way}.${name}`, keys);
  });
}

/** Mappings below which there are such lists. */
const branches = new Set(['build', 'deploy', 'networks', 'networks.*', 'ipam']);

function unique(list: Sequence, keyOf: Key): Sequence {
  const places = new Map<string, number>();
  const items: Node[] = [];
  for (const item of list.items) {
    const key = keyOf(item);
    const known = key === undefined ? undefined : places.get(key);
    if (known !== undefined) items[known] = item;
    else {
      if (key !== undefined) places.set(key, items.length);
      items.push(item);
    }
  }
  return items.length === list.items.length ? list : sequenceAt(list, items);
}
