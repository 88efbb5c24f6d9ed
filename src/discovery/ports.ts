import { WherryError } from '../core/index.ts';

/** One port, several, ranges with both ends included, or a text such as `80,443,8000-8099`. */
export type PortSelection = number | string | readonly (number | readonly [first: number, last: number])[];

/** All ports of a selection, each once, in the order in which they were named. `INVALID` when there is none. */
export function portsOf(selection: PortSelection): number[] {
  const ports = new Set<number>();
  for (const [first, last] of ranges(selection)) {
    if (first > last) throw wrong(selection, `${first}-${last} ends before it begins`);
    for (const port of [first, last]) {
      if (!Number.isInteger(port) || port < 1 || port > 65_535)
        throw wrong(selection, `${port} is no port: they go from 1 to 65535`);
    }
    for (let port = first; port <= last; port += 1) ports.add(port);
  }
  if (ports.size === 0) throw wrong(selection, 'it names no port');
  return [...ports];
}

function ranges(selection: PortSelection): (readonly [number, number])[] {
  if (typeof selection === 'number') return [[selection, selection]];
  if (typeof selection === 'string')
    return selection.split(',').map((part) => parsed(part.trim(), selection));
  return selection.map((one) => (typeof one === 'number' ? [one, one] : one));
}

function parsed(part: string, selection: string): readonly [number, number] {
  const match = /^(\d+)(?:\s*-\s*(\d+))?$/.exec(part);
  if (match?.[1] === undefined) throw wrong(selection, `"${part}" is neither a port nor a range`);
  return [Number(match[1]), Number(match[2] ?? match[1])];
}

function wrong(selection: PortSelection, why: string): WherryError {
  return new WherryError('INVALID', `the ports ${JSON.stringify(selection)} are wrong: ${why}`, {
    hint: 'write one port, a list, or ranges: 80,443,8000-8099',
    details: { ports: selection },
  });
}
