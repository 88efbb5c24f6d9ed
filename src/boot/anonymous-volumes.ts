import type { ContainerSpec, VolumeMount } from '../core/index.ts';
import { ignoreGone } from './failure.ts';
import type { ContainerStep } from './plan.ts';
import type { UpContext } from './up-run.ts';

/** The volumes of a container that nobody named, without those that it has from others. */
export async function anonymousVolumes(
  { backend, desired, limit, signal }: UpContext,
  step: ContainerStep,
  id: string,
): Promise<readonly VolumeMount[]> {
  const info = await limit.run(() => backend.inspect(id, { signal }), signal).catch(ignoreGone);
  const volumes = (info?.spec.volumes ?? []).filter(
    (mount) => mount.type === 'volume' && isAnonymous(mount.source),
  );
  if (info === undefined || volumes.length === 0 || !info.spec.volumesFrom?.length) return volumes;
  const image = await limit
    .run(() => backend.image(info.spec.image).inspect({ signal }), signal)
    .catch(ignoreGone);
  const declared = desired.get(step.service)?.declared.volumes ?? [];
  const own = new Set([...declared.map(({ target }) => target), ...(image?.config?.volumes ?? [])]);
  return volumes.filter(({ target }) => own.has(target));
}

/** The spec with volumes of its predecessor where it would get fresh ones. */
export function takingOver(spec: ContainerSpec, left: readonly VolumeMount[]): ContainerSpec {
  const mounts = spec.volumes ?? [];
  const named = mounts.filter((mount) => mount.type !== 'volume' || mount.source !== undefined);
  const taken = new Set(named.map(targetOf));
  const inherited = left.filter((mount) => !taken.has(mount.target));
  if (inherited.length === 0) return spec;
  const targets = new Set(inherited.map(targetOf));
  return { ...spec, volumes: [...mounts.filter((mount) => !targets.has(mount.target)), ...inherited] };
}

function targetOf(mount: VolumeMount): string {
  return mount.target;
}

/** Engines name volumes that nobody named by 64 hexadecimal digits. */
export function isAnonymous(name: string | undefined): boolean {
  return name !== undefined && /^[0-9a-f]{64}$/.test(name);
}
