import type { Port, Project, Service } from '../../compose/index.ts';

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

/** The published ports of a service. SCTP is not among them: nothing here forwards it. */
export function heldPorts(service: Service): HeldPort[] {
  return service.ports.flatMap(({ protocol, target, hostIp, published }) =>
    protocol === 'sctp'
      ? []
      : [
          {
            service: service.name,
            hostIp: hostIp ?? null,
            from: published?.from ?? 0,
            to: published?.to ?? 0,
            target,
            protocol,
          },
        ],
  );
}

/** The same project, with the ports of these services published on any free port of the loopback only. */
export function behindProxy(project: Project, names: readonly string[]): Project {
  const services = Object.entries(project.services).map(([name, service]): [string, Service] => [
    name,
    names.includes(name) ? { ...service, ports: loopbackPorts(service) } : service,
  ]);
  return { ...project, services: Object.fromEntries(services) };
}

function loopbackPorts({ ports }: Service): Port[] {
  const unique = new Map<string, Port>();
  for (const { target, protocol } of ports) {
    if (protocol === 'sctp') continue;
    unique.set(`${target}/${protocol}`, { target, protocol, hostIp: '127.0.0.1', mode: 'ingress' });
  }
  return [...unique.values()];
}
