import type { SpecProblem } from '../../core/plan.ts';
import type { ContainerSpec, DeviceRequest } from '../../core/spec.ts';
import { isOlder } from './version.ts';

/** What a version of Podman ignores behind Docker's API, in silence. Tried on 4.3 and 5.4. */
export function podmanProblems(spec: ContainerSpec, version: string): SpecProblem[] {
  const problems: SpecProblem[] = [];
  const refuse = (given: boolean, field: string, message: string): void => {
    if (given) problems.push({ code: 'UNSUPPORTED', field, message });
  };
  const ignores = `Podman ${version} ignores it behind Docker's API`;
  const since = (bound: readonly [number, number]): string =>
    `needs Podman ${bound.join('.')}, this is ${version}`;
  refuse(spec.umask !== undefined, 'umask', ignores);
  refuse(isOlder(version, [5, 1]) && isFilled(spec.annotations), 'annotations', since([5, 1]));
  refuse(isOlder(version, [5, 4]) && isFilled(spec.deviceCgroupRules), 'deviceCgroupRules', since([5, 4]));
  refuse(isOlder(version, [5, 4]) && spec.gpus?.some(isCdi) === true, 'gpus', since([5, 4]));
  refuse(
    spec.resources?.blkioWeight !== undefined,
    'resources.blkioWeight',
    'Podman leaves it out in silence where the kernel has no weights',
  );
  for (const [index, mount] of (spec.volumes ?? []).entries()) {
    const field = `volumes[${index}]`;
    const hasSubpath = (mount.type === 'volume' || mount.type === 'image') && mount.subpath !== undefined;
    const options = mount.type === 'tmpfs' ? (mount.options ?? []) : [];
    const unknown = options.find((option) => !/^(?:exec|suid|dev|size=.*)$/.test(option));
    refuse(unknown !== undefined, `${field}.options`, `Podman has no such option of a tmpfs: ${unknown}`);
    refuse(hasSubpath, `${field}.subpath`, ignores);
    refuse(mount.type === 'volume' && isFilled(mount.labels), `${field}.labels`, ignores);
    refuse(mount.type === 'bind' && mount.recursive === 'readonly', `${field}.recursive`, ignores);
  }
  for (const [name, attachment] of Object.entries(spec.networks ?? {})) {
    for (const key of ['gwPriority', 'interfaceName', 'linkLocalIps', 'driverOpts'] as const) {
      const value = attachment[key];
      const given = typeof value === 'object' ? isFilled(value) : value !== undefined;
      refuse(given, `networks.${name}.${key}`, ignores);
    }
  }
  return problems;
}

function isCdi({ driver }: DeviceRequest): boolean {
  return driver === 'cdi';
}

function isFilled(value: object | undefined): boolean {
  return value !== undefined && Object.keys(value).length > 0;
}
