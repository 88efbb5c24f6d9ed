import type { Invocation } from '../declaration.ts';
import { act } from './act.ts';

export interface RmOptions {
  force: boolean;
  stop: boolean;
  volumes: boolean;
}

/** Removes stopped containers, running ones too with `--force` or `--stop`. */
export function rm({ context, words, options }: Invocation<RmOptions>): Promise<number> {
  const { signal } = context;
  const { force, stop, volumes } = options;
  return act(context, words, {
    services: (boot, backend, chosen) =>
      boot.removeServices(backend, { ...chosen, stop: stop || force, volumes, signal }),
    container: async (backend, id) => {
      if (stop) await backend.stop(id, { signal });
      await backend.remove(id, { signal, force, keepVolumes: !volumes });
    },
  });
}
