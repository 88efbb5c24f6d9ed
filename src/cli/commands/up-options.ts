import type { UpPlanOptions } from '../../boot/index.ts';
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

/** The same as the boot takes it. Fails with `INVALID` for options that exclude each other. */
export function upPlanOptions(services: readonly string[], options: PlanOptions): UpPlanOptions {
  if (options.forceRecreate && options.noRecreate)
    throw usage(t('usage.excludes', { a: '--force-recreate', b: '--no-recreate' }));
  if (options.build && options.noBuild) throw usage(t('usage.excludes', { a: '--build', b: '--no-build' }));
  return {
    services: services.length > 0 ? services : undefined,
    pull: options.pull,
    build: options.build ? 'always' : options.noBuild ? 'never' : undefined,
    forceRecreate: options.forceRecreate,
    noRecreate: options.noRecreate,
    noDeps: options.noDeps,
    removeOrphans: options.removeOrphans,
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
