import { readFileSync } from 'node:fs';
import type { Output } from '../output/output.ts';
import { truncate } from '../output/width.ts';

export interface KeyMenuOptions {
  /** What the last line of the terminal says. */
  text: () => string;
  onKey: (key: string) => void;
}

const keys: Readonly<Partial<Record<string, NodeJS.Signals>>> = {
  '\u0003': 'SIGINT',
  '\u001c': 'SIGQUIT',
  '\u001a': 'SIGTSTP',
};

/**
 * A line of keys at the bottom of the terminal, below what is written meanwhile. Reads keys one by one; those that mean
 * signals still do. The terminal is restored on every way out.
 */
export class KeyMenu implements Disposable {
  readonly #output: Output;
  readonly #options: KeyMenuOptions;
  readonly #onData = (data: Uint8Array): void => this.#typed(Buffer.from(data).toString('utf8'));
  readonly #resume = (): void => this.#begin();
  readonly #restore = (): void => this.#end();
  readonly #redrawing: Disposable;
  #open = true;

  constructor(output: Output, options: KeyMenuOptions) {
    this.#output = output;
    this.#options = options;
    this.#redrawing = output.redrawing((write) => this.above(write));
    process.stdin.on('data', this.#onData);
    process.on('SIGCONT', this.#resume);
    process.on('exit', this.#restore);
    this.#begin();
  }

  /** Whether there is a terminal for it: keys come in, lines can be redrawn, and this process may read them now. */
  static possible(output: Output): boolean {
    return process.stdin.isTTY === true && output.live && output.width !== undefined && isInForeground();
  }

  /** Lets `write` write above the menu. */
  above(write: () => void): void {
    this.#erase();
    write();
    this.draw();
  }

  /** Writes the line anew, after what it says has changed. */
  draw(): void {
    if (!this.#open) return;
    const text = truncate(this.#options.text(), this.#output.noteWidth - 1);
    this.#output.rawError(`\r\u001b[K${this.#output.paintNote('dim', text)}`);
  }

  [Symbol.dispose](): void {
    if (!this.#open) return;
    this.#end();
    this.#open = false;
    this.#redrawing[Symbol.dispose]();
    process.stdin.off('data', this.#onData);
    process.stdin.pause();
    process.off('SIGCONT', this.#resume);
    process.off('exit', this.#restore);
  }

  #begin(): void {
    process.stdin.setRawMode(true);
    process.stdin.resume();
    this.draw();
  }

  #end(): void {
    this.#erase();
    process.stdin.setRawMode(false);
  }

  #erase(): void {
    if (this.#open) this.#output.rawError('\r\u001b[K');
  }

  #typed(text: string): void {
    for (const key of text) {
      const signal = keys[key];
      if (signal === undefined) this.#options.onKey(key);
      else if (signal === 'SIGINT') process.kill(process.pid, signal);
      else {
        this.#end();
        // As the terminal does it: to all that this command line started.
        process.kill(0, signal);
      }
    }
  }
}

/** A process that its shell put into the background is stopped when it changes the terminal. */
function isInForeground(): boolean {
  try {
    const fields = readFileSync('/proc/self/stat', 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    return fields[2] === fields[5];
  } catch {
    return true;
  }
}
