import { deferred } from '../deferred.ts';
import type { Presentation } from './presentation.ts';
import { colored, type Paint, plain, wantsColor } from './style.ts';
import { type Column, type Spacing, tableLines } from './table.ts';

/** The part of a Node stream that output goes to. */
export interface Sink {
  write(data: string | Uint8Array, done?: () => void): unknown;
  /** Bytes that have not left yet. A pipe takes what fits into it, the rest waits here for its reader. */
  readonly writableLength?: number;
  /** More waits than should. */
  readonly writableNeedDrain?: boolean;
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
}

/** A step of the progress, as docker compose has it. */
export interface ProgressStep {
  'dry-run'?: true;
  /** As `Container app-web-1`. */
  id: string;
  status: 'Working' | 'Done' | 'Warning' | 'Error';
  text: string;
  details?: string;
  percent?: number;
}

export interface OutputOptions {
  stdout: Sink;
  stderr: Sink;
  env: Readonly<Record<string, string | undefined>>;
  json: boolean;
  quiet: boolean;
  noColor: boolean;
  presentation: Presentation;
}

/** Where a command writes: results to stdout, remarks and progress to stderr unless told otherwise, errors to stderr. */
export class Output {
  readonly json: boolean;
  readonly quiet: boolean;
  /** Colours for stdout. */
  readonly paint: Paint;
  /** Colours for stderr. */
  readonly paintNote: Paint;
  readonly #stdout: Sink;
  readonly #stderr: Sink;
  readonly #remarks: Sink;
  readonly #progress: Presentation['progress'];
  readonly #words: Presentation['words'];
  readonly #mayRedraw: boolean;
  readonly #env: Readonly<Record<string, string | undefined>>;
  /** What lets write above itself while it is redrawn on the terminal. */
  readonly #redrawn = new Set<(write: () => void) => void>();

  constructor(options: OutputOptions) {
    const { stdout, stderr, env, json, presentation } = options;
    const { ansi, progress, words } = presentation;
    this.json = json;
    this.quiet = options.quiet || progress === 'quiet';
    this.#stdout = stdout;
    this.#stderr = stderr;
    this.#remarks = presentation.remarks === 'stdout' ? stdout : stderr;
    this.#progress = progress;
    this.#words = words;
    this.#mayRedraw = ansi !== 'never' && progress !== 'plain' && progress !== 'json';
    this.#env = env;
    const noColor = options.noColor || ansi === 'never' || progress === 'json';
    const paintFor = (sink: Sink): Paint =>
      wantsColor(env, { isTTY: sink.isTTY === true, noColor, forced: ansi === 'always' }) ? colored : plain;
    this.paint = paintFor(stdout);
    this.paintNote = paintFor(this.#remarks);
  }

  /** Whether remarks go to a terminal that can be redrawn. */
  get live(): boolean {
    if (this.json || this.quiet || !this.#mayRedraw) return false;
    return this.#progress === 'tty' || (this.#remarks.isTTY === true && this.#env.TERM !== 'dumb');
  }

  /** Whether progress is one JSON object a line, as docker compose has it. */
  get progressAsJson(): boolean {
    return this.#progress === 'json' && !this.quiet;
  }

  /** Whether what is done is told in docker compose's words: in its place, where nobody watches, and to programs. */
  get inComposeWords(): boolean {
    return this.progressAsJson || (this.#words === 'compose' && !this.live);
  }

  /** Cells of the terminal that stdout is; undefined when it is none. */
  get width(): number | undefined {
    return this.#stdout.isTTY === true ? (this.#stdout.columns ?? 80) : undefined;
  }

  /** Cells of the terminal that remarks go to. */
  get noteWidth(): number {
    return this.#remarks.columns ?? 80;
  }

  /** Rows of the terminal that remarks go to. */
  get noteHeight(): number {
    return this.#remarks.rows ?? 24;
  }

  /** A line of the result. */
  line(text: string): void {
    this.#stdout.write(`${text}\n`);
  }

  /** Bytes of the result. */
  raw(data: string | Uint8Array): void {
    this.#stdout.write(data);
  }

  /** Bytes that a process wrote to its stderr. */
  rawError(data: string | Uint8Array): void {
    this.#stderr.write(data);
  }

  /** Whether a reader is slower than we are: then {@link flushed} is to be awaited before more is written. */
  get full(): boolean {
    return this.#stdout.writableNeedDrain === true || this.#stderr.writableNeedDrain === true;
  }

  /** Resolves when all that was written has left, or has no way to any more, or when `signal` fires. */
  async flushed(signal: AbortSignal): Promise<void> {
    for (const sink of [this.#stdout, this.#stderr]) {
      if ((sink.writableLength ?? 0) === 0 || signal.aborted) continue;
      const { promise, resolve } = deferred<void>();
      const done = (): void => resolve();
      signal.addEventListener('abort', done);
      sink.write('', done);
      await promise;
      signal.removeEventListener('abort', done);
    }
  }

  /** A remark for a person; `--quiet` leaves it out. */
  note(text: string): void {
    if (this.quiet || (this.progressAsJson && text === '')) return;
    this.#remarks.write(this.progressAsJson ? `${JSON.stringify({ text })}\n` : `${text}\n`);
  }

  /** A step in docker compose's words: ` Container app-web-1 Started `, or an object with `--progress json`. */
  progressLine(step: ProgressStep): void {
    if (this.json || this.quiet) return;
    const { id, text, details = '' } = step;
    this.#remarks.write(this.progressAsJson ? `${JSON.stringify(step)}\n` : ` ${id} ${text} ${details}\n`);
  }

  /** A line of a build's output: docker compose writes it to stdout. */
  buildLine(text: string): void {
    if (this.json || this.quiet) return;
    if (this.inComposeWords && !this.progressAsJson) this.line(text);
    else this.note(text);
  }

  /** What redraws the remarks of before. */
  redraw(text: string): void {
    this.#remarks.write(text);
  }

  /** Until it is disposed, `above` lets others write above what is redrawn in place. */
  redrawing(above: (write: () => void) => void): Disposable {
    this.#redrawn.add(above);
    return { [Symbol.dispose]: () => void this.#redrawn.delete(above) };
  }

  /** A warning in the middle of whatever is being written. */
  interject(text: string): void {
    if (this.json) {
      this.alert(JSON.stringify({ warning: { message: text } }));
      return;
    }
    // Where keys are read one by one, a line feed does not return to the first column.
    const isRaw = process.stdin.isTTY && process.stdin.isRaw === true && this.#redrawn.size === 0;
    const write = (): void => this.alert(isRaw ? `\r${text}\r` : text);
    const [above] = this.#redrawn;
    if (above === undefined) write();
    else above(write);
  }

  /** Rows as a table among the remarks. */
  noteTable<R>(columns: readonly Column<R>[], rows: readonly R[]): void {
    const width = this.#remarks.isTTY === true ? this.noteWidth : undefined;
    const paintTitle = (text: string): string => this.paintNote('bold', text);
    for (const text of tableLines(columns, rows, { width, paintTitle })) this.note(text);
  }

  /** A remark that `--quiet` does not silence. */
  alert(text: string): void {
    if (!this.progressAsJson || this.json) this.#stderr.write(`${text}\n`);
    else if (text !== '') this.#stderr.write(`${JSON.stringify({ error: true, message: text })}\n`);
  }

  /** One result as JSON: indented when it is all there is, on one line when it is one of a stream. */
  value(value: unknown, form: 'whole' | 'line' = 'whole'): void {
    this.line(JSON.stringify(value, undefined, form === 'whole' ? 2 : undefined));
  }

  /** Rows as a table. */
  table<R>(columns: readonly Column<R>[], rows: readonly R[], spacing?: Spacing): void {
    for (const text of this.tableLines(columns, rows, spacing)) this.line(text);
  }

  /** The lines of a table that fits this terminal. */
  tableLines<R>(columns: readonly Column<R>[], rows: readonly R[], spacing?: Spacing): string[] {
    const paintTitle = (text: string): string => this.paint('bold', text);
    return tableLines(columns, rows, { width: this.width, paintTitle, spacing });
  }

  /** Rows as a JSON array with `--json`, else as a table. */
  list<R>(
    columns: readonly Column<R>[],
    rows: readonly R[],
    json: (row: R) => unknown,
    spacing?: Spacing,
  ): void {
    if (this.json) this.value(rows.map(json));
    else this.table(columns, rows, spacing);
  }
}
