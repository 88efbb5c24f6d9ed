import { isWherryError } from '../../core/errors.ts';
import type { EngineConnection } from './connection.ts';
import type { Dialect } from './dialect.ts';
import type { ExecRecord } from './records.ts';

const FIRST_DELAY_MS = 250;
const LONGEST_DELAY_MS = 5000;
const HURRY_DELAY_MS = 5;
const LONGEST_HURRY_MS = 1000;

/**
 * How an exec ends. Engines have no way to wait for one: it is asked for, rarely while the stream is open (a child of the
 * process may hold it open for ever) and at once when the stream has ended.
 */
export class ExecExit {
  /** Resolves when the end is known, or is not looked for any more because of a failure. */
  readonly settled: Promise<void>;
  readonly #connection: EngineConnection;
  readonly #dialect: Dialect;
  readonly #id: string;
  readonly #code: Promise<number | null>;
  #resolve: (code: number | null) => void = () => {};
  #reject: (error: unknown) => void = () => {};
  #isSettled = false;
  #interested = 0;
  #hurries = false;
  #delay = FIRST_DELAY_MS;
  #timer: NodeJS.Timeout | undefined;
  #asking = false;

  constructor(connection: EngineConnection, dialect: Dialect, id: string) {
    this.#connection = connection;
    this.#dialect = dialect;
    this.#id = id;
    this.#code = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    const settle = (): void => {
      this.#isSettled = true;
      clearTimeout(this.#timer);
    };
    this.settled = this.#code.then(settle, settle);
  }

  /** The exit code, once the process ended; null when the engine does not know it any more. */
  async code(): Promise<number | null> {
    this.#enter();
    return this.#code;
  }

  /** Whether the process ends within `ms`. */
  async within(ms: number): Promise<boolean> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<boolean>((resolve) => {
      timer = setTimeout(() => resolve(false), ms);
    });
    this.#enter();
    try {
      return await Promise.race([this.#code.then(() => true), late]);
    } finally {
      clearTimeout(timer);
      this.#leave();
    }
  }

  /** Calls `onEnd` when the process has ended, until stopped. Not after a failure: the stream tells that itself. */
  watch(onEnd: () => void): { stop(): void } {
    let stopped = false;
    this.#enter();
    this.#code.then(
      () => {
        if (!stopped) onEnd();
      },
      () => undefined,
    );
    return {
      stop: () => {
        if (stopped) return;
        stopped = true;
        this.#leave();
      },
    };
  }

  /** The stream ended: the end of the process is near, if it is not there already. */
  hurry(): void {
    if (this.#hurries) return;
    this.#hurries = true;
    this.#delay = HURRY_DELAY_MS;
    clearTimeout(this.#timer);
    if (this.#interested > 0) this.#ask();
  }

  fail(error: unknown): void {
    this.#reject(error);
  }

  #enter(): void {
    this.#interested += 1;
    if (this.#interested > 1) return;
    if (this.#hurries) this.#ask();
    else this.#schedule();
  }

  #leave(): void {
    this.#interested -= 1;
    if (this.#interested === 0) clearTimeout(this.#timer);
  }

  #schedule(): void {
    if (this.#isSettled || this.#interested === 0) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#ask(), this.#delay);
    this.#delay = Math.min(this.#delay * 2, this.#hurries ? LONGEST_HURRY_MS : LONGEST_DELAY_MS);
  }

  #ask(): void {
    if (this.#asking || this.#isSettled) return;
    this.#asking = true;
    this.#connection.json<ExecRecord>({ path: `/exec/${this.#id}/json` }).then(
      (record) => {
        this.#asking = false;
        const code = this.#dialect.execExit(record);
        if (code === undefined) this.#schedule();
        else this.#resolve(code);
      },
      (error: unknown) => {
        this.#asking = false;
        // The container was removed, and its execs with it.
        if (isWherryError(error, 'NOT_FOUND')) this.#resolve(null);
        else this.#reject(error);
      },
    );
  }
}
