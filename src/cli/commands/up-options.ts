import type { UpPlanOptions } from '../../boot/index.ts';
import { t } from '../text.ts';
import { usage } from '../usage.ts';
import type { UpOptions } from './up.ts';

/** When images are pulled: `policy` is what the file says, `build` builds what can be built. */
export type PullChoice = 'policy' | 'always' | 'missing' | 'never' | 'build';

export const pullChoices: readonly PullChoice[] = ['policy', 'always', 'missing', 'never', 'build'];

/** The options of `up` that decide what is done; `plan` and `create` take them too. */
export interface PlanOptions {
  build: boolean;
  noBuild: boolean;
  pull: PullChoice | undefined;
  forceRecreate: boolean;
  noRecreate: boolean;
  alwaysRecreateDeps: boolean;
  noDeps: boolean;
  removeOrphans: boolean;
  renewAnonVolumes: boolean;
  scale: readonly (readonly [string, number])[];
}

/** An `up` that says nothing but to go on in the background. */
export const detachedUp: UpOptions = {
  detach: true,
  wait: false,
  waitTimeout: undefined,
  noEager: false,
  build: false,
  noBuild: false,
  pull: undefined,
  forceRecreate: false,
  noRecreate: false,
  alwaysRecreateDeps: false,
  noDeps: false,
  removeOrphans: false,
  renewAnonVolumes: false,
  scale: [],
  quietPull: false,
  quietBuild: false,
  timeout: undefined,
  noStart: false,
  noLogPrefix: false,
  timestamps: false,
  attach: [],
  noAttach: [],
  attachDependencies: false,
  abortOnContainerExit: false,
  abortOnContainerFailure: false,
  exitCodeFrom: undefined,
  all: false,
  exclude: [],
};

/** The same as the boot takes it. Fails with `INVALID` for options that exclude each other. */
export function upPlanOptions(services: readonly string[], options: PlanOptions): UpPlanOptions {
  excludeEachOther([
    ['--force-recreate', options.forceRecreate, '--no-recreate', options.noRecreate],
    ['--always-recreate-deps', options.alwaysRecreateDeps, '--no-recreate', options.noRecreate],
    ['--build', options.build, '--no-build', options.noBuild],
  ]);
  const { pull } = options;
  const builds = options.build || pull === 'build';
  return {
    services: services.length > 0 ? services : undefined,
    pull: pull === 'build' || pull === 'policy' ? undefined : pull,
    build: builds ? 'always' : options.noBuild ? 'never' : undefined,
    forceRecreate: options.forceRecreate,
    noRecreate: options.noRecreate,
    alwaysRecreateDeps: options.alwaysRecreateDeps,
    noDeps: options.noDeps,
    removeOrphans: options.removeOrphans,
    renewAnonymousVolumes: options.renewAnonVolumes,
    scale: options.scale.length > 0 ? Object.fromEntries(options.scale) : undefined,
  };
}

/** Fails for pairs of options that are both given. */
export function excludeEachOther(
  pairs: readonly (readonly [a: string, hasA: boolean, b: string, hasB: boolean])[],
): void {
  for (const [a, hasA, b, hasB] of pairs) if (hasA && hasB) throw usage(t('usage.excludes', { a, b }));
}

/** `web=3`. */
export function scaleOf(text: string): readonly [string, number] {
  const match = /^(.+)=(\d+)$/.exec(text);
  if (match?.[1] === undefined) throw usage(t('value.notScale', { text }));
  return [match[1], Number(match[2])];
}
