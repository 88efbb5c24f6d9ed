import { toNetworkSpec, toVolumeSpec } from '../compose/index.ts';
import { isWherryError, label, ownerValue, WherryError } from '../core/index.ts';
import type { NetworkStep, VolumeStep } from './plan.ts';
import type { UpContext } from './up-run.ts';

/**
 * Makes one network or volume of the project. One that came into being meanwhile is good as well. It is not aborted in
 * the middle: the engine would go on, and the next `up` make a second network of the same name.
 */
export async function performResourceStep(context: UpContext, step: NetworkStep | VolumeStep): Promise<void> {
  const { backend, project } = context;
  const ours = { [label.owner]: ownerValue, [label.project]: project.name };
  try {
    if (step.kind === 'network') {
      const network = project.networks[step.key ?? ''];
      if (network === undefined || backend.networks === undefined) throw cannotMake(step);
      const spec = toNetworkSpec(project, network);
      await backend.networks.create({ ...spec, labels: { ...spec.labels, ...ours } });
    } else {
      const volume = project.volumes[step.key ?? ''];
      if (volume === undefined || backend.volumes === undefined) throw cannotMake(step);
      const spec = toVolumeSpec(project, volume);
      await backend.volumes.create({ ...spec, labels: { ...spec.labels, ...ours } });
    }
  } catch (error) {
    if (!isWherryError(error, 'ALREADY_EXISTS')) throw error;
  }
}

function cannotMake(step: NetworkStep | VolumeStep): WherryError {
  return new WherryError('UNSUPPORTED', `this engine has no ${step.kind}s: ${step.name} cannot be made`);
}
