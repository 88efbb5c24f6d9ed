import { isIP } from 'node:net';
import { decodeStruct } from './canonical/decode.ts';
import { networkShape, volumeShape } from './canonical/shapes-project.ts';
import {
  boolean,
  filledText,
  integer,
  isEmpty,
  labels,
  listOf,
  mapOf,
  number,
  options,
  type Read,
  text,
  texts,
  wrongType,
} from './decode.ts';
import { type Fields, readFields, setter } from './fields.ts';
import { toNames } from './forms.ts';
import type { Ipam, IpamPool, Network, ServiceNetwork, Volume } from './model.ts';
import type { Reading } from './reading.ts';
import { child, type Mapping, type Node, originOf, type Path, type Place } from './tree.ts';

const address =
  (version: 4 | 6): Read<string> =>
  (node, path, to) => {
    const read = text(node, path, to);
    if (read === undefined || isIP(read) === version) return read;
    return to.error('value', `"${read}" is not an IPv${version} address`, node, path);
  };

/** A hardware address, as `02:42:ac:11:00:02`. */
export const macAddress: Read<string> = (node, path, to) => {
  const read = text(node, path, to);
  if (read === undefined || /^[0-9a-f]{2}([:-][0-9a-f]{2}){5}$/i.test(read)) return read;
  return to.error('value', `"${read}" is not a MAC address`, node, path);
};

const setAttachment = setter<ServiceNetwork>();
const attachmentFields: Fields<ServiceNetwork> = {
  scope: 'services.*.networks.*',
  keys: {
    aliases: setAttachment('aliases', texts),
    driver_opts: setAttachment('driverOpts', options),
    gw_priority: setAttachment('gwPriority', integer()),
    interface_name: setAttachment('interfaceName', filledText),
    ipv4_address: setAttachment('ipv4Address', address(4)),
    ipv6_address: setAttachment('ipv6Address', address(6)),
    link_local_ips: setAttachment('linkLocalIps', texts),
    mac_address: setAttachment('macAddress', macAddress),
    priority: setAttachment('priority', number),
    use_service_name_alias: setAttachment('useServiceNameAlias', boolean),
  },
};

/** How a service appears on a network when nothing more is said. */
export function plainAttachment(): ServiceNetwork {
  return {
    aliases: [],
    linkLocalIps: [],
    priority: 0,
    gwPriority: 0,
    driverOpts: {},
    useServiceNameAlias: true,
  };
}

/** `networks` of a service: a list of names, or a mapping with details. */
export function readAttachments(
  node: Node,
  path: Path,
  to: Reading,
): Record<string, ServiceNetwork> | undefined {
  if (node.kind === 'sequence' && listOf(text)(node, path, to)?.length !== node.items.length)
    return undefined;
  const names = toNames(node);
  if (names === undefined) return wrongType(node, path, to, 'a list or a mapping');
  const keys = namedBy(names);
  return mapOf<ServiceNetwork>((value, at, reading) => {
    const attachment = isEmpty(value)
      ? plainAttachment()
      : readFields(plainAttachment(), attachmentFields, value, at, reading);
    return attachment && reading.mark(attachment, keys(at), at);
  })(names, path, to);
}

/** Where the key of a path's last step stands. */
export function namedBy(mapping: Mapping): (path: Path) => Place {
  return (path) => mapping.entries.get(String(path.step))?.key ?? mapping;
}

const setPool = setter<IpamPool>();
const poolFields: Fields<IpamPool> = {
  scope: 'networks.*.ipam.config.[]',
  keys: {
    aux_addresses: setPool('auxAddresses', options),
    gateway: setPool('gateway', text),
    ip_range: setPool('ipRange', text),
    subnet: setPool('subnet', text),
  },
};

const setIpam = setter<Ipam>();
const ipamFields: Fields<Ipam> = {
  scope: 'networks.*.ipam',
  keys: {
    config: setIpam(
      'config',
      listOf((node, path, to) => readFields<IpamPool>({ auxAddresses: {} }, poolFields, node, path, to)),
    ),
    driver: setIpam('driver', text),
    options: setIpam('options', options),
  },
};

const setNetwork = setter<Network>();
const networkFields: Fields<Network> = {
  scope: 'networks.*',
  keys: {
    attachable: setNetwork('attachable', boolean),
    driver: setNetwork('driver', text),
    driver_opts: setNetwork('driverOpts', options),
    enable_ipv4: setNetwork('enableIpv4', boolean),
    enable_ipv6: setNetwork('enableIpv6', boolean),
    external: setNetwork('external', boolean),
    internal: setNetwork('internal', boolean),
    ipam: setNetwork('ipam', (node, path, to) =>
      readFields<Ipam>({ config: [], options: {} }, ipamFields, node, path, to),
    ),
    labels: setNetwork('labels', labels),
    name: setNetwork('name', filledText),
  },
};

const setVolume = setter<Volume>();
const volumeFields: Fields<Volume> = {
  scope: 'volumes.*',
  keys: {
    driver: setVolume('driver', text),
    driver_opts: setVolume('driverOpts', options),
    external: setVolume('external', boolean),
    labels: setVolume('labels', labels),
    name: setVolume('name', filledText),
  },
};

/** One of the top-level `networks`. */
export function readNetwork(
  key: string,
  place: Place,
  node: Node,
  path: Path,
  to: Reading,
): Network | undefined {
  const network: Network = {
    key,
    name: '',
    origin: originOf(place),
    driverOpts: {},
    external: false,
    internal: false,
    attachable: false,
    ipam: { config: [], options: {} },
    labels: {},
    extensions: {},
    canonical: decodeStruct(node, networkShape),
  };
  const read = isEmpty(node) ? network : readFields(network, networkFields, node, path, to);
  if (read?.external === true)
    for (const { key: place, path: at } of besideExternal(node, path))
      to.warn('ignored-key', 'has no effect: the network is external', place, at);
  return read && to.mark(read, place, path);
}

/** One of the top-level `volumes`. */
export function readVolume(
  key: string,
  place: Place,
  node: Node,
  path: Path,
  to: Reading,
): Volume | undefined {
  const volume: Volume = {
    key,
    name: '',
    origin: originOf(place),
    driverOpts: {},
    external: false,
    labels: {},
    extensions: {},
    canonical: decodeStruct(node, volumeShape),
  };
  const read = isEmpty(node) ? volume : readFields(volume, volumeFields, node, path, to);
  if (read?.external === true)
    for (const { key: place, path: at } of besideExternal(node, path))
      to.error('conflict', 'cannot be said of something external', place, at);
  return read && to.mark(read, place, path);
}

/** What is said besides the name of a thing that is not ours to make; docker compose lets it pass of networks only. */
function besideExternal(node: Node, path: Path): { key: Place; path: Path }[] {
  if (node.kind !== 'mapping') return [];
  return [...node.entries]
    .filter(([key]) => key !== 'name' && key !== 'external' && !key.startsWith('x-'))
    .map(([key, entry]) => ({ key: entry.key, path: child(path, key) }));
}
