import type { Invocation } from '../declaration.ts';
import { act } from './act.ts';

export interface KillOptions {
  signal: string | undefined;
}

/** Sends a signal to the main process of containers. */
export function kill({ context, words, options }: Invocation<KillOptions>): Promise<number> {
  const { signal } = context;
  const killSignal = options.signal;
  return act(context, words, {
    services: (boot, backend, chosen) => boot.killServices(backend, { ...chosen, killSignal, signal }),
    container: (backend, id) =>
      backend.kill(id, { signal, ...(killSignal === undefined ? {} : { killSignal }) }),
  });
}
