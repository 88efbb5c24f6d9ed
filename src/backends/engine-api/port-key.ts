import type { PortProtocol } from '../../core/spec.ts';

/** The engine's key of a port, `80/tcp`, in its parts. */
export function parsePortKey(key: string): { target: number; protocol: PortProtocol } {
  const [port = '', protocol = 'tcp'] = key.split('/');
  return { target: Number(port), protocol: portProtocol(protocol) };
}

export function portProtocol(word: string): PortProtocol {
  return word === 'udp' || word === 'sctp' ? word : 'tcp';
}
