import type { Backend } from '../core/index.ts';
import { down } from './down.ts';
import { observeContainers } from './observed.ts';
import type { ChangeSummary, DownOptions } from './options.ts';

/**
 * Takes down these services of a project and its networks when nothing else of it is left; what services beside them
 * depend on stays. Resolves and rejects as `down` does.
 */
export async function downServices(
  backend: Backend,
  services: readonly string[],
  options: Omit<DownOptions, 'services'>,
): Promise<ChangeSummary> {
  const began = performance.now();
  const mine = new Set(services);
  const all = await observeContainers(backend, options.projectName, { signal: options.signal });
  const others = all.filter((one) => !mine.has(one.service));
  if (others.length === 0) return down(backend, options);
  // What a service beside ours depends on stays, and so does what that depends on.
  const needed = new Set(others.flatMap((one) => one.dependsOn.map(({ service }) => service)));
  for (const service of needed) {
    const containers = all.filter((one) => one.service === service);
    for (const { service: next } of containers.flatMap((one) => one.dependsOn)) needed.add(next);
  }
  const isThere = (service: string): boolean =>
    all.some((one) => one.service === service) || options.project?.services[service]?.provider !== undefined;
  const going = [...mine].filter((service) => !needed.has(service) && isThere(service));
  if (going.length > 0) return down(backend, { ...options, services: going });
  return { rows: [], durationMs: performance.now() - began, ok: true, warnings: [] };
}
