import type { Port, Service } from './model.ts';
import type { Reading } from './reading.ts';

/** Reports host ports that two containers of the project would both take. */
export function checkPorts(services: Readonly<Record<string, Service>>, to: Reading): void {
  const taken = new Map<string, { port: Port; service: string }[]>();
  for (const service of Object.values(services)) {
    const sharesNetwork = service.networkMode !== undefined && service.networkMode !== 'bridge';
    if (sharesNetwork || service.scale === 0) continue;
    for (const port of service.ports) {
      const { published } = port;
      // From a range the engine picks one that is free.
      if (published === undefined || published.from !== published.to) continue;
      if (service.scale > 1) {
        const message = `${service.scale} containers cannot all publish the host port ${published.from}`;
        to.warnAt(port, 'conflict', message, 'publish a range, or leave the host port out');
      }
      const key = `${published.from}/${port.protocol}`;
      const others = taken.get(key) ?? [];
      const other = others.find((candidate) => overlaps(candidate.port.hostIp, port.hostIp));
      if (other !== undefined) {
        const whose =
          other.service === service.name ? 'twice by this service' : `by service ${other.service} too`;
        to.errorAt(port, 'conflict', `the host port ${key} is published ${whose}`);
      }
      others.push({ port, service: service.name });
      taken.set(key, others);
    }
  }
}

/** Whether two host addresses can be the same; one that is not said, or unspecified, is every one of its family. */
function overlaps(a: string | undefined, b: string | undefined): boolean {
  if (a === b || a === undefined || b === undefined) return true;
  if (a.includes(':') !== b.includes(':')) return false;
  return isUnspecified(a) || isUnspecified(b);
}

function isUnspecified(address: string): boolean {
  return address === '0.0.0.0' || /^[0:]+$/.test(address);
}
