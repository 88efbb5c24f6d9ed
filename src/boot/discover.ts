import { isWherryError } from '../core/index.ts';
import { Discoverer, type DiscoveryTarget } from '../discovery/index.ts';
import type { ServiceEndpoint } from './endpoint.ts';
import { resolvedHostPort } from './endpoint-address.ts';

/**
 * Whether the endpoint is there already: something accepts connections at its port (`tcp`), or its name has an address
 * (`dns`). Not there within the time limit is an answer, not an error.
 */
export async function discover(endpoint: ServiceEndpoint, signal: AbortSignal): Promise<boolean> {
  const target = targetOf(endpoint);
  if (target === null) return false;
  try {
    return (await new Discoverer().discover(target, { signal })).length > 0;
  } catch (error) {
    if (isWherryError(error, 'TIMEOUT', 'UNAVAILABLE')) return false;
    throw error;
  }
}

function targetOf(endpoint: ServiceEndpoint): DiscoveryTarget | null {
  const { host, port } = resolvedHostPort(endpoint);
  const timeout = endpoint.discoveryTimeout;
  if (endpoint.discoveryMethod === 'dns') return { kind: 'dns', host, timeout };
  return port === null ? null : { kind: 'tcp', host, ports: port, timeout };
}
