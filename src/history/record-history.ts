import { type EventBus, type EventFilter, type Logger, silentLogger, WherryError } from '../core/index.ts';
import { eventLine } from './event-line.ts';
import { HistoryFile } from './history-file.ts';

export interface RecordHistoryOptions extends EventFilter {
  /** Where the events go, one line of JSON each. Its directory is made when it is missing. */
  file: string;
  /** Bytes after which a new file is begun. Default: 10 MiB. */
  maxSize?: number | undefined;
  /** Older files that are kept, as `FILE.1` (the youngest), `FILE.2` … Default: 4. */
  keep?: number | undefined;
  /** Events that wait for a disk that is full or slow; later ones are dropped and counted. Default: 10 000. */
  buffer?: number | undefined;
  /** Default: silent. */
  logger?: Logger | undefined;
}

/** Writes what a bus publishes until it is disposed. */
export interface HistoryRecorder extends AsyncDisposable {
  /** Resolves once all that was published so far is in the file; fails with why it is not. */
  flush(): Promise<void>;
  /** Events that did not fit into the buffer. */
  readonly dropped: number;
}

/** Keeps the events of `bus` in a file, in their order. Publishing does not wait for the disk. */
export function recordHistory(bus: EventBus, options: RecordHistoryOptions): HistoryRecorder {
  return new Recorder(bus, options);
}

class Recorder implements HistoryRecorder {
  readonly #file: HistoryFile;
  readonly #path: string;
  readonly #logger: Logger;
  readonly #limit: number;
  readonly #leave: () => void;
  #lines: string[] = [];
  #writing: Promise<void> | undefined;
  #dropped = 0;
  #hasFailed = false;

  constructor(bus: EventBus, options: RecordHistoryOptions) {
    const { file: path, maxSize = 10 * 1024 * 1024, keep = 4, buffer = 10_000, logger } = options;
    if (!(maxSize >= 1) || !Number.isSafeInteger(keep) || keep < 0)
      throw new WherryError('INVALID', `${path}: a history of ${maxSize} bytes and ${keep} older files`);
    this.#path = path;
    this.#file = new HistoryFile({ path, maxSize, keep });
    this.#logger = logger ?? silentLogger;
    this.#limit = buffer;
    this.#leave = bus.subscribe(options, (event) => this.#take(eventLine(event)));
  }

  get dropped(): number {
    return this.#dropped;
  }

  async flush(): Promise<void> {
    while (this.#lines.length > 0 || this.#file.isBehind || this.#writing !== undefined) await this.#write();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#leave();
    try {
      await this.flush();
    } catch (error) {
      this.#note(error);
    } finally {
      await this.#file.close();
    }
  }

  #take(line: string): void {
    if (this.#lines.length >= this.#limit) this.#dropped += 1;
    else this.#lines.push(line);
    if (this.#writing === undefined) this.#write().catch((error: unknown) => this.#note(error));
  }

  /** One batch at a time; what comes meanwhile is the next one. */
  #write(): Promise<void> {
    this.#writing ??= this.#writeAll().finally(() => {
      this.#writing = undefined;
    });
    return this.#writing;
  }

  async #writeAll(): Promise<void> {
    // What a failure kept back goes first, so that it does not grow with every event of a full disk.
    await this.#file.append([]);
    while (this.#lines.length > 0) await this.#file.append(this.#lines.splice(0));
    this.#hasFailed = false;
  }

  /** Told once, not for every event of a full disk. */
  #note(error: unknown): void {
    if (this.#hasFailed) return;
    this.#hasFailed = true;
    this.#logger.error('the history of events cannot be written', { file: this.#path, error });
  }
}
