import type { Invocation } from '../declaration.ts';
import { t } from '../text.ts';
import { act } from './act.ts';

export interface KillOptions {
  signal: string | undefined;
  removeOrphans: boolean;
}

/**
 * Sends a signal to the main process of containers. In a project that is also one-off ones, and without names all of its
 * services' containers;
 * with `--remove-orphans`, docker compose's word for it, also those of services that its files do not have any more.
 */
export function kill({ context, words, options }: Invocation<KillOptions>): Promise<number> {
  const { signal } = context;
  const { removeOrphans, signal: killSignal } = options;
  return act(context, words, {
    services: (boot, backend, chosen) =>
      boot.killServices(backend, { ...chosen, oneOff: true, removeOrphans, killSignal, signal }),
    nothing: () => t('kill.nothing'),
    container: (backend, id) =>
      backend.kill(id, { signal, ...(killSignal === undefined ? {} : { killSignal }) }),
  });
}
