import { toBuild, toDictionary, toNames } from '../forms.ts';
import type { Reading } from '../reading.ts';
import { parseShortMount } from '../short-mount.ts';
import { parseShortPort } from '../short-port.ts';
import {
  child,
  holdsServices,
  isNull,
  type Mapping,
  mapItems,
  mappingAt,
  mapValues,
  type Node,
  type Path,
  type Sequence,
  sameValue,
  scalarAt,
  sequenceAt,
  textOf,
  valueAt,
  withValue,
} from '../tree.ts';

/** Turns one short form into its long form; what cannot be read stays as it is, to be told by whoever reads it. */
type Transform = (node: Node) => Node;

/** The tree with every short form in its long form, as compose-go's canonical model has them. */
export function canonicalTree(root: Mapping, to: Reading): Mapping {
  return mapValues(root, (section, name) => {
    if (section.kind !== 'mapping') return section;
    if (holdsServices(name)) return mapValues(section, service);
    if (!external.has(name)) return section;
    const path = child(undefined, name);
    return mapValues(section, (node, key) => modernExternal(node, child(path, key), to));
  });
}

const external = new Set(['networks', 'volumes', 'secrets', 'configs']);

const service: Transform = (node) => (node.kind === 'mapping' ? transformed(node, ofService) : node);

function transformed(node: Mapping, transforms: Readonly<Record<string, Transform>>): Mapping {
  return mapValues(node, (value, key) => {
    const transform = Object.hasOwn(transforms, key) ? transforms[key] : undefined;
    return transform === undefined || isNull(value) ? value : transform(value);
  });
}

const each =
  (transform: Transform): Transform =>
  (node) =>
    node.kind === 'sequence' ? mapItems(node, transform) : node;

const list: Transform = (node) =>
  node.kind === 'scalar' && typeof node.value === 'string' ? sequenceAt(node, [node]) : node;

const names: Transform = (node) => (node.kind === 'sequence' ? (toNames(node) ?? node) : node);

const asText: Transform = (node) => (node.kind === 'scalar' ? scalarAt(node, node.text) : node);

const fileMount: Transform = (node) =>
  node.kind === 'scalar' && typeof node.value === 'string' ? mappingAt(node, { source: node }) : node;

const keyValues: Transform = (node) => {
  if (node.kind !== 'sequence') return node;
  const complete = node.items.every((item) => textOf(item)?.includes('=') === true);
  return complete ? (toDictionary(node) ?? node) : node;
};

/** `default` and `id=path`. */
const ssh: Transform = (node) => {
  if (node.kind !== 'sequence') return node;
  const known = node.items.every((item) => /^default$|=/.test(textOf(item) ?? ''));
  return known ? (toDictionary(node) ?? node) : node;
};

const ofBuild: Readonly<Record<string, Transform>> = {
  additional_contexts: keyValues,
  provenance: asText,
  sbom: asText,
  secrets: each(fileMount),
  ssh,
};

const build: Transform = (node) => {
  const mapping = toBuild(node);
  return mapping === undefined ? node : transformed(mapping, ofBuild);
};

const dependencies: Transform = (node) => {
  const mapping = toNames(node, (place) =>
    mappingAt(place, { condition: 'service_started', required: true }),
  );
  if (mapping === undefined) return node;
  return mapValues(mapping, (dependency) => {
    if (dependency.kind !== 'mapping' || dependency.entries.has('required')) return dependency;
    return withValue(dependency, 'required', scalarAt(dependency, true));
  });
};

const envFile: Transform = (node) => {
  if (node.kind === 'scalar' && typeof node.value === 'string')
    return mappingAt(node, { path: node, required: true });
  if (node.kind !== 'mapping' || node.entries.has('required')) return node;
  return withValue(node, 'required', scalarAt(node, true));
};

const gpus: Transform = (node) =>
  node.kind === 'scalar' && node.value === 'all'
    ? sequenceAt(node, [mappingAt(node, { count: node })])
    : node;

const device: Transform = (node) => {
  const spec = textOf(node);
  if (node.kind !== 'scalar' || spec === undefined) return node;
  const [source = '', target = '', permissions = 'rwm', ...more] = spec.split(':');
  if (source === '' || more.length > 0) return node;
  return mappingAt(node, { source, target: target || source, permissions });
};

const mount: Transform = (node) => {
  const spec = node.kind === 'scalar' && typeof node.value === 'string' ? node.value : undefined;
  const short = spec === undefined ? undefined : parseShortMount(spec);
  if (short === undefined || typeof short === 'string') return node;
  const { type, source, target, readOnly, bind, volume } = short;
  return mappingAt(node, {
    type,
    source,
    target,
    read_only: readOnly,
    bind: bind && mappingAt(node, { ...bind, create_host_path: true }),
    volume: volume && mappingAt(node, { ...volume }),
  });
};

const ports: Transform = (node) => {
  if (node.kind !== 'sequence') return node;
  const items: Node[] = [];
  for (const item of node.items) {
    const long = port(item);
    if (long === undefined) return node;
    items.push(...long);
  }
  const same = items.length === node.items.length && items.every((item, index) => item === node.items[index]);
  return same ? node : sequenceAt(node, items);
};

/** The long forms of one port; undefined when it cannot be read. */
function port(node: Node): Node[] | undefined {
  if (node.kind !== 'scalar') return [node];
  const parsed = parseShortPort(node.text);
  if (typeof parsed === 'string') return undefined;
  return parsed.map(({ target, published, hostIp, protocol }) =>
    mappingAt(node, { mode: 'ingress', host_ip: hostIp, target, published, protocol }),
  );
}

const watch: Transform = (node) =>
  node.kind === 'mapping' ? transformed(node, { ignore: list, include: list }) : node;

const develop: Transform = (node) =>
  node.kind === 'mapping' ? transformed(node, { watch: each(watch) }) : node;

/** A crontab line alone, or with what else a schedule says. */
const triggers: Transform = (node) =>
  node.kind === 'mapping' ? transformed(node, { schedule: each(scheduled) }) : node;

const scheduled: Transform = (node) =>
  node.kind === 'scalar' && typeof node.value === 'string' ? mappingAt(node, { cron: node }) : node;

const ofService: Readonly<Record<string, Transform>> = {
  build,
  configs: each(fileMount),
  depends_on: dependencies,
  develop,
  devices: each(device),
  dns: (node) => withoutEmpty(list(node)),
  env_file: (node) => each(envFile)(list(node)),
  gpus,
  label_file: list,
  models: names,
  networks: names,
  ports,
  secrets: each(fileMount),
  triggers,
  volumes: each(mount),
};

/** A variable may leave a server empty. */
function withoutEmpty(node: Node): Node {
  if (node.kind !== 'sequence') return node;
  const items = node.items.filter((item) => item.kind !== 'scalar' || (textOf(item) ?? '') !== '');
  return items.length === node.items.length ? node : ({ ...node, items } satisfies Sequence);
}

/** `external: {name: …}` is the old form of a name beside `external: true`. */
function modernExternal(node: Node, path: Path, to: Reading): Node {
  const said = valueAt(node, 'external');
  if (node.kind !== 'mapping' || said?.kind !== 'mapping') return node;
  const modern = withValue(node, 'external', scalarAt(said, true));
  const at = child(path, 'external');
  for (const [key, { key: place }] of said.entries) {
    if (key !== 'name' && !key.startsWith('x-'))
      to.error('unknown-key', 'the Compose specification has no such key here', place, child(at, key));
  }
  const name = valueAt(said, 'name');
  if (name === undefined) return modern;
  to.warn('value', 'a mapping is the old form', said, at, 'write external: true, and the name beside it');
  const other = valueAt(node, 'name');
  if (other === undefined) return withValue(modern, 'name', name);
  if (!sameValue(name, other))
    to.error('conflict', 'says another name than name does', name, child(at, 'name'));
  return modern;
}
