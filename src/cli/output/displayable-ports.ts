import type { PublishedPort } from '../../core/container.ts';
import { bracketed } from '../../core/host-port.ts';

interface Range {
  ip: string | null;
  protocol: string;
  first: number;
  last: number;
}

/**
 * Ports as docker prints them: neighbours that are published under their own numbers, or only exposed, as one range, then
 * the others (`80/tcp, 0.0.0.0:90-91->90-91/tcp, 127.0.0.1:8080->443/tcp`).
 */
export function displayablePorts(ports: readonly PublishedPort[]): string {
  const open = new Map<string, Range>();
  const closed: Range[] = [];
  const others: string[] = [];
  for (const { hostIp, published, target, protocol } of [...ports].sort(inDockersOrder)) {
    const ip = published === null ? null : (hostIp ?? '');
    if (published !== null && published !== target) {
      others.push(`${bracketed(ip ?? '')}:${published}->${target}/${protocol}`);
      continue;
    }
    const key = `${ip} ${protocol}`;
    const range = open.get(key);
    if (range !== undefined && target === range.last + 1) range.last = target;
    else {
      if (range !== undefined) closed.push(range);
      open.set(key, { ip, protocol, first: target, last: target });
    }
  }
  return [...[...closed, ...open.values()].map(rangeText), ...others].join(', ');
}

function rangeText({ ip, protocol, first, last }: Range): string {
  const numbers = first === last ? String(first) : `${first}-${last}`;
  return ip === null ? `${numbers}/${protocol}` : `${bracketed(ip)}:${numbers}->${numbers}/${protocol}`;
}

function inDockersOrder(a: PublishedPort, b: PublishedPort): number {
  if (a.target !== b.target) return a.target - b.target;
  const [first, second] = [a.hostIp ?? '', b.hostIp ?? ''];
  if (first !== second) return first < second ? -1 : 1;
  if (a.published !== b.published) return (a.published ?? 0) - (b.published ?? 0);
  return a.protocol < b.protocol ? -1 : 1;
}
