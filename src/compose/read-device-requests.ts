import {
  bytes,
  filledDictionary,
  filledText,
  integer,
  listOf,
  type Read,
  text,
  texts,
  wrongType,
} from './decode.ts';
import { type Fields, readFields, setter } from './fields.ts';
import type { BlockIo, DeviceRate, DeviceRequest } from './model-parts.ts';
import type { Reading } from './reading.ts';
import type { Node, Path } from './tree.ts';

const setRequest = setter<DeviceRequest>();
const requestKeys: Fields<DeviceRequest>['keys'] = {
  capabilities: setRequest('capabilities', texts),
  count: setRequest('count', (node, path, to) =>
    node.kind === 'scalar' && node.text.toLowerCase() === 'all' ? -1 : integer({ min: -1 })(node, path, to),
  ),
  device_ids: setRequest('deviceIds', texts),
  driver: setRequest('driver', text),
  options: setRequest('options', filledDictionary),
};

function readRequest(scope: string): Read<DeviceRequest> {
  return (node, path, to) => {
    const empty: DeviceRequest = { capabilities: [], deviceIds: [], options: {} };
    const read = readFields(empty, { scope, keys: requestKeys }, node, path, to);
    if (read === undefined) return undefined;
    if (read.count !== undefined && read.deviceIds.length > 0) {
      to.error('conflict', 'count and device_ids exclude each other', node, path);
    }
    return to.mark(read, node, path);
  };
}

/** `gpus`. */
export const readGpus: Read<DeviceRequest[]> = (node, path, to) =>
  node.kind === 'sequence'
    ? listOf(readRequest('services.*.gpus.[]'))(node, path, to)
    : wrongType(node, path, to, 'all or a list');

const readReserved = readRequest('services.*.deploy.resources.reservations.devices.[]');

/** `deploy.resources.reservations.devices`, which say what they are to be capable of. */
export const readReservedDevices: Read<DeviceRequest[]> = listOf((node, path, to) => {
  if (node.kind === 'mapping' && !node.entries.has('capabilities'))
    to.error('missing-key', 'needs capabilities', node, path, 'for a GPU: `capabilities: [gpu]`');
  return readReserved(node, path, to);
});

function readPair<K extends 'rate' | 'weight'>(
  scope: string,
  key: K,
  read: Read<number>,
): Read<{ path: string } & Record<K, number>> {
  const set = setter<{ path?: string; value?: number }>();
  const fields: Fields<{ path?: string; value?: number }> = {
    scope,
    keys: { path: set('path', filledText), [key]: set('value', read) },
  };
  return (node, path, to) => {
    const pair = readFields({} as { path?: string; value?: number }, fields, node, path, to);
    if (pair === undefined || node.kind !== 'mapping') return undefined;
    for (const needed of ['path', key])
      if (!node.entries.has(needed)) to.error('missing-key', `needs a ${needed}`, node, path);
    if (pair.path === undefined || pair.value === undefined) return undefined;
    return { path: pair.path, [key]: pair.value } as { path: string } & Record<K, number>;
  };
}

const rates = (key: string, read: Read<number>): Read<DeviceRate[]> =>
  listOf(readPair(`services.*.blkio_config.${key}.[]`, 'rate', read));
const operations = integer({ min: 0 });
const weight = integer({ min: 10, max: 1000 });

const set = setter<BlockIo>();
const fields: Fields<BlockIo> = {
  scope: 'services.*.blkio_config',
  keys: {
    device_read_bps: set('deviceReadBps', rates('device_read_bps', bytes)),
    device_read_iops: set('deviceReadIops', rates('device_read_iops', operations)),
    device_write_bps: set('deviceWriteBps', rates('device_write_bps', bytes)),
    device_write_iops: set('deviceWriteIops', rates('device_write_iops', operations)),
    weight: set('weight', weight),
    weight_device: set(
      'weightDevice',
      listOf(readPair('services.*.blkio_config.weight_device.[]', 'weight', weight)),
    ),
  },
};

/** `blkio_config`. */
export function readBlockIo(node: Node, path: Path, to: Reading): BlockIo | undefined {
  const empty: BlockIo = {
    weightDevice: [],
    deviceReadBps: [],
    deviceWriteBps: [],
    deviceReadIops: [],
    deviceWriteIops: [],
  };
  return readFields(empty, fields, node, path, to);
}

/** One of `device_cgroup_rules`. */
export const readCgroupRule: Read<string> = (node, path, to) => {
  const rule = text(node, path, to);
  if (rule === undefined || /^[abc] (\d+|\*):(\d+|\*) [rwm]{1,3}$/.test(rule)) return rule;
  return to.error('value', `"${rule}" is no device rule`, node, path, 'write "c 1:3 mr"');
};
