import {
  type Backend,
  type CallOptions,
  composeLabel,
  isWherryError,
  type WherryError,
} from '../core/index.ts';
import { loadService } from './compose-project.ts';
import type { RemoteHook } from './remote-hook.ts';
import type { OrchestratedService } from './service.ts';
import { type LiveStatus, statusOf } from './status.ts';

/** A service with how it is now. */
export interface ListedService extends OrchestratedService, Omit<LiveStatus, 'status'> {
  /** `invalid`: its files cannot be loaded (`problem` says why), and nothing of it is there. */
  status: LiveStatus['status'] | 'invalid';
  /** Name on the engine; null where it is not known. */
  projectName: string | null;
  /** Where it runs; null: this machine. */
  host: string | null;
}

interface ListContext extends CallOptions {
  backend: Backend;
  env: Readonly<Record<string, string | undefined>>;
  remote: RemoteHook | undefined;
}

/** How each service is now. One call of the engine for all. */
export async function listServices(
  services: readonly OrchestratedService[],
  { backend, env, remote, signal }: ListContext,
): Promise<ListedService[]> {
  const containers = await backend.list({ all: true, labels: [composeLabel.project] }, { signal });
  return Promise.all(
    services.map(async (service): Promise<ListedService> => {
      const elsewhere = (await remote?.status(service, { signal })) ?? null;
      if (elsewhere !== null) return { ...service, ...elsewhere, projectName: null };
      const { projectName, members, problem } = await known(service, env, signal);
      const own = containers.filter(
        ({ labels }) =>
          labels[composeLabel.project] === projectName &&
          (members === null || members.has(labels[composeLabel.service] ?? '')),
      );
      const live = statusOf(own);
      const status = problem !== null && live.status === 'absent' ? 'invalid' : live.status;
      return { ...service, ...live, status, problem, projectName, host: null };
    }),
  );
}

interface Known {
  projectName: string | null;
  /** Its services; null for all of the project. */
  members: ReadonlySet<string> | null;
  problem: WherryError | null;
}

/** What tells a service's containers from others. */
async function known(
  service: OrchestratedService,
  env: ListContext['env'],
  signal: AbortSignal | undefined,
): Promise<Known> {
  const { origin, project: projectName, problem } = service;
  if (origin === 'discovered') return { projectName, members: null, problem };
  try {
    const project = await loadService(service, { env, signal });
    return { projectName: project.name, members: new Set(Object.keys(project.services)), problem: null };
  } catch (error) {
    if (isWherryError(error, 'CANCELLED') || !isWherryError(error)) throw error;
    return { projectName, members: null, problem: error };
  }
}
