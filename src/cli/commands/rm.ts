import type { Invocation } from '../declaration.ts';
import { ask } from '../terminal/ask.ts';
import { t } from '../text.ts';
import { act } from './act.ts';

export interface RmOptions {
  force: boolean;
  stop: boolean;
  volumes: boolean;
}

/**
 * Removes stopped containers, running ones too with `--stop`. `--force` has docker's two meanings: a container that is
 * named is removed though it runs; of services, as with docker compose, only those that are stopped, and nobody is asked.
 */
export function rm({ context, words, options }: Invocation<RmOptions>): Promise<number> {
  const { signal } = context;
  const { force, stop, volumes } = options;
  let declined = false;
  // Also where there is no terminal: what is not answered is a no.
  const mayRemove = async (names: readonly string[]): Promise<boolean> => {
    declined = !(await ask(t('rm.ask', { names: names.join(', ') }), { signal }));
    return !declined;
  };
  return act(context, words, {
    services: (boot, backend, chosen) =>
      boot.removeServices(backend, {
        ...chosen,
        stop,
        volumes,
        signal,
        ...(force || context.globals.dryRun ? {} : { mayRemove }),
      }),
    nothing: () => (declined ? '' : t('rm.nothing')),
    kept: (name) => t('rm.kept', { name }),
    container: async (backend, id) => {
      if (stop) await backend.stop(id, { signal });
      await backend.remove(id, { signal, force, keepVolumes: !volumes });
    },
  });
}
