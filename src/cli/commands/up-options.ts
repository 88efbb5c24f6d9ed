import type { UpPlanOptions } from '../../boot/index.ts';
import type { Context } from '../context.ts';
import { isOn } from '../output/presentation.ts';
import { t } from '../text.ts';
import { usage } from '../usage.ts';

/** The options of `up` that decide what is done; `plan` and `create` take them too. */
export interface PlanOptions {
  build: boolean;
  noBuild: boolean;
  pull: 'always' | 'missing' | 'never' | undefined;
  forceRecreate: boolean;
  noRecreate: boolean;
  noDeps: boolean;
  removeOrphans: boolean;
  renewAnonVolumes: boolean;
  yes: boolean;
  scale: readonly (readonly [string, number])[];
}

/**
 * The same as the boot takes it, with what the variables of the project say of orphans. Fails with `INVALID` for options
 * that exclude each other.
 */
export function upPlanOptions(
  services: readonly string[],
  options: PlanOptions,
  { globals, environment }: { globals: Context['globals']; environment: Context['env'] },
): UpPlanOptions {
  if (options.forceRecreate && options.noRecreate)
    throw usage(t('usage.excludes', { a: '--force-recreate', b: '--no-recreate' }));
  if (options.build && options.noBuild) throw usage(t('usage.excludes', { a: '--build', b: '--no-build' }));
  const removeOrphans = options.removeOrphans || isOn(environment.COMPOSE_REMOVE_ORPHANS);
  const ignoreOrphans = isOn(environment.COMPOSE_IGNORE_ORPHANS);
  if (removeOrphans && ignoreOrphans)
    throw usage(t('usage.excludes', { a: 'COMPOSE_IGNORE_ORPHANS', b: '--remove-orphans' }));
  return {
    services: services.length > 0 ? services : undefined,
    pull: options.pull,
    build: options.build ? 'always' : options.noBuild ? 'never' : undefined,
    forceRecreate: options.forceRecreate,
    noRecreate: options.noRecreate,
    noDeps: options.noDeps,
    removeOrphans,
    ignoreOrphans,
    resources: globals.allResources ? 'all' : undefined,
    renewAnonymousVolumes: options.renewAnonVolumes,
    replaceVolumes: options.yes ? 'all' : undefined,
    scale: options.scale.length > 0 ? Object.fromEntries(options.scale) : undefined,
  };
}

/** `web=3`. */
export function scaleOf(text: string): readonly [string, number] {
  const match = /^(.+)=(\d+)$/.exec(text);
  if (match?.[1] === undefined) throw usage(t('value.notScale', { text }));
  return [match[1], Number(match[2])];
}
