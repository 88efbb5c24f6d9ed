import type { Invocation } from '../declaration.ts';
import { act } from './act.ts';

export interface StartOptions {
  wait: boolean;
  /** ms. */
  waitTimeout: number | undefined;
}

/** Starts containers that exist. */
export function start({ context, words, options }: Invocation<StartOptions>): Promise<number> {
  const { signal } = context;
  return act(context, words, {
    services: (boot, backend, chosen) => boot.startServices(backend, { ...chosen, ...options, signal }),
    container: (backend, id) => backend.start(id, { signal }),
  });
}
