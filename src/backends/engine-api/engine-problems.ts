import { posix } from 'node:path';
import type { SpecProblem } from '../../core/plan.ts';
import type { ContainerSpec } from '../../core/spec.ts';
import { compareApiVersions } from './api-version.ts';
import { isBindLine, mountOver } from './create-mounts.ts';
import { networkLayout } from './create-networks.ts';

/** What contradicts the way in which mounts are told to any engine with this API, and files are copied in. */
export function engineProblems(spec: ContainerSpec): SpecProblem[] {
  return [...bindProblems(spec), ...fileProblems(spec)];
}

/** What Docker of an API version would ignore: api/docs/CHANGELOG.md of Moby, and its router of containers. */
export function dockerProblems(spec: ContainerSpec, apiVersion: string): SpecProblem[] {
  const problems: SpecProblem[] = [];
  const need = (given: boolean, field: string, version: string): void => {
    if (given && compareApiVersions(apiVersion, version) < 0) {
      const message = `needs Engine API ${version}, this engine speaks ${apiVersion}`;
      problems.push({ code: 'UNSUPPORTED', field, message });
    }
  };
  need(spec.umask !== undefined, 'umask', '1.56');
  need(Object.keys(spec.annotations ?? {}).length > 0, 'annotations', '1.43');
  need(spec.gpus?.some(({ driver }) => driver === 'cdi') === true, 'gpus', '1.44');
  for (const [index, mount] of (spec.volumes ?? []).entries()) {
    const field = `volumes[${index}]`;
    need(mount.type === 'volume' && mount.subpath !== undefined, `${field}.subpath`, '1.45');
    need(mount.type === 'bind' && mount.recursive === 'readonly', `${field}.recursive`, '1.44');
    need(mount.type === 'image', field, '1.48');
  }
  for (const [index, { name, attachment }] of networkLayout(spec).attachments.entries()) {
    const field = `networks.${name}`;
    // The first network's is told as that of the container.
    need(index > 0 && attachment.macAddress !== undefined, `${field}.macAddress`, '1.44');
    need(attachment.gwPriority !== undefined, `${field}.gwPriority`, '1.48');
    need(attachment.interfaceName !== undefined, `${field}.interfaceName`, '1.49');
    const sysctls = attachment.driverOpts?.['com.docker.network.endpoint.sysctls'];
    need(sysctls !== undefined, `${field}.driverOpts`, '1.46');
  }
  return problems;
}

function bindProblems(spec: ContainerSpec): SpecProblem[] {
  return (spec.volumes ?? []).flatMap((mount, index): SpecProblem[] => {
    if (mount.type !== 'bind' || !isBindLine(mount)) return [];
    const problem = (message: string): SpecProblem => ({
      code: 'UNSUPPORTED',
      field: `volumes[${index}]`,
      message,
    });
    if (mount.recursive !== undefined)
      return [problem('recursive cannot be combined with selinux on this engine')];
    if (!`${mount.source}${mount.target}`.includes(':')) return [];
    return [problem('a path with a colon cannot be combined with createHostPath or selinux on this engine')];
  });
}

function fileProblems(spec: ContainerSpec): SpecProblem[] {
  return (['secrets', 'configs'] as const).flatMap((kind) =>
    (spec[kind] ?? []).flatMap((file, index): SpecProblem[] => {
      const problem = (message: string): SpecProblem[] => [
        { code: 'INVALID', field: `${kind}[${index}].target`, message: `"${file.target}" ${message}` },
      ];
      const mount = mountOver(spec, file.target);
      if (mount?.type === 'tmpfs') return problem('lies on a tmpfs, which is empty at every start');
      if (mount?.readOnly === true) return problem('lies on a read-only mount');
      const isTopLevel = posix.dirname(posix.normalize(file.target)) === '/';
      if (spec.readOnly === true && mount === undefined && isTopLevel) {
        return problem('lies on the read-only root itself: put it in a directory');
      }
      return [];
    }),
  );
}
