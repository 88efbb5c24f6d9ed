import type { Invocation } from '../declaration.ts';
import { act } from './act.ts';

export interface StopOptions {
  /** ms. */
  timeout: number | undefined;
}

/** Stops containers: their stop signal, then a kill when the grace is over. */
export function stop({ context, words, options }: Invocation<StopOptions>): Promise<number> {
  const { signal } = context;
  const { timeout } = options;
  return act(context, words, {
    services: (boot, backend, chosen) => boot.stopServices(backend, { ...chosen, timeout, signal }),
    container: (backend, id) => backend.stop(id, { signal, timeout }),
  });
}
