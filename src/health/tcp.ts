import { probePort } from '../transport/port-probe.ts';
import type { Check } from './check.ts';
import type { TcpTarget } from './target.ts';

/** The target's own limit, which fires the signal, is what counts. */
const noLimit = Number.POSITIVE_INFINITY;

/** Opens a TCP connection and closes it again. */
export const checkTcp: Check<TcpTarget> = async (target, { signal }) => {
  const host = target.host ?? '127.0.0.1';
  const { state, message } = await probePort(host, target.port, { timeout: noLimit, signal });
  return { healthy: state === 'open', message, details: { host, port: target.port } };
};
