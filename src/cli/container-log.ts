import type { Backend } from '../core/backend.ts';
import { isWherryError } from '../core/errors.ts';
import type { LogOptions, LogRecord } from '../core/streams.ts';
import { ToldLines } from './told-lines.ts';

/** ms of silence after the end of a run until its log is taken for one that missed that end. */
const lateEnd = 3000;

export type LogPart = Pick<LogOptions, 'tail' | 'since' | 'until'>;

export interface ContainerLogOptions {
  id: string;
  onRecord: (record: LogRecord) => void;
  /** The next records are not read before it resolves. */
  afterBatch: () => Promise<void>;
  signal: AbortSignal;
}

/** The log of one container, followed over any number of its runs: each line is told once. */
export class ContainerLog {
  readonly #backend: Backend;
  readonly #options: ContainerLogOptions;
  readonly #told = new ToldLines();
  #asked: LogPart = {};
  #reading: Promise<void> | undefined;
  /** A run began since the log was opened, which may not be in what is read. */
  #beganAnew = false;
  #hasEnded = false;
  /** A reader takes what was read: the log is not silent. */
  #isTelling = false;
  #cut = new AbortController();
  #silence: NodeJS.Timeout | undefined;

  constructor(backend: Backend, options: ContainerLogOptions) {
    this.#backend = backend;
    this.#options = options;
  }

  /** Whether a line was told. */
  get hasLines(): boolean {
    return this.#told.since !== undefined;
  }

  /**
   * Call when a run has begun: its lines are told, and those before it which were not. `part` counts as long as no line was
   * told. Resolves when nothing is read any more.
   */
  begin(part: LogPart): Promise<void> {
    this.#hasEnded = false;
    clearTimeout(this.#silence);
    if (!this.hasLines) this.#asked = { ...part, until: part.until ?? this.#asked.until };
    this.#beganAnew = true;
    this.#reading ??= this.#readAll().finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  /** Call when a run is over: resolves when its lines are out. */
  async end(): Promise<void> {
    this.#hasEnded = true;
    this.#awaitSilence();
    await this.#reading;
  }

  async #readAll(): Promise<void> {
    const { signal } = this.#options;
    try {
      while (this.#beganAnew && !signal.aborted) {
        this.#beganAnew = false;
        this.#cut = new AbortController();
        await this.#read({ follow: true, signal: AbortSignal.any([signal, this.#cut.signal]) });
        if (this.#cut.signal.aborted) await this.#read({ follow: false, signal });
      }
    } finally {
      clearTimeout(this.#silence);
    }
  }

  async #read(how: { follow: boolean; signal: AbortSignal }): Promise<void> {
    const { id, onRecord, afterBatch } = this.#options;
    const part = this.hasLines ? { since: this.#since(), until: this.#asked.until } : this.#asked;
    this.#told.readAgain();
    this.#awaitSilence();
    try {
      for await (const batch of this.#backend.logs(id, { ...part, ...how }).batches()) {
        this.#isTelling = true;
        for (const record of batch) if (this.#told.isNew(record)) onRecord(record);
        await afterBatch();
        this.#isTelling = false;
        this.#awaitSilence();
      }
    } catch (error) {
      if (!isWherryError(error, 'CANCELLED', 'NOT_FOUND')) throw error;
    } finally {
      this.#isTelling = false;
    }
  }

  /** What was read first is read again from the same line on. */
  #since(): Date | undefined {
    const [{ since: told }, { since: asked }] = [this.#told, this.#asked];
    return asked !== undefined && told !== undefined && asked > told ? asked : told;
  }

  /** After the end of a run nothing but its last lines is waited for. */
  #awaitSilence(): void {
    clearTimeout(this.#silence);
    if (this.#hasEnded && !this.#isTelling && this.#reading !== undefined)
      this.#silence = setTimeout(() => this.#cut.abort(), lateEnd);
  }
}
