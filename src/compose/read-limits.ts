import { bytes, define, integer, listOf, mapOf, type Read, text, textOrNumber, wrongType } from './decode.ts';
import { type Fields, readFields, setter } from './fields.ts';
import type { Ulimit } from './model.ts';
import { own } from './own.ts';
import type { Reading } from './reading.ts';
import { child, type Node, type Path } from './tree.ts';

const setUlimit = setter<Partial<Ulimit>>();
const limit = integer({ min: -1 });
const ulimitFields: Fields<Partial<Ulimit>> = {
  scope: 'services.*.ulimits.*',
  keys: { hard: setUlimit('hard', limit), soft: setUlimit('soft', limit) },
};

/** `ulimits`: one number for both, or `soft` and `hard`. */
export const readUlimits: Read<Record<string, Ulimit>> = mapOf((node, path, to) => {
  if (node.kind !== 'mapping') {
    const both = limit(node, path, to);
    return both === undefined ? undefined : { soft: both, hard: both };
  }
  const { soft, hard } = readFields<Partial<Ulimit>>({}, ulimitFields, node, path, to) ?? {};
  for (const key of ['soft', 'hard']) {
    if (!node.entries.has(key)) to.error('missing-key', `needs ${key}`, node, path);
  }
  return soft === undefined || hard === undefined ? undefined : { soft, hard };
});

/** `extra_hosts`: `host=address` or `host:address` lines, or a mapping to one address or several. */
export function readExtraHosts(node: Node, path: Path, to: Reading): Record<string, string[]> | undefined {
  const hosts: Record<string, string[]> = {};
  const add = (host: string, addresses: readonly string[], value: Node, at: Path): void => {
    if (host === '' || /[:=]/.test(host)) to.error('value', `"${host}" is no host name`, value, at);
    else if (addresses.length === 0 || addresses.includes(''))
      to.error('value', `${host} has no address`, value, at);
    else define(hosts, host, [...(own(hosts, host) ?? []), ...addresses.map(withoutBrackets)]);
  };
  if (node.kind === 'mapping') {
    for (const [host, entry] of node.entries) {
      const at = child(path, host);
      const read =
        entry.value.kind === 'sequence' ? listOf(text)(entry.value, at, to) : text(entry.value, at, to);
      if (read !== undefined) add(host, typeof read === 'string' ? [read] : read, entry.value, at);
    }
    return hosts;
  }
  if (node.kind !== 'sequence') return wrongType(node, path, to, 'a list or a mapping');
  for (const [index, item] of node.items.entries()) {
    const at = child(path, index);
    const line = text(item, at, to);
    if (line === undefined) continue;
    const separator = line.includes('=') ? '=' : ':';
    const cut = line.indexOf(separator);
    if (cut === -1) to.error('value', `"${line}" has no address`, item, at, 'write host=address');
    else add(line.slice(0, cut), line.slice(cut + 1).split(','), item, at);
  }
  return hosts;
}

function withoutBrackets(address: string): string {
  return address.replace(/^\[(.+)\]$/, '$1');
}

/** `storage_opt`: engines know `size`, the bound of the writable layer. */
export function readStorage(node: Node, path: Path, to: Reading): number | undefined {
  if (node.kind !== 'mapping') return wrongType(node, path, to, 'a mapping');
  let size: number | undefined;
  for (const [key, entry] of node.entries) {
    const at = child(path, key);
    if (key === 'size') size = bytes(entry.value, at, to);
    else to.error('unsupported-key', 'is not supported: only size is', entry.key, at);
  }
  return size;
}

/** `group_add`: names and numbers. */
export const readGroups: Read<string[]> = listOf(textOrNumber);
