import { bracketed } from '../core/host-port.ts';
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
  const address = publishedAddress(port, options.engineAddress);
  if (address === undefined) return null;
  const { host } = address;
  const scheme = options.appProtocols?.get(port.target) ?? schemeOf(port.target);
  return `${scheme}://${bracketed(host)}:${address.port}`;
}

/** Where a published port answers; undefined when it is only exposed. */
export function publishedAddress(
  { hostIp, published }: PublishedPort,
  engineAddress: string,
): { host: string; port: number } | undefined {
  if (published === null) return undefined;
  const everywhere = hostIp === null || hostIp === '' || hostIp === '0.0.0.0' || hostIp === '::';
  const host = everywhere ? (engineHost(engineAddress) ?? 'localhost') : hostIp;
  return { host, port: published };
}

function schemeOf(target: number): string {
  if (httpPorts.has(target)) return 'http';
  return httpsPorts.has(target) ? 'https' : 'tcp';
}
