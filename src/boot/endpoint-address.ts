import { bracketed } from '../core/host-port.ts';
import type { HealthTarget } from '../health/index.ts';
import type { ServiceEndpoint } from './endpoint.ts';

/** `url` when it is there, else `http://host[:port]`. */
export function resolvedUrl({ url, host, port }: ServiceEndpoint): string {
  if (url !== null) return url;
  return `http://${bracketed(host)}${port === null ? '' : `:${port}`}`;
}

/** The URL with `healthPath` behind it, joined by exactly one slash. */
export function resolvedHealthUrl(endpoint: ServiceEndpoint): string {
  const base = resolvedUrl(endpoint);
  if (endpoint.healthPath === null) return base;
  return `${base.replace(/\/+$/, '')}/${endpoint.healthPath.replace(/^\/+/, '')}`;
}

/** Host and port to connect to; the port of the URL's scheme where none is given, null where there is none. */
export function resolvedHostPort(endpoint: ServiceEndpoint): { host: string; port: number | null } {
  if (endpoint.url === null) return { host: endpoint.host, port: endpoint.port };
  const { hostname, port, protocol } = new URL(endpoint.url);
  const host = hostname.replace(/^\[|\]$/g, '');
  const usual = protocol === 'https:' ? 443 : protocol === 'http:' ? 80 : null;
  return { host: host === '' ? endpoint.host : host, port: port === '' ? usual : Number(port) };
}

/** Not remote, and on this machine by its name. */
export function isLocalEndpoint({ remote, host }: ServiceEndpoint): boolean {
  return !remote && ['', 'localhost', '127.0.0.1', '::1'].includes(host.toLowerCase());
}

/** What a health check of the endpoint looks at; null when it says too little for one. */
export function healthTarget(name: string, endpoint: ServiceEndpoint): HealthTarget | null {
  const { healthType, timeout, healthPath } = endpoint;
  const { host, port } = resolvedHostPort(endpoint);
  if (healthType === 'http') {
    if (endpoint.url === null && port === null) return null;
    return { kind: 'http', name, timeout, url: resolvedHealthUrl(endpoint) };
  }
  if (healthType === 'tcp') return port === null ? null : { kind: 'tcp', name, timeout, host, port };
  if (healthType === 'grpc') {
    if (port === null) return null;
    const tls = endpoint.url?.startsWith('https:') === true ? { tls: {} } : {};
    return {
      kind: 'grpc',
      name,
      timeout,
      host,
      port,
      ...(healthPath === null ? {} : { service: healthPath }),
      ...tls,
    };
  }
  return {
    kind: healthType as `x-${string}`,
    name,
    timeout,
    host,
    port,
    url: resolvedUrl(endpoint),
    path: healthPath,
  };
}
