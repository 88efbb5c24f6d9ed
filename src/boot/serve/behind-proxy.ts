import { type CanonicalValue, isStruct, withFields } from '../../compose/canonical/value.ts';
import type { Port, Project, Service } from '../../compose/index.ts';
import type { PublishedPort } from '../../core/index.ts';

/** A port that the proxy listens on in place of the engine. */
export interface HeldPort {
  service: string;
  /** Address to listen on; null: all of this machine's. */
  hostIp: string | null;
  /** The first of these that is free; from 0: any. */
  from: number;
  to: number;
  /** Port in the container. */
  target: number;
  protocol: 'tcp' | 'udp';
}

/** The published ports of a service; `serve` refuses those with SCTP before. */
export function heldPorts({ name, ports }: Service): HeldPort[] {
  return ports.flatMap(({ protocol, target, hostIp, published }): HeldPort[] => {
    if (protocol === 'sctp') return [];
    const { from, to } = published ?? { from: 0, to: 0 };
    return [{ service: name, hostIp: hostIp ?? null, from, to, target, protocol }];
  });
}

/** Whether nobody else can listen while the engine publishes `port`. */
export function isTakenBy(held: HeldPort, port: PublishedPort): boolean {
  const { protocol, published } = port;
  return protocol === held.protocol && published !== null && published >= held.from && published <= held.to;
}

/** The same project, with the ports of these services published on any free port of the loopback only. */
export function behindProxy(project: Project, names: readonly string[]): Project {
  const services = Object.entries(project.services).map(([name, service]): [string, Service] => [
    name,
    names.includes(name) ? onLoopback(service) : service,
  ]);
  return { ...project, services: Object.fromEntries(services) };
}

/** Its canonical form too: whoever compares config hashes has to see that it is not published as the file says. */
function onLoopback(service: Service): Service {
  const ports = new Map<string, Port>();
  for (const { target, protocol } of service.ports) {
    ports.set(`${target}/${protocol}`, { target, protocol, hostIp: '127.0.0.1', mode: 'ingress' });
  }
  const written = service.canonical.values.get('ports');
  const canonicalPorts = Array.isArray(written)
    ? written.map((port: CanonicalValue) =>
        isStruct(port) ? withFields(port, { host_ip: '127.0.0.1', published: undefined }) : port,
      )
    : undefined;
  return {
    ...service,
    ports: [...ports.values()],
    canonical: withFields(service.canonical, { ports: canonicalPorts }),
  };
}
