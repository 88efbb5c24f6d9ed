import { posix } from 'node:path';
import type { Lookup } from '../template.ts';
import {
  holdsServices,
  isNull,
  type Mapping,
  mapItems,
  mappingAt,
  mapValues,
  type Node,
  scalarAt,
  sequenceAt,
  textOf,
  valueAt,
  withValue,
} from '../tree.ts';

export interface Naming {
  /** Name of the project. */
  name: string;
  lookup: Lookup;
}

/** The tree with what follows from the whole of it: the default network, implied dependencies, names of resources. */
export function normalizeTree(root: Mapping, naming: Naming): Mapping {
  let usesDefault = false;
  let normal = mapValues(root, (section, name) => {
    if (!holdsServices(name) || section.kind !== 'mapping') return section;
    return mapValues(section, (service) => {
      if (service.kind !== 'mapping') return service;
      const connected = withNetworks(service);
      usesDefault ||= valueAt(valueAt(connected, 'networks'), 'default') !== undefined;
      return normalService(connected, naming.lookup);
    });
  });
  if (usesDefault && valueAt(valueAt(normal, 'networks'), 'default') === undefined) {
    const networks = normal.entries.get('networks')?.value ?? scalarAt(root, null);
    const declared = isNull(networks) ? mappingAt(root, {}) : networks;
    // What is no mapping is told by who reads it.
    if (declared.kind !== 'mapping') return normal;
    normal = withValue(normal, 'networks', withValue(declared, 'default', scalarAt(root, null)));
  }
  return mapValues(normal, (section, name) =>
    named.has(name) && section.kind === 'mapping'
      ? mapValues(section, (resource, key) => withName(resource, key, naming.name))
      : section,
  );
}

const named = new Set(['networks', 'volumes', 'configs', 'secrets']);

function withName(resource: Node, key: string, project: string): Node {
  if (resource.kind !== 'mapping' && !isNull(resource)) return resource;
  const mapping = resource.kind === 'mapping' ? resource : mappingAt(resource, {});
  const name = mapping.entries.get('name')?.value;
  if (name !== undefined && !isNull(name)) return mapping;
  const external = textOf(mapping.entries.get('external')?.value);
  const own = external !== undefined && /^(1|t|true)$/i.test(external) ? key : `${project}_${key}`;
  return withValue(mapping, 'name', scalarAt(mapping, own));
}

function withNetworks(service: Mapping): Mapping {
  if (service.entries.has('provider') || service.entries.has('network_mode')) return service;
  const networks = service.entries.get('networks')?.value;
  const none =
    networks === undefined ||
    isNull(networks) ||
    (networks.kind === 'mapping' && networks.entries.size === 0);
  if (!none) return service;
  return withValue(service, 'networks', mappingAt(networks ?? service, { default: null }));
}

function normalService(service: Mapping, lookup: Lookup): Mapping {
  const changed = mapValues(service, (value, key) => {
    switch (key) {
      case 'pull_policy':
        return textOf(value) === 'if_not_present' ? scalarAt(value, 'missing') : value;
      case 'build':
        return value.kind === 'mapping' ? normalBuild(value, lookup) : value;
      case 'environment':
        return withValues(value, lookup);
      case 'volumes':
        return value.kind === 'sequence' ? mapItems(value, withCleanTarget) : value;
      default:
        return value;
    }
  });
  return withHookImages(withImpliedDependencies(changed));
}

function normalBuild(build: Mapping, lookup: Lookup): Mapping {
  const filled = mapValues(build, (value, key) => {
    if (key !== 'args') return value;
    const args = withValues(value, lookup);
    if (args.kind === 'mapping') return mapValues(args, (one) => (isNull(one) ? undefined : one));
    if (args.kind !== 'sequence') return args;
    return sequenceAt(
      args,
      args.items.filter((item) => textOf(item)?.includes('=') === true),
    );
  });
  if (filled.entries.has('dockerfile') || filled.entries.has('dockerfile_inline')) return filled;
  return withValue(filled, 'dockerfile', scalarAt(filled, 'Dockerfile'));
}

/** Variables without a value take that of the environment. */
function withValues(node: Node, lookup: Lookup): Node {
  if (node.kind === 'sequence') {
    return mapItems(node, (item) => {
      const name = textOf(item);
      const found = name === undefined || name.includes('=') ? undefined : lookup(name);
      return found === undefined ? item : scalarAt(item, `${name}=${found}`);
    });
  }
  if (node.kind !== 'mapping') return node;
  return mapValues(node, (value, name) => {
    const found = isNull(value) ? lookup(name) : undefined;
    return found === undefined ? value : scalarAt(value, found);
  });
}

function withCleanTarget(mount: Node): Node {
  const target = valueAt(mount, 'target');
  const text = textOf(target);
  if (mount.kind !== 'mapping' || target === undefined || text === undefined) return mount;
  const clean = posix.normalize(text).replace(/(.)\/$/, '$1');
  return clean === text ? mount : withValue(mount, 'target', scalarAt(target, clean));
}

/** Who links to another service, shares a namespace of it or mounts its volumes starts after it. */
function withImpliedDependencies(service: Mapping): Mapping {
  let dependencies = service.entries.get('depends_on')?.value ?? mappingAt(service, {});
  const add = (name: string, place: Node, restart: boolean): void => {
    if (dependencies.kind !== 'mapping' || dependencies.entries.has(name)) return;
    const implied = mappingAt(place, { condition: 'service_started', restart, required: true });
    dependencies = withValue(dependencies, name, implied);
  };
  for (const link of texts(service, 'links')) {
    const parts = link.text.split(':');
    add(parts.length === 2 ? (parts[0] ?? '') : link.text, link.node, true);
  }
  for (const namespace of ['network_mode', 'ipc', 'pid', 'uts', 'cgroup']) {
    const mode = service.entries.get(namespace)?.value;
    const text = textOf(mode);
    if (mode !== undefined && text?.startsWith('service:')) add(text.slice('service:'.length), mode, true);
  }
  for (const { text, node } of texts(service, 'volumes_from')) {
    if (!text.startsWith('container:')) add(text.split(':', 1)[0] ?? '', node, false);
  }
  if (dependencies.kind === 'mapping' && dependencies.entries.size === 0) return service;
  const known = service.entries.get('depends_on')?.value;
  return known === dependencies ? service : withValue(service, 'depends_on', dependencies);
}

function texts(service: Mapping, key: string): { text: string; node: Node }[] {
  const list = service.entries.get(key)?.value;
  if (list?.kind !== 'sequence') return [];
  return list.items.flatMap((node) => (node.kind === 'scalar' ? [{ text: node.text, node }] : []));
}

/** A hook that runs before the service, in a container of its own, takes its image. */
function withHookImages(service: Mapping): Mapping {
  const image = service.entries.get('image')?.value;
  if (image === undefined || !textOf(image)) return service;
  return mapValues(service, (value, key) => {
    if (key !== 'pre_start' || value.kind !== 'sequence') return value;
    return mapItems(value, (hook) =>
      hook.kind === 'mapping' && !hook.entries.has('image') ? withValue(hook, 'image', image) : hook,
    );
  });
}
