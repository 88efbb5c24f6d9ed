import { posix } from 'node:path';
import type { ContainerSpec, VolumeMount } from '../../core/spec.ts';
import { filledMap, present } from './present.ts';
import type {
  BindOptionsRecord,
  MountSpecRecord,
  TmpfsOptionsRecord,
  VolumeOptionsRecord,
} from './records.ts';

export interface MountFields {
  mounts: MountSpecRecord[];
  /** `source:target:options`, for what the engine's newer form cannot say. */
  binds: string[];
  /** Anonymous volumes of ours, for files that are copied into a container with a read-only root. */
  volumes: string[];
}

/** The mounts of a spec. A bind mount with a missing source fails, unless the spec wants it made. */
export function mountFields(spec: ContainerSpec): MountFields {
  const fields: MountFields = { mounts: [], binds: [], volumes: fileVolumes(spec) };
  for (const mount of spec.volumes ?? []) {
    if (mount.type === 'bind' && isBindLine(mount)) {
      fields.binds.push(bindLine(mount));
    } else {
      fields.mounts.push(mountRecord(mount));
    }
  }
  return fields;
}

/**
 * The engine copies nothing into a read-only root, not even before the start. The directories of secrets and configs
 * that lie on it are therefore anonymous volumes, which leave with the container.
 */
function fileVolumes(spec: ContainerSpec): string[] {
  if (spec.readOnly !== true) return [];
  const mounted = (spec.volumes ?? []).map((mount) => mount.target);
  const directories = [...(spec.secrets ?? []), ...(spec.configs ?? [])]
    .map((file) => posix.dirname(posix.normalize(file.target)))
    .filter((directory) => !mounted.some((target) => isBelow(directory, target)));
  return [...new Set(directories)];
}

/** The mount of the spec that `path` lies on, if any: the innermost. */
export function mountOver(spec: ContainerSpec, path: string): VolumeMount | undefined {
  return (spec.volumes ?? [])
    .filter((mount) => isBelow(posix.normalize(path), mount.target))
    .sort((a, b) => b.target.length - a.target.length)[0];
}

function isBelow(path: string, directory: string): boolean {
  const base = posix.normalize(directory).replace(/\/$/, '');
  return path === base || path.startsWith(`${base}/`);
}

type BindMount = Extract<VolumeMount, { type: 'bind' }>;

/** Whether a bind mount goes as a line: only that makes its source on every engine, only the newer form knows recursion. */
export function isBindLine(mount: BindMount): boolean {
  return mount.selinux !== undefined || (mount.createHostPath === true && mount.recursive === undefined);
}

function bindLine(mount: BindMount): string {
  const options = [
    mount.readOnly === true ? 'ro' : 'rw',
    ...(mount.propagation === undefined ? [] : [mount.propagation]),
    ...(mount.selinux === undefined ? [] : [mount.selinux]),
  ];
  return `${mount.source}:${mount.target}:${options.join(',')}`;
}

function mountRecord(mount: VolumeMount): MountSpecRecord {
  const common = { Type: mount.type, Target: mount.target, ReadOnly: mount.readOnly };
  switch (mount.type) {
    case 'bind':
      return present<MountSpecRecord>({
        ...common,
        Source: mount.source,
        BindOptions: filledMap(bindOptions(mount)),
      });
    case 'volume':
      return present<MountSpecRecord>({
        ...common,
        Source: mount.source,
        VolumeOptions: filledMap(
          present<VolumeOptionsRecord>({
            NoCopy: mount.noCopy,
            Subpath: mount.subpath,
            Labels: mount.labels,
          }),
        ),
      });
    case 'tmpfs':
      return present<MountSpecRecord>({
        ...common,
        TmpfsOptions: filledMap(
          present<TmpfsOptionsRecord>({
            SizeBytes: mount.size,
            Mode: mount.mode,
            Options: mount.options?.map((option) => option.split('=', 2)),
          }),
        ),
      });
    case 'image':
      return present<MountSpecRecord>({
        ...common,
        Source: mount.source,
        ImageOptions: mount.subpath === undefined ? undefined : { Subpath: mount.subpath },
      });
  }
}

function bindOptions(mount: BindMount): BindOptionsRecord {
  const { recursive } = mount;
  return present<BindOptionsRecord>({
    // The engine makes mounts below read-only by force only where none can come from the host later.
    Propagation: mount.propagation ?? (recursive === 'readonly' ? 'rprivate' : undefined),
    CreateMountpoint: mount.createHostPath || undefined,
    NonRecursive: recursive === 'disabled' || undefined,
    ReadOnlyNonRecursive: recursive === 'writable' || undefined,
    ReadOnlyForceRecursive: recursive === 'readonly' || undefined,
  });
}
