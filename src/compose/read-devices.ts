import { filledText, text, unique, wrongType } from './decode.ts';
import { type Fields, readFields, setter } from './fields.ts';
import type { Device } from './model.ts';
import type { Reading } from './reading.ts';
import { child, type Node, type Path } from './tree.ts';

/** `devices`: `source[:target[:permissions]]`, or the long form. */
export function readDevices(node: Node, path: Path, to: Reading): Device[] | undefined {
  if (node.kind !== 'sequence') return wrongType(node, path, to, 'a list');
  const devices: Device[] = [];
  for (const [index, item] of node.items.entries()) {
    const device = readDevice(item, child(path, index), to);
    if (device !== undefined) devices.push(device);
  }
  return unique(devices, (device) => device.target);
}

interface LongDevice {
  source?: string;
  target?: string;
  permissions?: string;
}

const setDevice = setter<LongDevice>();
const deviceFields: Fields<LongDevice> = {
  scope: 'services.*.devices.[]',
  keys: {
    source: setDevice('source', filledText),
    target: setDevice('target', text),
    permissions: setDevice('permissions', text),
  },
};

function readDevice(node: Node, path: Path, to: Reading): Device | undefined {
  let device: LongDevice | undefined;
  if (node.kind === 'mapping') device = readFields({} as LongDevice, deviceFields, node, path, to);
  else {
    const spec = text(node, path, to);
    if (spec === undefined) return undefined;
    const [source = '', target = source, permissions = 'rwm', ...more] = spec.split(':');
    if (source === '' || more.length > 0) return to.error('value', `"${spec}" is not a device`, node, path);
    device = { source, target, permissions };
  }
  if (device?.source === undefined) {
    if (node.kind === 'mapping' && !node.entries.has('source'))
      to.error('missing-key', 'needs a source', node, path);
    return undefined;
  }
  const { source, target = source, permissions = 'rwm' } = device;
  if (/^[rwm]{1,3}$/.test(permissions)) return { source, target, permissions };
  return to.error('value', `the permissions "${permissions}" are not letters of rwm`, node, path);
}
