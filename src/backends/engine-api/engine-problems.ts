import { posix } from 'node:path';
import type { SpecProblem } from '../../core/plan.ts';
import type { ContainerSpec } from '../../core/spec.ts';
import { compareApiVersions } from './api-version.ts';
import { mountOver } from './create-mounts.ts';

/** What the Engine API cannot say in this version, and what contradicts the way in which files are copied in. */
export function engineProblems(spec: ContainerSpec, apiVersion: string): SpecProblem[] {
  return [...versionProblems(spec, apiVersion), ...bindProblems(spec), ...fileProblems(spec)];
}

function versionProblems(spec: ContainerSpec, apiVersion: string): SpecProblem[] {
  const problems: SpecProblem[] = [];
  const need = (given: boolean, field: string, version: string): void => {
    if (given && compareApiVersions(apiVersion, version) < 0) {
      const message = `needs Engine API ${version}, this engine speaks ${apiVersion}`;
      problems.push({ code: 'UNSUPPORTED', field, message });
    }
  };
  need(Object.keys(spec.annotations ?? {}).length > 0, 'annotations', '1.43');
  for (const [index, mount] of (spec.volumes ?? []).entries()) {
    need(mount.type === 'volume' && mount.subpath !== undefined, `volumes[${index}].subpath`, '1.45');
  }
  for (const [name, attachment] of Object.entries(spec.networks ?? {})) {
    const field = `networks.${name}`;
    need(attachment.macAddress !== undefined, `${field}.macAddress`, '1.44');
    need(attachment.gwPriority !== undefined, `${field}.gwPriority`, '1.48');
    need(attachment.interfaceName !== undefined, `${field}.interfaceName`, '1.49');
  }
  return problems;
}

function bindProblems(spec: ContainerSpec): SpecProblem[] {
  return (spec.volumes ?? []).flatMap((mount, index): SpecProblem[] => {
    const isLine = mount.type === 'bind' && (mount.createHostPath === true || mount.selinux !== undefined);
    if (!isLine || !`${mount.source}${mount.target}`.includes(':')) return [];
    const message = 'a path with a colon cannot be combined with createHostPath or selinux on this engine';
    return [{ code: 'UNSUPPORTED', field: `volumes[${index}]`, message }];
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
