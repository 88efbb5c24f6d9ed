import {
  holdsServices,
  type Mapping,
  mapItems,
  mapValues,
  type Node,
  scalarAt,
  textOf,
  valueAt,
  withValue,
} from '../tree.ts';

/** The tree with what the specification says of keys that are not there. */
export function withDefaults(root: Mapping): Mapping {
  return mapValues(root, (section, name) =>
    holdsServices(name) && section.kind === 'mapping' ? mapValues(section, service) : section,
  );
}

function service(node: Node): Node {
  if (node.kind !== 'mapping') return node;
  return mapValues(node, (value, key) => {
    switch (key) {
      case 'build':
        return withMissing(value, 'context', '.');
      case 'secrets':
        return items(value, (item) => {
          const source = textOf(valueAt(item, 'source'));
          return source === undefined ? item : withMissing(item, 'target', `/run/secrets/${source}`);
        });
      case 'ports':
        return items(value, (item) => withMissing(withMissing(item, 'protocol', 'tcp'), 'mode', 'ingress'));
      case 'volumes':
        return items(value, (item) =>
          item.kind === 'mapping'
            ? mapValues(item, (option, kind) =>
                kind === 'bind' ? withMissing(option, 'create_host_path', true) : option,
              )
            : item,
        );
      case 'gpus':
        return items(value, deviceRequest);
      case 'deploy':
        return at(value, ['resources', 'reservations', 'devices'], (devices) =>
          items(devices, deviceRequest),
        );
      default:
        return value;
    }
  });
}

function deviceRequest(node: Node): Node {
  return valueAt(node, 'device_ids') === undefined ? withMissing(node, 'count', 'all') : node;
}

function withMissing(node: Node, key: string, value: string | boolean): Node {
  if (node.kind !== 'mapping' || node.entries.has(key)) return node;
  return withValue(node, key, scalarAt(node, value));
}

function items(node: Node, change: (item: Node) => Node): Node {
  return node.kind === 'sequence' ? mapItems(node, change) : node;
}

function at(node: Node, [key, ...rest]: readonly string[], change: (value: Node) => Node): Node {
  if (key === undefined) return change(node);
  if (node.kind !== 'mapping') return node;
  return mapValues(node, (value, name) => (name === key ? at(value, rest, change) : value));
}
