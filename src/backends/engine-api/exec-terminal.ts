import { setTimeout as sleep } from 'node:timers/promises';
import { isWherryError } from '../../core/errors.ts';
import type { TerminalSize } from '../../core/streams.ts';
import type { EngineConnection } from './connection.ts';
import type { Dialect } from './dialect.ts';

const ATTEMPTS = 20;
const DELAY_MS = 25;

/**
 * The terminal of an exec. Engines refuse a size until the process runs, and tell nobody when it does: so it is asked
 * again for a short time. Sizes are set one after the other, and the last one asked for stays.
 */
export class ExecTerminal {
  readonly #connection: EngineConnection;
  readonly #path: string;
  readonly #repeat: number | null;
  #asked = 0;
  #previous: Promise<void> = Promise.resolve();

  constructor(connection: EngineConnection, execId: string, dialect: Pick<Dialect, 'sizeRepeat'>) {
    this.#connection = connection;
    this.#repeat = dialect.sizeRepeat;
    this.#path = `/exec/${execId}/resize`;
  }

  resize(size: TerminalSize): Promise<void> {
    this.#asked += 1;
    const turn = this.#asked;
    const done = this.#previous.then(() => this.#set(size, turn));
    this.#previous = done.catch(() => undefined);
    return done;
  }

  async #set({ columns, rows }: TerminalSize, turn: number): Promise<void> {
    for (let attempt = 1; turn === this.#asked; attempt += 1) {
      try {
        await this.#post({ columns, rows });
        this.#repeatLater({ columns, rows }, turn);
        return;
      } catch (error) {
        const tooEarly = isWherryError(error, 'CONFLICT', 'INVALID', 'ENGINE', 'NOT_FOUND');
        if (!tooEarly || attempt === ATTEMPTS) throw error;
        await sleep(DELAY_MS, undefined, { ref: false });
      }
    }
  }

  async #post({ columns, rows }: TerminalSize): Promise<void> {
    await this.#connection.call({ method: 'POST', path: this.#path, query: { h: rows, w: columns } });
  }

  #repeatLater(size: TerminalSize, turn: number): void {
    if (this.#repeat === null) return;
    const again = (): void => {
      // By then the process may have ended.
      if (turn === this.#asked) this.#post(size).catch(() => undefined);
    };
    setTimeout(again, this.#repeat).unref();
  }
}
