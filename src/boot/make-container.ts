import { composeLabel, firstContainer, type Project, type Service } from '../compose/index.ts';
import { type ContainerSpec, isWherryError, label, WherryError } from '../core/index.ts';
import type { ContainerOf } from './container-work.ts';
import { type DesiredService, linksOn, specOf } from './desired.ts';
import type { ContainerStep } from './plan.ts';
import { variablesFor } from './providers/provided.ts';
import type { UpContext } from './up-run.ts';

/** A killed `up` may have its last create come true after this one looked: what has the name and never ran goes first. */
export async function create({ backend, limit, signal }: UpContext, spec: ContainerSpec): Promise<string> {
  return limit.run(async () => {
    try {
      return await backend.create(spec, { signal });
    } catch (error) {
      if (!isWherryError(error, 'ALREADY_EXISTS') || spec.name === undefined) throw error;
      const { id, status, labels } = await backend.inspect(spec.name, { signal });
      if (status !== 'created' || labels[label.project] !== spec.labels?.[label.project])
        throw nameTaken(spec.name, labels, error);
      await backend.remove(id, { signal });
      return await backend.create(spec, { signal });
    }
  }, signal);
}

function nameTaken(name: string, labels: Readonly<Record<string, string>>, cause: unknown): WherryError {
  const { [composeLabel.project]: project, [composeLabel.service]: service } = labels;
  const whose = project === undefined ? 'that belongs to no project' : `of ${service} in project ${project}`;
  return new WherryError('ALREADY_EXISTS', `the name ${name} is taken by a container ${whose}`, {
    hint: 'remove or rename that container, or give the service another container_name',
    details: { name, project: project ?? null, service: service ?? null },
    cause,
  });
}

export async function stepSpec(
  context: UpContext,
  step: ContainerStep,
  containerOf: ContainerOf,
): Promise<ContainerSpec> {
  const service = context.desired.get(step.service);
  if (service === undefined) throw new WherryError('INTERNAL', `there is no service ${step.service} to make`);
  const containers = new Map<string, string>();
  for (const other of service.shares) {
    const id = await containerOf(other);
    if (id === null) await checkThere(service, other, context);
    else containers.set(other, id);
  }
  const { files, images, backend, signal } = context;
  const project = scaled(context);
  const links = await linksOn(backend, project, { signal });
  const provided = variablesFor(service.declared, context.providers.provided);
  const { number } = step;
  return specOf(project, service, { number, images, containers, files, links, provided });
}

/** Links name every container that a service is to have now. */
function scaled({ project, desired }: UpContext): Project {
  const services = Object.entries(project.services).map(([name, service]): [string, Service] => [
    name,
    { ...service, scale: desired.get(name)?.scale ?? service.scale },
  ]);
  return { ...project, services: Object.fromEntries(services) };
}

/** Fails with `NOT_FOUND` where a service that this `up` leaves out (`noDeps`) is to share what it has, and has no container. */
async function checkThere({ declared }: DesiredService, other: string, context: UpContext): Promise<void> {
  const shared = sharedWith(declared, other);
  if (shared === undefined) return;
  const { backend, project, signal } = context;
  try {
    await backend.inspect(firstContainer(other, project, {}), { signal });
  } catch (error) {
    if (!isWherryError(error, 'NOT_FOUND')) throw error;
    throw new WherryError('NOT_FOUND', `cannot share ${shared} with service ${other}: container missing`, {
      hint: `bring ${other} up as well`,
      details: { service: other },
      cause: error,
    });
  }
}

/** What of the other service it uses, in docker compose's words. */
function sharedWith({ networkMode, ipc, pid, volumesFrom }: Service, other: string): string | undefined {
  const mode = `service:${other}`;
  if (volumesFrom.some((line) => line.split(':', 1)[0] === other)) return 'volume';
  if (networkMode === mode) return 'network namespace';
  if (ipc === mode) return 'IPC namespace';
  return pid === mode ? 'PID namespace' : undefined;
}
