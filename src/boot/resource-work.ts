import { type Project, toNetworkSpec, toVolumeSpec } from '../compose/index.ts';
import {
  isWherryError,
  label,
  type NetworkAttachment,
  type Networks,
  ownerValue,
  type VolumeSpec,
  WherryError,
} from '../core/index.ts';
import { specOf } from './desired.ts';
import type { AttachedContainer, NetworkStep, VolumeStep } from './plan.ts';
import type { UpContext } from './up-run.ts';

/**
 * Makes one network or volume of the project, in place of the one of before where the step says so. It is not aborted in
 * the middle: the engine would go on, and the next `up` make a second network of the same name.
 */
export async function performResourceStep(context: UpContext, step: NetworkStep | VolumeStep): Promise<void> {
  if (step.kind === 'network') await performNetworkStep(context, step);
  else await performVolumeStep(context, step);
}

async function performNetworkStep(context: UpContext, step: NetworkStep): Promise<void> {
  const { networks } = context.backend;
  if (networks === undefined) throw cannotMake(step);
  if (step.action === 'create') return create(context, networks, step);
  if (step.action === 'remove') return networks.remove(step.name).catch(ignoreInUse);
  const attachments = new Map<string, NetworkAttachment>();
  for (const one of step.attached ?? []) {
    if (one.returns) attachments.set(one.id, await attachmentOf(context, step.name, one));
    await networks.disconnect(step.name, one.id, { force: true }).catch(ignoreGone);
  }
  for (const id of context.networkIds.get(step.name) ?? [step.name])
    await networks.remove(id).catch(ignoreGone);
  await create(context, networks, step);
  for (const [id, attachment] of attachments)
    await networks.connect(step.name, id, { attachment }).catch(ignoreGone);
}

async function create({ project }: UpContext, networks: Networks, step: NetworkStep): Promise<void> {
  const network = project.networks[step.key ?? ''];
  if (network === undefined) throw cannotMake(step);
  const spec = toNetworkSpec(project, network);
  await networks.create({ ...spec, labels: { ...spec.labels, ...ours(project) } }).catch(ignoreExisting);
}

/** How a container is on the network: as its service says, else as it was. */
async function attachmentOf(
  { backend, project, desired, files }: UpContext,
  network: string,
  { id, service, number }: AttachedContainer,
): Promise<NetworkAttachment> {
  const declared = desired.get(service);
  if (declared?.networks.some((key) => project.networks[key]?.name === network)) {
    const spec = specOf(project, declared, { number, images: new Map(), containers: new Map(), files });
    return spec.networks?.[network] ?? {};
  }
  const { spec } = await backend.inspect(id);
  return spec.networks?.[network] ?? {};
}

async function performVolumeStep(context: UpContext, step: VolumeStep): Promise<void> {
  const { backend, project } = context;
  const volume = project.volumes[step.key ?? ''];
  if (volume === undefined || backend.volumes === undefined) throw cannotMake(step);
  if (step.action === 'recreate') {
    await backend.volumes.remove(step.name).catch((error) => {
      if (isWherryError(error, 'CONFLICT')) throw stillInUse(step, error);
      ignoreGone(error);
    });
  }
  const spec: VolumeSpec = toVolumeSpec(project, volume);
  await backend.volumes
    .create({ ...spec, labels: { ...spec.labels, ...ours(project) } })
    .catch(ignoreExisting);
}

function ours(project: Project): Record<string, string> {
  return { [label.owner]: ownerValue, [label.project]: project.name };
}

/** One that came into being meanwhile is good as well. */
function ignoreExisting(error: unknown): void {
  if (!isWherryError(error, 'ALREADY_EXISTS')) throw error;
}

/** Somebody else is on it: it stays, as with `down`. */
function ignoreInUse(error: unknown): void {
  if (!isWherryError(error, 'NOT_FOUND', 'CONFLICT')) throw error;
}

function ignoreGone(error: unknown): void {
  if (!isWherryError(error, 'NOT_FOUND')) throw error;
}

function stillInUse({ name }: VolumeStep, cause: unknown): WherryError {
  return new WherryError('CONFLICT', `the volume "${name}" cannot be made anew: others still use it`, {
    hint: 'remove the containers that mount it, or take the change of the volume back',
    details: { volume: name },
    cause,
  });
}

function cannotMake(step: NetworkStep | VolumeStep): WherryError {
  return new WherryError('UNSUPPORTED', `this engine has no ${step.kind}s: ${step.name} cannot be made`);
}
