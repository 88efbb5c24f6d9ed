import { WherryError } from '../core/errors.ts';
import { exitCode } from './exit-codes.ts';
import { t } from './text.ts';

const codes: Readonly<Partial<Record<NodeJS.Signals, number>>> = {
  SIGINT: exitCode.interrupted,
  SIGTERM: exitCode.terminated,
  SIGHUP: exitCode.hangup,
};

/** A launcher that passes a terminal's Ctrl-C on makes it arrive twice; what comes within this many ms is the same one. */
const sameKeyPress = 400;

/**
 * Turns SIGINT, SIGTERM and SIGHUP into an abort of the command, and a second one into the end of the process. A command
 * that has its own answer to Ctrl-C intercepts it.
 */
export class Interrupts {
  readonly #controller = new AbortController();
  readonly #listeners = new Map<NodeJS.Signals, () => void>();
  #interceptor: ((signal: NodeJS.Signals) => void) | undefined;
  #received: NodeJS.Signals | undefined;
  #failure: WherryError | undefined;
  #last = 0;

  /** Fires when the command is to end. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** The exit code that the received signal asks for; undefined when there was none. */
  get exitCode(): number | undefined {
    return this.#received === undefined ? undefined : codes[this.#received];
  }

  /** Why the command cannot go on; undefined when nothing of that kind happened. */
  get failure(): WherryError | undefined {
    return this.#failure;
  }

  listen(): void {
    for (const name of Object.keys(codes) as NodeJS.Signals[]) {
      const listener = (): void => this.#receive(name);
      this.#listeners.set(name, listener);
      process.on(name, listener);
    }
  }

  /** Calls `answer` for each signal instead of aborting, until the result is disposed. */
  intercept(answer: (signal: NodeJS.Signals) => void): Disposable {
    this.#interceptor = answer;
    return {
      [Symbol.dispose]: () => {
        this.#interceptor = undefined;
      },
    };
  }

  /** Ends the process at once, whatever it waits for. */
  exit(): never {
    process.exit(this.exitCode ?? exitCode.interrupted);
  }

  /** Acts as on SIGINT. */
  interrupt(): void {
    this.#receive('SIGINT');
  }

  /** Ends the command without a signal: its output is not wanted any more. */
  abort(): void {
    this.#controller.abort(new WherryError('CANCELLED', t('interrupted')));
  }

  /** Ends the command with an error, whatever answer it has to Ctrl-C. */
  fail(error: WherryError): void {
    this.#failure ??= error;
    this.#controller.abort(error);
  }

  #receive(name: NodeJS.Signals): void {
    const now = performance.now();
    const repeated = this.#received === name && now - this.#last < sameKeyPress;
    this.#last = now;
    if (repeated) return;
    const again = this.#received !== undefined;
    this.#received = name;
    if (again && this.signal.aborted) process.exit(codes[name]);
    if (this.#interceptor !== undefined) this.#interceptor(name);
    else this.abort();
  }
}
