import { isIP } from 'node:net';
import { oneOf, text, textOrNumber, unique, wrongType } from './decode.ts';
import { type Fields, readFields, setter } from './fields.ts';
import type { Port } from './model.ts';
import type { Reading } from './reading.ts';
import { isProtocol, parsePortRange, parseShortPort } from './short-port.ts';
import { child, type Node, type Path } from './tree.ts';

/** `ports`: short forms (`[ip:][host:]container[/protocol]`, with ranges) and long forms, as one port each. */
export function readPorts(node: Node, path: Path, to: Reading): Port[] | undefined {
  if (node.kind !== 'sequence') return wrongType(node, path, to, 'a list');
  const ports: Port[] = [];
  for (const [index, item] of node.items.entries()) {
    const at = child(path, index);
    const read = item.kind === 'mapping' ? readLong(item, at, to) : readShort(item, at, to);
    for (const port of read) ports.push(to.mark(port, item, at));
  }
  return unique(ports, portKey);
}

/** `expose`: container ports or ranges, with a protocol. */
export function readExpose(node: Node, path: Path, to: Reading): string[] | undefined {
  if (node.kind !== 'sequence') return wrongType(node, path, to, 'a list');
  const ports = new Set<string>();
  for (const [index, item] of node.items.entries()) {
    const at = child(path, index);
    const spec = textOrNumber(item, at, to);
    if (spec === undefined) continue;
    const [numbers = '', protocol = 'tcp'] = spec.split('/', 2);
    const range = parsePortRange(numbers);
    if (range === undefined || !isProtocol(protocol)) to.error('value', `"${spec}" is not a port`, item, at);
    else for (let port = range.from; port <= range.to; port++) ports.add(`${port}/${protocol}`);
  }
  return Array.from(ports);
}

function portKey(port: Port): string {
  const published = port.published === undefined ? '' : `${port.published.from}-${port.published.to}`;
  return `${port.hostIp ?? ''} ${published} ${port.target} ${port.protocol}`;
}

function readShort(node: Node, path: Path, to: Reading): Port[] {
  if (node.kind === 'broken') return [];
  const spec =
    node.kind === 'scalar' && node.value !== null && typeof node.value !== 'boolean' ? node.text : undefined;
  if (spec === undefined) {
    wrongType(node, path, to, 'a number, a string or a mapping');
    return [];
  }
  // What can be read is in its long form by now.
  const parsed = parseShortPort(spec);
  if (typeof parsed === 'string')
    to.error('value', parsed, node, path, 'write [host address:][host port:]container port[/protocol]');
  return [];
}

/** Host port 0 means any, as no host port does. */
function publishedAs(range: Port['published']): { published?: { from: number; to: number } } {
  return range === undefined || range.to === 0 ? {} : { published: range };
}

interface LongPort {
  name?: string;
  target?: number;
  published?: { from: number; to: number };
  hostIp?: string;
  protocol?: Port['protocol'];
  mode?: Port['mode'];
  appProtocol?: string;
}

const set = setter<LongPort>();
const longFields: Fields<LongPort> = {
  scope: 'services.*.ports.[]',
  keys: {
    name: set('name', text),
    app_protocol: set('appProtocol', text),
    mode: set('mode', oneOf('ingress', 'host')),
    protocol: set('protocol', oneOf('tcp', 'udp', 'sctp')),
    target: set('target', (node, path, to) => {
      const spec = textOrNumber(node, path, to);
      if (spec === undefined) return undefined;
      const range = parsePortRange(spec);
      if (range !== undefined && range.from === range.to) return range.from;
      return to.error('value', `"${spec}" is not a port`, node, path);
    }),
    published: set('published', (node, path, to) => {
      const spec = textOrNumber(node, path, to);
      if (spec === undefined || spec === '') return undefined;
      return (
        parsePortRange(spec, 0) ??
        to.error('value', `"${spec}" is not a port or a range of ports`, node, path)
      );
    }),
    host_ip: set('hostIp', (node, path, to) => {
      const address = text(node, path, to)?.replace(/^\[(.*)\]$/, '$1');
      if (address === undefined || isIP(address) !== 0) return address;
      return to.error('value', `"${address}" is not an IP address`, node, path);
    }),
  },
};

function readLong(node: Node, path: Path, to: Reading): Port[] {
  const { target, published, ...rest } = readFields({} as LongPort, longFields, node, path, to) ?? {};
  if (target !== undefined)
    return [{ protocol: 'tcp', mode: 'ingress', ...rest, target, ...publishedAs(published) }];
  if (node.kind === 'mapping' && !node.entries.has('target')) {
    to.error('missing-key', 'needs a target, the port in the container', node, path);
  }
  return [];
}
