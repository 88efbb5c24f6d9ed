import { WherryError } from '../../core/errors.ts';
import type { Invocation } from '../declaration.ts';
import { t } from '../text.ts';
import { act } from './act.ts';

export interface StartOptions {
  wait: boolean;
  /** ms. */
  waitTimeout: number | undefined;
  noEager: boolean;
}

/** Starts containers that exist. */
export function start({ context, words, options }: Invocation<StartOptions>): Promise<number> {
  const { signal } = context;
  const { waitTimeout, noEager } = options;
  // In a dry run nothing becomes ready.
  const wait = options.wait && !context.globals.dryRun;
  return act(context, words, {
    services: async (boot, backend, chosen) => {
      const wishes = { ...chosen, wait, waitTimeout, eager: !noEager, signal };
      const summary = await boot.startServices(backend, wishes);
      if (summary.rows.length > 0) return summary;
      throw new WherryError('NOT_FOUND', t('start.nothing', { project: chosen.projectName }), {
        hint: t('start.nothingFix'),
      });
    },
    container: (backend, id) => backend.start(id, { signal }),
  });
}
