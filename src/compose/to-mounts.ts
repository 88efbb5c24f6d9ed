import { WherryError } from '../core/errors.ts';
import type { VolumeMount } from '../core/spec.ts';
import { defined } from './defined.ts';
import type { Mount, Project, Service } from './model.ts';
import { firstContainer } from './names.ts';
import { own } from './own.ts';
import { parseTmpfs } from './tmpfs.ts';

/** The mounts of a service: its `volumes`, then its `tmpfs`. */
export function toVolumeMounts(project: Project, service: Service): VolumeMount[] {
  return [
    ...service.volumes.map((mount) => toVolumeMount(mount, project)),
    ...service.tmpfs.map(toTmpfsMount),
  ];
}

function toVolumeMount(mount: Mount, project: Project): VolumeMount {
  const readOnly = mount.readOnly || undefined;
  if (mount.type === 'bind') {
    return defined<VolumeMount>({
      type: 'bind',
      source: mount.source ?? '',
      target: mount.target,
      readOnly,
      propagation: mount.bind?.propagation,
      createHostPath: mount.bind?.createHostPath || undefined,
      selinux: mount.bind?.selinux,
      recursive: mount.bind?.recursive,
    });
  }
  if (mount.type === 'tmpfs')
    return defined<VolumeMount>({ type: 'tmpfs', target: mount.target, readOnly, ...mount.tmpfs });
  if (mount.type === 'image') {
    const { source = '', target, image } = mount;
    return defined<VolumeMount>({ type: 'image', source, target, subpath: image?.subpath });
  }
  return defined<VolumeMount>({
    type: 'volume',
    source:
      mount.source === undefined ? undefined : (own(project.volumes, mount.source)?.name ?? mount.source),
    target: mount.target,
    readOnly,
    noCopy: mount.volume?.nocopy || undefined,
    subpath: mount.volume?.subpath,
    labels: mount.volume?.labels,
  });
}

/** `volumes_from`: the first container of a service, or any container; read-only where it says so. */
export function toVolumesFrom(
  project: Project,
  { volumesFrom }: Service,
  options: { containerOf?: ((service: string) => string | undefined) | undefined },
): string[] {
  return volumesFrom.map((line) => {
    const [first = '', second, third] = line.split(':');
    const isContainer = first === 'container';
    const container = isContainer ? (second ?? '') : firstContainer(first, project, options);
    return (isContainer ? third : second) === 'ro' ? `${container}:ro` : container;
  });
}

function toTmpfsMount(line: string): VolumeMount {
  const parsed = parseTmpfs(line);
  if (typeof parsed === 'string') throw new WherryError('INVALID', parsed);
  const { readOnly, ...rest } = parsed;
  return { type: 'tmpfs', ...rest, ...(readOnly ? { readOnly } : {}) };
}
