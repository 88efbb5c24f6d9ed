import { networkInterfaces } from 'node:os';
import type { ContainerInfo, PortProtocol } from '../../core/index.ts';
import type { TargetAddress } from '../../proxy/index.ts';

export interface ContainerPort {
  target: number;
  protocol: PortProtocol;
}

/** Where a port of a container answers. */
export interface Whereabouts {
  address: TargetAddress;
  /** The container's own address; else a port forwarder of its engine is in between. */
  direct: boolean;
}

/**
 * Where `port` of the container answers from here: at its own address when the gateway of its network is an address of
 * this machine, else where it is published. Null when neither is so.
 */
export function whereabouts({ networks, ports }: ContainerInfo, port: ContainerPort): Whereabouts | null {
  const own = new Set(
    Object.values(networkInterfaces()).flatMap((list) => list?.map(({ address }) => address) ?? []),
  );
  for (const { ipv4Address, gateway } of networks) {
    if (ipv4Address !== null && ipv4Address !== '' && gateway !== null && own.has(gateway))
      return { address: { host: ipv4Address, port: port.target }, direct: true };
  }
  const mapping = ports.find(
    ({ target, protocol, published }) =>
      target === port.target && protocol === port.protocol && published !== null,
  );
  if (mapping === undefined || mapping.published === null) return null;
  const { hostIp, published } = mapping;
  const host = hostIp === null || hostIp === '' || hostIp === '0.0.0.0' ? '127.0.0.1' : hostIp;
  return { address: { host, port: published }, direct: false };
}
