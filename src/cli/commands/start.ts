import type { Invocation } from '../declaration.ts';
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
    services: (boot, backend, chosen) =>
      boot.startServices(backend, { ...chosen, wait, waitTimeout, eager: !noEager, signal }),
    container: (backend, id) => backend.start(id, { signal }),
  });
}
