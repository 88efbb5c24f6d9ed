import type { Backend } from '../../core/backend.ts';
import type { Context } from '../context.ts';

/** Signals that an engine may leave without an answer: the next one ends the command. */
const patience = 2;

/**
 * Until disposed, SIGINT and SIGTERM go to the container's main process instead of ending the command, as long as its
 * engine takes them.
 */
export function passSignals({ interrupts }: Context, backend: Backend, id: string): Disposable {
  let unanswered = 0;
  return interrupts.intercept((killSignal) => {
    if (killSignal === 'SIGHUP' || unanswered >= patience) {
      interrupts.abort();
      return;
    }
    unanswered += 1;
    backend.kill(id, { killSignal }).then(
      () => {
        unanswered -= 1;
      },
      () => interrupts.abort(),
    );
  });
}
