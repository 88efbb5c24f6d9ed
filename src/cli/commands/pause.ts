import type { Invocation } from '../declaration.ts';
import { act } from './act.ts';

/** Freezes all processes of containers. */
export function pause({ context, words }: Invocation<Record<never, never>>): Promise<number> {
  const { signal } = context;
  return act(context, words, {
    services: (boot, backend, chosen) => boot.pauseServices(backend, { ...chosen, paused: 'fails', signal }),
    container: (backend, id) => backend.pause(id, { signal }),
  });
}

/** Lets paused containers go on. */
export function unpause({ context, words }: Invocation<Record<never, never>>): Promise<number> {
  const { signal } = context;
  return act(context, words, {
    services: (boot, backend, chosen) =>
      boot.resumeServices(backend, { ...chosen, running: 'fails', signal }),
    container: (backend, id) => backend.resume(id, { signal }),
  });
}
