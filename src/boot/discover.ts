import { lookup } from 'node:dns/promises';
import { HealthChecker } from '../health/index.ts';
import type { ServiceEndpoint } from './endpoint.ts';
import { resolvedHostPort } from './endpoint-address.ts';

/**
 * Whether the endpoint is there already: something accepts connections at its port (`tcp`), or its name has an address
 * (`dns`). Not there within the time limit is an answer, not an error.
 */
export async function discover(endpoint: ServiceEndpoint, signal: AbortSignal): Promise<boolean> {
  const { host, port } = resolvedHostPort(endpoint);
  const timeout = endpoint.discoveryTimeout;
  if (endpoint.discoveryMethod === 'dns')
    return hasAddress(host, AbortSignal.any([signal, AbortSignal.timeout(timeout)]));
  if (port === null) return false;
  const { healthy } = await new HealthChecker().check({ kind: 'tcp', host, port, timeout }, { signal });
  return healthy;
}

/** The system's resolver cannot be stopped: its late answer is left unheard. */
async function hasAddress(host: string, signal: AbortSignal): Promise<boolean> {
  if (signal.aborted) return false;
  return new Promise((resolve) => {
    const answer = (found: boolean): void => {
      signal.removeEventListener('abort', abort);
      resolve(found);
    };
    const abort = (): void => answer(false);
    signal.addEventListener('abort', abort, { once: true });
    lookup(host, { all: true }).then(
      (addresses) => answer(addresses.length > 0),
      () => answer(false),
    );
  });
}
