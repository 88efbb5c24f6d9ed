import type { Backend } from '../../core/backend.ts';
import type { Context } from '../context.ts';

/** Until disposed, SIGINT and SIGTERM go to the container's main process instead of ending the command. */
export function passSignals({ interrupts }: Context, backend: Backend, id: string): Disposable {
  return interrupts.intercept((killSignal) => {
    if (killSignal === 'SIGHUP') interrupts.abort();
    else backend.kill(id, { killSignal }).catch(() => interrupts.abort());
  });
}
