import { isIP } from 'node:net';
import { oneOf, text, textOrNumber, unique, wrongType } from './decode.ts';
import { type Fields, readFields, setter } from './fields.ts';
import type { Port } from './model.ts';
import type { Reading } from './reading.ts';
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
    const range = parseRange(numbers);
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
  const parsed = parseShort(spec);
  if (typeof parsed !== 'string') return parsed;
  to.error('value', parsed, node, path, 'write [host address:][host port:]container port[/protocol]');
  return [];
}

/** The ports of a short form, or what is wrong with it. */
function parseShort(spec: string): Port[] | string {
  const slash = spec.lastIndexOf('/');
  const protocol = slash === -1 ? 'tcp' : spec.slice(slash + 1).toLowerCase();
  const parts = (slash === -1 ? spec : spec.slice(0, slash)).split(':');
  const containerPart = parts.pop() ?? '';
  const hostPart = parts.pop() ?? '';
  const address = parts.join(':').replace(/^\[(.*)\]$/, '$1');
  if (containerPart === '') return `"${spec}" names no container port`;
  if (!isProtocol(protocol)) return `"${protocol}" in "${spec}" is none of tcp, udp, sctp`;
  if (address !== '' && isIP(address) === 0) return `"${address}" in "${spec}" is not an IP address`;
  const target = parseRange(containerPart);
  if (target === undefined) return `"${containerPart}" in "${spec}" is not a container port`;
  const published = hostPart === '' ? undefined : parseRange(hostPart, 0);
  if (hostPart !== '' && published === undefined) return `"${hostPart}" in "${spec}" is not a host port`;
  const hostIp = address === '' ? {} : { hostIp: address };
  const common = { ...hostIp, protocol, mode: 'ingress' as const };
  if (target.from === target.to) return [{ ...common, target: target.from, ...publishedAs(published) }];
  const width = target.to - target.from;
  if (published !== undefined && published.to - published.from !== width) {
    return `the ranges ${hostPart} and ${containerPart} in "${spec}" are of different length`;
  }
  return Array.from({ length: width + 1 }, (_, offset) => {
    const port = published && { from: published.from + offset, to: published.from + offset };
    return { ...common, target: target.from + offset, ...publishedAs(port) };
  });
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
      const range = parseRange(spec);
      if (range !== undefined && range.from === range.to) return range.from;
      return to.error('value', `"${spec}" is not a port`, node, path);
    }),
    published: set('published', (node, path, to) => {
      const spec = textOrNumber(node, path, to);
      if (spec === undefined || spec === '') return undefined;
      return (
        parseRange(spec, 0) ?? to.error('value', `"${spec}" is not a port or a range of ports`, node, path)
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

function isProtocol(word: string): word is Port['protocol'] {
  return word === 'tcp' || word === 'udp' || word === 'sctp';
}

/** `80` or `80-90`; undefined when it is neither or out of range. */
function parseRange(spec: string, lowest = 1): { from: number; to: number } | undefined {
  const match = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(spec.trim());
  if (match === null) return undefined;
  const from = Number(match[1]);
  const to = Number(match[2] ?? match[1]);
  return from >= lowest && to <= 65_535 && from <= to ? { from, to } : undefined;
}
