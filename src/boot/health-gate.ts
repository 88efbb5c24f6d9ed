import { asWherryError } from '../core/errors.ts';
import type { Backend, EventBus, WherryError } from '../core/index.ts';
import { type HealthChecker, type RetryPolicy, waitHealthy } from '../health/index.ts';
import type { ServiceEndpoint } from './endpoint.ts';
import { healthTarget } from './endpoint-address.ts';
import type { BootRow } from './summary.ts';

export interface HealthGateInput {
  name: string;
  endpoint: ServiceEndpoint;
  /** What was started or found for it. */
  found: Pick<BootRow, 'url' | 'containers'>;
  checker: HealthChecker;
  backend: Backend | undefined;
  events: EventBus | undefined;
  signal: AbortSignal;
}

/** Waits until the endpoint is healthy; resolves to why it is not, or null. The death of its container ends the wait. */
export async function passHealthGate(input: HealthGateInput): Promise<WherryError | null> {
  const { name, endpoint, found, checker, signal } = input;
  const target = healthTarget(name, withPublishedPort(endpoint, found.url));
  if (target === null) return null;
  const [container] = found.containers;
  try {
    await waitHealthy(checker, target, {
      policy: gatePolicy(endpoint),
      signal,
      ...(container === undefined ? {} : { container: container.id }),
    });
    publish(input, 'healthy', 'it answers as it should');
    return null;
  } catch (thrown) {
    const error = asWherryError(thrown);
    if (error.code !== 'CANCELLED') publish(input, 'unhealthy', error.message);
    return error;
  }
}

/**
 * `retryCount` retries after 1, 2, 4 … s, as long as they would take; within that time it is tried more often, so that
 * nobody waits for a service that is ready. No retries: one try.
 */
function gatePolicy({ retryCount, timeout }: ServiceEndpoint): RetryPolicy {
  if (retryCount === 0) return { failureThreshold: 1, deadline: timeout };
  const waits = 1000 * (2 ** Math.min(retryCount, 12) - 1);
  return { deadline: waits + timeout };
}

/** An endpoint that gives neither port nor URL is checked where its service is published. */
function withPublishedPort(endpoint: ServiceEndpoint, url: string | null): ServiceEndpoint {
  if (endpoint.url !== null || endpoint.port !== null || url === null) return endpoint;
  const { hostname, port } = new URL(url);
  return { ...endpoint, host: hostname.replace(/^\[|\]$/g, ''), port: Number(port) };
}

function publish(
  { name, endpoint, events }: HealthGateInput,
  to: 'healthy' | 'unhealthy',
  message: string,
): void {
  const kind = endpoint.healthType;
  events?.publish('health.changed', 'boot', name, { target: name, kind, from: 'unknown', to, message });
}
