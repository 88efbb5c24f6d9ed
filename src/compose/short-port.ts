import { isIP } from 'node:net';

/** A port as its long form says it. */
export interface ShortPort {
  target: number;
  /** A port of the host, or a range of them. */
  published?: string;
  hostIp?: string;
  protocol: 'tcp' | 'udp' | 'sctp';
}

/**
 * The ports of `[ip:][host:]container[/protocol]`, where both ports may be ranges; a string says what is wrong. They come
 * in the peer's order, which is that of their text.
 */
export function parseShortPort(spec: string): ShortPort[] | string {
  const slash = spec.lastIndexOf('/');
  const protocol = slash === -1 ? 'tcp' : spec.slice(slash + 1).toLowerCase();
  const parts = (slash === -1 ? spec : spec.slice(0, slash)).split(':');
  const containerPart = parts.pop() ?? '';
  const hostPart = parts.pop() ?? '';
  const address = parts.join(':').replace(/^\[(.*)\]$/, '$1');
  if (containerPart === '') return `"${spec}" names no container port`;
  if (!isProtocol(protocol)) return `"${protocol}" in "${spec}" is none of tcp, udp, sctp`;
  if (address !== '' && isIP(address) === 0) return `"${address}" in "${spec}" is not an IP address`;
  const target = parsePortRange(containerPart);
  if (target === undefined) return `"${containerPart}" in "${spec}" is not a container port`;
  const published = hostPart === '' ? undefined : parsePortRange(hostPart, 0);
  if (hostPart !== '' && published === undefined) return `"${hostPart}" in "${spec}" is not a host port`;
  const common = { protocol, ...(address === '' ? {} : { hostIp: address }) };
  if (target.from === target.to) {
    return [{ ...common, target: target.from, ...(published && { published: rangeText(published) }) }];
  }
  const width = target.to - target.from;
  if (published !== undefined && published.to - published.from !== width) {
    return `the ranges ${hostPart} and ${containerPart} in "${spec}" are of different length`;
  }
  const ports = Array.from({ length: width + 1 }, (_, offset) => ({
    ...common,
    target: target.from + offset,
    ...(published && { published: String(published.from + offset) }),
  }));
  return ports.sort((a, b) => (String(a.target) < String(b.target) ? -1 : 1));
}

export function isProtocol(word: string): word is ShortPort['protocol'] {
  return word === 'tcp' || word === 'udp' || word === 'sctp';
}

/** `80` or `80-90`; undefined when it is neither or out of range. */
export function parsePortRange(spec: string, lowest = 1): { from: number; to: number } | undefined {
  const match = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(spec.trim());
  if (match === null) return undefined;
  const from = Number(match[1]);
  const to = Number(match[2] ?? match[1]);
  return from >= lowest && to <= 65_535 && from <= to ? { from, to } : undefined;
}

function rangeText({ from, to }: { from: number; to: number }): string {
  return from === to ? String(from) : `${from}-${to}`;
}
