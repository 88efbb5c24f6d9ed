import type { Backend } from '../core/index.ts';
import { carryOut, isUp, summary } from './carry-out.ts';
import { ServiceHooks } from './hooks/service-hooks.ts';
import type { ChangeSummary, ServiceOptions, StopServicesOptions } from './options.ts';
import { haltProviders, withoutProviders } from './providers/halt-providers.ts';

/** Stops running containers, those that depend on others first. */
export async function stopServices(backend: Backend, options: StopServicesOptions): Promise<ChangeSummary> {
  const began = performance.now();
  const { providers, rest } = withoutProviders(options);
  const containers = rest === null ? [] : (await stopContainers(backend, rest)).rows;
  return summary([...containers, ...(await haltProviders(providers, options))], began);
}

async function stopContainers(backend: Backend, options: StopServicesOptions): Promise<ChangeSummary> {
  const hooks = hooksOf(backend, options);
  return carryOut(backend, options, {
    name: 'stop',
    order: 'dependants-first',
    carryOut: async (one, { signal, begin }) => {
      if (!isUp(one)) return 'kept';
      await hooks.beforeStop(one, signal);
      begin();
      await backend.stop(one.id, { timeout: options.timeout, signal });
      return 'stopped';
    },
  });
}

/** The hooks of the services that containers are of. */
export function hooksOf(
  backend: Backend,
  { projectName, project, onProgress }: ServiceOptions,
): ServiceHooks {
  return new ServiceHooks({ backend, projectName, project, onProgress });
}
