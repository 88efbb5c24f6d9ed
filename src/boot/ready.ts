import { eagerGates } from '../compose/index.ts';
import type { DesiredService } from './desired.ts';
import { pass } from './gate.ts';
import { passProbe } from './outside-probe.ts';
import type { UpContext } from './up-run.ts';

/** Waits until a container that was started is fit to be used: probed, healthy, or still running a moment later. */
export async function passReady(
  { backend, watch, options, signal }: UpContext,
  service: DesiredService,
  { id, name }: { id: string; name: string },
): Promise<void> {
  const { restart, probe } = service;
  const { health } = await backend.inspect(id, { signal });
  const condition = health === 'none' && probe === undefined ? 'settled' : 'healthy';
  const eager = options.eager !== false && eagerGates(service.declared);
  const gate = { id, name, condition, restart, timeout: options.waitTimeout, eager } as const;
  if (probe === undefined) await pass(backend, watch, gate, signal);
  else await passProbe(backend, watch, gate, probe, signal);
}
