import type { Lookup } from '../template.ts';
import {
  isNull,
  type Mapping,
  mapItems,
  mapValues,
  type Node,
  scalarAt,
  textOf,
  valueAt,
  withValue,
} from '../tree.ts';
import { hiddenValue } from './decode.ts';

/** The tree in which listed variables without a value have that of the environment, as far as it has one. */
export function withEnvironment(root: Mapping, lookup: Lookup): Mapping {
  const fill = (service: Node): Node => {
    const variables = valueAt(service, 'environment');
    if (service.kind !== 'mapping' || variables?.kind !== 'sequence') return service;
    const filled = mapItems(variables, (item) => {
      const name = textOf(item);
      const value = name === undefined || name.includes('=') ? undefined : lookup(name);
      return value === undefined ? item : scalarAt(item, `${name}=${value}`);
    });
    return filled === variables ? service : withValue(service, 'environment', filled);
  };
  return inSection(inSection(root, 'services', fill), 'jobs', fill);
}

/** The tree of an included file in which secrets and configs from variables keep what its own env files say. */
export function withHiddenValues(root: Mapping, lookup: Lookup): Mapping {
  const keep = (resource: Node): Node => {
    const variable = valueAt(resource, 'environment');
    const name = textOf(variable);
    const value = name === undefined ? undefined : lookup(name);
    if (resource.kind !== 'mapping' || variable === undefined || value === undefined) return resource;
    return withValue(resource, hiddenValue, scalarAt(variable, value));
  };
  return inSection(inSection(root, 'secrets', keep), 'configs', keep);
}

function inSection(root: Mapping, name: string, change: (member: Node) => Node): Mapping {
  return mapValues(root, (section, key) => {
    if (key !== name || section.kind !== 'mapping') return section;
    return mapValues(section, (member) => (isNull(member) ? member : change(member)));
  });
}
