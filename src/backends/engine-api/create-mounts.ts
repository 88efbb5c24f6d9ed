import { posix } from 'node:path';
import type { ContainerSpec, VolumeMount } from '../../core/spec.ts';
import { present } from './present.ts';
import type { MountSpecRecord } from './records.ts';

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
    if (mount.type === 'bind' && (mount.createHostPath === true || mount.selinux !== undefined)) {
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

function bindLine(mount: Extract<VolumeMount, { type: 'bind' }>): string {
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
        BindOptions: mount.propagation === undefined ? undefined : { Propagation: mount.propagation },
      });
    case 'volume':
      return present<MountSpecRecord>({
        ...common,
        Source: mount.source,
        VolumeOptions:
          mount.noCopy === undefined && mount.subpath === undefined
            ? undefined
            : present<{ NoCopy?: boolean; Subpath?: string }>({
                NoCopy: mount.noCopy,
                Subpath: mount.subpath,
              }),
      });
    case 'tmpfs':
      return present<MountSpecRecord>({
        ...common,
        TmpfsOptions:
          mount.size === undefined && mount.mode === undefined
            ? undefined
            : present<{ SizeBytes?: number; Mode?: number }>({ SizeBytes: mount.size, Mode: mount.mode }),
      });
  }
}
