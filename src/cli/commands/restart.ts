import type { Invocation } from '../declaration.ts';
import { act } from './act.ts';

export interface RestartOptions {
  /** ms. */
  timeout: number | undefined;
  noDeps: boolean;
}

/** Stops containers and starts them again. */
export function restart({ context, words, options }: Invocation<RestartOptions>): Promise<number> {
  const { signal } = context;
  const { timeout, noDeps } = options;
  return act(context, words, {
    services: (boot, backend, chosen) =>
      boot.restartServices(backend, { ...chosen, timeout, noDeps, signal }),
    container: (backend, id) => backend.restart(id, { signal, timeout }),
  });
}
