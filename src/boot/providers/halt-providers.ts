import { asWherryError, cancelled } from '../../core/index.ts';
import type { ChangeRow, ServiceOptions } from '../options.ts';
import { runProvider } from './run-provider.ts';

/** Parts the services that providers make from those in containers; `rest` is null when only such were named. */
export function withoutProviders<T extends ServiceOptions>(
  options: T,
): { providers: string[]; rest: T | null } {
  const { project, services } = options;
  const all = Object.values(project?.services ?? {}).flatMap(({ name, provider }) =>
    provider === undefined ? [] : [name],
  );
  const providers = services?.length ? all.filter((name) => services.includes(name)) : all;
  if (services === undefined || services.length === 0) return { providers, rest: options };
  const others = services.filter((name) => !all.includes(name));
  return { providers, rest: others.length === 0 ? null : { ...options, services: others } };
}

/** Tells providers that know of stops to halt what they made, those that depend on others first. */
export async function haltProviders(
  names: readonly string[],
  { project, signal, onProgress }: ServiceOptions,
): Promise<ChangeRow[]> {
  const rows: ChangeRow[] = [];
  for (const name of dependantsFirst(names, project)) {
    const provider = project?.services[name]?.provider;
    if (project === undefined || provider === undefined) continue;
    const began = performance.now();
    const row = (change: ChangeRow['change'], error: ChangeRow['error']): ChangeRow => {
      const durationMs = performance.now() - began;
      return { kind: 'provider', name, service: name, change, durationMs, error };
    };
    try {
      const given = await runProvider('stop', project, { service: name, provider }, { signal, onProgress });
      rows.push(row(given === null ? 'kept' : 'stopped', null));
    } catch (error) {
      if (signal?.aborted) throw cancelled(signal);
      rows.push(row('failed', asWherryError(error)));
    }
  }
  return rows;
}

function dependantsFirst(names: readonly string[], project: ServiceOptions['project']): string[] {
  const order = new Set<string>();
  const visit = (name: string): void => {
    if (order.has(name)) return;
    for (const other of names) {
      if (Object.hasOwn(project?.services[other]?.dependsOn ?? {}, name)) visit(other);
    }
    order.add(name);
  };
  for (const name of names) visit(name);
  return [...order];
}
