import type { OutputChunk } from '../../core/index.ts';

/** How many lines of each stream are kept for the message of a failure, and how long one may be. */
const kept = 10;
const longest = 2048;

/** What a hook writes: each line is told once, and the last ones are kept. */
export class HookOutput {
  readonly #onLine: (line: string) => void;
  readonly #open = { stdout: '', stderr: '' };
  readonly #last = { stdout: [] as string[], stderr: [] as string[] };
  readonly #decoders = { stdout: new TextDecoder(), stderr: new TextDecoder() };

  constructor(onLine: (line: string) => void) {
    this.#onLine = onLine;
  }

  add({ kind, data }: OutputChunk): void {
    const stream = kind === 'stderr' ? 'stderr' : 'stdout';
    const lines = (this.#open[stream] + this.#decoders[stream].decode(data, { stream: true })).split('\n');
    this.#open[stream] = (lines.pop() ?? '').slice(-longest);
    for (const line of lines) this.#line(stream, line);
  }

  /** The last line may lack its end. */
  end(): void {
    for (const stream of ['stdout', 'stderr'] as const) {
      this.#line(stream, this.#open[stream]);
      this.#open[stream] = '';
    }
  }

  /** The last lines of what it wrote about errors; where it wrote none, of all else. */
  get lastLines(): readonly string[] {
    return this.#last.stderr.length > 0 ? this.#last.stderr : this.#last.stdout;
  }

  /** Of a line that was written over (progress bars) only what is left to see. */
  #line(stream: 'stdout' | 'stderr', text: string): void {
    const line = text.replace(/\r+$/, '').split('\r').at(-1)?.slice(0, longest) ?? '';
    if (line.trim() === '') return;
    this.#last[stream] = [...this.#last[stream].slice(1 - kept), line];
    this.#onLine(line);
  }
}
