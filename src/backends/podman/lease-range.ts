/** The first and the last address that a pool may give out, of an address range in CIDR form. */
export function leaseRange(cidr: string): { start_ip: string; end_ip: string } {
  const [address = '', prefix = ''] = cidr.split('/');
  const isV6 = address.includes(':');
  const bits = isV6 ? 128 : 32;
  const hosts = (1n << BigInt(bits - Number(prefix))) - 1n;
  const first = (isV6 ? numberOfV6(address) : numberOfV4(address)) & ~hosts;
  const text = isV6 ? textOfV6 : textOfV4;
  // The address of the range itself is left out, as Podman does.
  return { start_ip: text(hosts === 0n ? first : first + 1n), end_ip: text(first | hosts) };
}

function numberOfV4(address: string): bigint {
  return address.split('.').reduce((sum, part) => sum * 256n + BigInt(part), 0n);
}

function numberOfV6(address: string): bigint {
  const [head = '', tail] = address.split('::');
  const groups = (text: string): string[] => (text === '' ? [] : text.split(':'));
  const [left, right] = [groups(head), groups(tail ?? '')];
  const zeros = Array.from({ length: tail === undefined ? 0 : 8 - left.length - right.length }, () => '0');
  return [...left, ...zeros, ...right].reduce((sum, group) => sum * 65_536n + BigInt(`0x${group}`), 0n);
}

function textOfV4(number: bigint): string {
  return [24n, 16n, 8n, 0n].map((shift) => (number >> shift) & 255n).join('.');
}

function textOfV6(number: bigint): string {
  return Array.from({ length: 8 }, (_, index) =>
    ((number >> BigInt(112 - index * 16)) & 65_535n).toString(16),
  ).join(':');
}
