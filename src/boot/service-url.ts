import { engineHost, type PublishedPort } from '../core/index.ts';

const httpPorts = new Set([80, 3000, 5000, 8000, 8080, 8081, 8088, 8888, 9090]);
const httpsPorts = new Set([443, 8443]);

/**
 * Where the first published TCP port answers: `http` and `https` by the usual ports in the container (or by
 * `appProtocol`), `tcp` otherwise. Null when nothing is published.
 */
export function serviceUrl(
  ports: readonly PublishedPort[],
  options: { engineAddress: string; appProtocols?: ReadonlyMap<number, string> },
): string | null {
  const port = ports.find(({ protocol, published }) => protocol === 'tcp' && published !== null);
  if (port === undefined) return null;
  const { hostIp, published, target } = port;
  const everywhere = hostIp === null || hostIp === '' || hostIp === '0.0.0.0' || hostIp === '::';
  const host = everywhere ? (engineHost(options.engineAddress) ?? 'localhost') : hostIp;
  const scheme = options.appProtocols?.get(target) ?? schemeOf(target);
  return `${scheme}://${host.includes(':') && !host.startsWith('[') ? `[${host}]` : host}:${published}`;
}

function schemeOf(target: number): string {
  if (httpPorts.has(target)) return 'http';
  return httpsPorts.has(target) ? 'https' : 'tcp';
}
