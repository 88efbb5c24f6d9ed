import type { Output, ProgressStep } from './output.ts';
import type { Style } from './style.ts';
import { took } from './time.ts';
import { displayWidth, pad, printable, truncate } from './width.ts';

export type ItemState = 'waiting' | 'working' | 'done' | 'skipped' | 'failed';

export interface BoardItem {
  label: string;
  state: ItemState;
  /** What is being done, or was. */
  text: string;
  /** Share that is done, 0 to 1; null when not known. */
  share: number | null;
}

interface Line extends BoardItem {
  startedAt: number | null;
  endedAt: number | null;
}

const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const marks: Readonly<Record<ItemState, readonly [string, Style]>> = {
  waiting: ['·', 'dim'],
  working: ['⠋', 'cyan'],
  done: ['✓', 'green'],
  skipped: ['–', 'dim'],
  failed: ['✗', 'red'],
};
/** Docker compose's words for the states. */
const peerStatus: Readonly<Record<ItemState, ProgressStep['status']>> = {
  waiting: 'Working',
  working: 'Working',
  done: 'Done',
  skipped: 'Warning',
  failed: 'Error',
};
const frameTime = 100;
const barCells = 16;
const hideCursor = '\u001b[?25l';
const showCursor = '\u001b[?25h';

/**
 * Progress of several things at once, on stderr: on a terminal a line for each, redrawn in place; elsewhere a plain line
 * whenever the state or the text of one changes, or a JSON object a line where that is asked for. Silent with `--json` and `--quiet`.
 */
export class ProgressBoard implements Disposable {
  readonly #output: Output;
  readonly #lines = new Map<string, Line>();
  readonly #showCursor = (): void => this.#output.redraw(showCursor);
  #drawn = 0;
  #timer: NodeJS.Timeout | undefined;
  #redrawing: Disposable | undefined;
  #frame = 0;

  constructor(output: Output) {
    this.#output = output;
  }

  /** Whether lines are redrawn in place. */
  get live(): boolean {
    return this.#output.live;
  }

  /** Whether steps are told with {@link tell}, in docker compose's words. */
  get inComposeWords(): boolean {
    return this.#output.inComposeWords;
  }

  /** Tells a step of something that docker compose calls `resource`: `Container app-web-1`, `Started`. */
  tell(resource: string, state: ItemState, text: string): void {
    this.#output.progressLine({ id: resource, status: peerStatus[state], text });
  }

  /** The item with this label; undefined when there is none. */
  idOf(label: string): string | undefined {
    for (const [id, line] of this.#lines) if (line.label === label) return id;
    return undefined;
  }

  /** Changes the item `id`, or adds it at the end. */
  set(id: string, change: Partial<BoardItem> & { label: string }): void {
    const before = this.#lines.get(id);
    const line: Line = {
      ...(before ?? { state: 'waiting', text: '', share: null, startedAt: null, endedAt: null }),
      ...change,
    };
    if (line.state === 'working') line.startedAt ??= performance.now();
    if (isOver(line.state)) line.endedAt ??= performance.now();
    else line.endedAt = null;
    this.#lines.set(id, line);
    if (this.#output.progressAsJson) this.#printJson(id, line);
    else if (this.#output.live) this.#animate();
    else if (before?.state !== line.state || before.text !== line.text) this.#printPlain(line);
  }

  /** A line that stays, above what is redrawn. */
  log(text: string): void {
    if (!this.#output.json) this.above(() => this.#output.note(text));
  }

  /** A line of a build's output, above what is redrawn. */
  buildLine(text: string): void {
    this.above(() => this.#output.buildLine(text));
  }

  /** Lets `write` write above what is redrawn. */
  above(write: () => void): void {
    this.#erase();
    write();
    if (this.#timer !== undefined) this.#draw(this.#window());
  }

  /** Draws the last state for good. */
  [Symbol.dispose](): void {
    if (this.#timer === undefined) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#redrawing?.[Symbol.dispose]();
    this.#erase();
    this.#draw([...this.#lines.values()]);
    this.#drawn = 0;
    this.#showCursor();
    process.off('exit', this.#showCursor);
  }

  #animate(): void {
    if (this.#timer !== undefined) return;
    this.#output.redraw(hideCursor);
    this.#redrawing = this.#output.redrawing((write) => this.above(write));
    process.on('exit', this.#showCursor);
    this.#timer = setInterval(() => {
      this.#frame += 1;
      this.#erase();
      this.#draw(this.#window());
    }, frameTime);
    this.#timer.unref();
    this.#draw(this.#window());
  }

  /** The lines that fit on the screen: those at work first, then those that wait, then the latest that are over. */
  #window(): Line[] {
    const room = Math.max(1, this.#output.noteHeight - 2);
    const lines = [...this.#lines.values()];
    if (lines.length <= room) return lines;
    const rank = (line: Line): number => (line.state === 'working' ? 0 : isOver(line.state) ? 2 : 1);
    const chosen = new Set(
      lines
        .map((line, index) => ({ line, index }))
        .sort(
          (a, b) =>
            rank(a.line) - rank(b.line) || (rank(a.line) === 2 ? b.index - a.index : a.index - b.index),
        )
        .slice(0, room)
        .map(({ line }) => line),
    );
    return lines.filter((line) => chosen.has(line));
  }

  #draw(lines: readonly Line[]): void {
    const width = this.#output.noteWidth;
    const labelWidth = Math.min(
      Math.max(0, ...lines.map((line) => displayWidth(printable(line.label)))),
      Math.max(8, Math.floor(width / 2)),
    );
    for (const line of lines) this.#output.redraw(`${this.#liveText(line, labelWidth, width)}\n`);
    this.#drawn = lines.length;
  }

  #erase(): void {
    if (this.#drawn > 0) this.#output.redraw(`\u001b[${this.#drawn}A\u001b[0J`);
    this.#drawn = 0;
  }

  #liveText(line: Line, labelWidth: number, width: number): string {
    const paint = this.#output.paintNote;
    const [mark, style] = marks[line.state];
    const sign = line.state === 'working' ? (frames[this.#frame % frames.length] ?? mark) : mark;
    const label = pad(truncate(printable(line.label), labelWidth), labelWidth);
    const time = elapsed(line);
    const room = width - labelWidth - displayWidth(time) - 6;
    const bar =
      line.share !== null && line.state === 'working' && room > barCells + 20 ? `${barOf(line.share)} ` : '';
    const text = truncate(printable(line.text), Math.max(0, room - bar.length));
    const body = pad(`${bar}${text}`, Math.max(0, room));
    return `${paint(style, sign)} ${label}  ${paint(line.state === 'failed' ? 'red' : 'dim', body)} ${time}`.trimEnd();
  }

  #printJson(id: string, line: Line): void {
    if (line.state === 'waiting' || this.#output.json) return;
    const name = id.replace(/^layer /, '').replace(/^[a-z]/, (letter) => letter.toUpperCase());
    const text = line.text.replace(/^[a-z]/, (letter) => letter.toUpperCase());
    const percent = line.share === null ? {} : { percent: Math.round(line.share * 100) };
    this.#output.progressLine({ id: name, status: peerStatus[line.state], text, ...percent });
  }

  #printPlain(line: Line): void {
    if (line.state === 'waiting' || this.#output.json) return;
    const time = isOver(line.state) ? elapsed(line) : '';
    const text = [printable(line.text), time === '' ? '' : `(${time})`]
      .filter((part) => part !== '')
      .join(' ');
    const mark = isOver(line.state)
      ? `${this.#output.paintNote(marks[line.state][1], marks[line.state][0])} `
      : '  ';
    this.#output.note(`${mark}${printable(line.label)}: ${text}`);
  }
}

function isOver(state: ItemState): boolean {
  return state !== 'working' && state !== 'waiting';
}

function elapsed(line: Line): string {
  if (line.startedAt === null) return '';
  return took((line.endedAt ?? performance.now()) - line.startedAt);
}

function barOf(share: number): string {
  const full = Math.round(Math.min(1, Math.max(0, share)) * barCells);
  return `[${'#'.repeat(full)}${' '.repeat(barCells - full)}]`;
}
