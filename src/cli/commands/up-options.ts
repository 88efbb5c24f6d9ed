import type { UpPlanOptions } from '../../boot/index.ts';
import type { Context } from '../context.ts';
import { isOn } from '../output/presentation.ts';
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
  yes: boolean;
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
  yes: false,
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
  watch: false,
  menu: false,
  noMenu: false,
  exclude: [],
  history: undefined,
};

/**
 * The same as the boot takes it, with what the variables of the project say of orphans. Fails with `INVALID` for options
 * that exclude each other.
 */
export function upPlanOptions(
  services: readonly string[],
  options: PlanOptions,
  { globals, environment }: { globals: Context['globals']; environment: Context['env'] },
): UpPlanOptions {
  excludeEachOther([
    ['--force-recreate', options.forceRecreate, '--no-recreate', options.noRecreate],
    ['--always-recreate-deps', options.alwaysRecreateDeps, '--no-recreate', options.noRecreate],
    ['--build', options.build, '--no-build', options.noBuild],
  ]);
  const { pull } = options;
  const builds = options.build || pull === 'build';
  const removeOrphans = options.removeOrphans || isOn(environment.COMPOSE_REMOVE_ORPHANS);
  const ignoreOrphans = isOn(environment.COMPOSE_IGNORE_ORPHANS);
  if (removeOrphans && ignoreOrphans)
    throw usage(t('usage.excludes', { a: 'COMPOSE_IGNORE_ORPHANS', b: '--remove-orphans' }));
  return {
    services: services.length > 0 ? services : undefined,
    pull: pull === 'build' || pull === 'policy' ? undefined : pull,
    build: builds ? 'always' : options.noBuild ? 'never' : undefined,
    forceRecreate: options.forceRecreate,
    noRecreate: options.noRecreate,
    alwaysRecreateDeps: options.alwaysRecreateDeps,
    noDeps: options.noDeps,
    removeOrphans,
    ignoreOrphans,
    resources: globals.allResources ? 'all' : undefined,
    renewAnonymousVolumes: options.renewAnonVolumes,
    replaceVolumes: options.yes ? 'all' : undefined,
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
