import { createHash } from 'node:crypto';
import { WherryError } from '../../core/index.ts';

/** A port of the host. */
export interface HostPort {
  /** Address; null: all of the machine's. */
  hostIp: string | null;
  port: number;
  protocol: 'tcp' | 'udp' | 'sctp';
}

/** A port that the file publishes at a fixed port of the host. */
export interface FixedPort {
  service: string;
  /** Port in the container. */
  target: number;
  protocol: HostPort['protocol'];
  /** Null: all addresses of the machine. */
  hostIp: string | null;
  /** The port of the host that the file says. */
  wanted: number;
}

/** A fixed port with where the copy publishes it. */
export interface AssignedPort extends FixedPort {
  published: number;
}

export interface AssignPortsInput {
  /** Project of the copy: free ports are looked for from a place of its own on. */
  project: string;
  wishes: readonly FixedPort[];
  /** What the copy had before: it has these again where they are free. */
  kept: readonly AssignedPort[];
  /** Ports of other copies, whether they run or not. */
  reserved: readonly HostPort[];
  isFree: (port: HostPort) => Promise<boolean>;
}

/** Below those that systems give to outgoing connections, and seldom anybody's own. */
const first = 20_000;
const count = 10_000;

/**
 * A port of the host for each fixed one: the one it had, else the one that the file says, else a free one, which is the
 * same whenever the same ones are taken. Also returns what was kept of services that are not among the wishes. Fails with
 * `PORT_TAKEN` when none is left.
 */
export async function assignPorts(input: AssignPortsInput): Promise<readonly AssignedPort[]> {
  const { wishes, kept } = input;
  const others = kept.filter(({ service }) => !wishes.some((wish) => wish.service === service));
  const pending = wishes.map((wish) => ({ wish, own: kept.find((one) => isFor(one, wish)) }));
  const assigned: AssignedPort[] = [];
  for (const [index, { wish, own }] of pending.entries()) {
    const later = pending.slice(index + 1).flatMap((one) => one.own ?? []);
    const occupied = [...input.reserved, ...[...assigned, ...others, ...later].map(hostPortOf)];
    const published = await portFor(wish, own, occupied, input);
    assigned.push({ ...wish, wanted: own?.wanted ?? wish.wanted, published });
  }
  return [...assigned, ...others];
}

/**
 * Whether it is the port that `wish` asks for: as the file says it, or as the copy was given it, which the file says when
 * it takes its port from a variable that the copy exports.
 */
export function isFor(port: AssignedPort, { service, target, protocol, hostIp, wanted }: FixedPort): boolean {
  const isThere = port.service === service && port.target === target && port.protocol === protocol;
  return isThere && port.hostIp === hostIp && (port.wanted === wanted || port.published === wanted);
}

async function portFor(
  wish: FixedPort,
  kept: AssignedPort | undefined,
  occupied: readonly HostPort[],
  { project, isFree }: AssignPortsInput,
): Promise<number> {
  const { service, target, protocol, hostIp, wanted } = wish;
  const start = placeOf(`${project}\n${service}\n${target}/${protocol}`);
  const free = Array.from({ length: count }, (_, offset) => first + ((start + offset) % count));
  for (const port of [...(kept === undefined ? [] : [kept.published]), wanted, ...free]) {
    const candidate = { hostIp, port, protocol };
    if (!occupied.some((other) => clash(other, candidate)) && (await isFree(candidate))) return port;
  }
  throw new WherryError('PORT_TAKEN', `no port is free for ${service}: ${first} to ${first + count - 1}`, {
    hint: 'take copies down that nobody needs: `wherry down --isolated=NAME`',
    details: { service, target, protocol },
  });
}

export function hostPortOf({ hostIp, published, protocol }: AssignedPort): HostPort {
  return { hostIp, port: published, protocol };
}

/** Whether both cannot be listened on at once. */
export function clash(a: HostPort, b: HostPort): boolean {
  if (a.protocol !== b.protocol || a.port !== b.port) return false;
  return isEverywhere(a.hostIp) || isEverywhere(b.hostIp) || a.hostIp === b.hostIp;
}

function isEverywhere(hostIp: string | null): boolean {
  return hostIp === null || hostIp === '0.0.0.0' || hostIp === '::' || hostIp === '';
}

function placeOf(text: string): number {
  return createHash('sha256').update(text).digest().readUInt32BE(0) % count;
}
