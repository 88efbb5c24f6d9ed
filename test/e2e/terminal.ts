import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { launcher, plainEnvironment } from './cli.ts';

export interface TerminalOptions {
  cwd: string;
  columns?: number;
  rows?: number;
  env?: Readonly<Record<string, string | undefined>>;
}

/** The built CLI on a pseudo-terminal of its own, made by `script` (util-linux), which is on every Linux machine. */
export class Terminal implements AsyncDisposable {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #listeners = new Set<() => void>();
  #output = '';
  #device: string | undefined;
  #pid: number | undefined;
  #ended = false;

  private constructor(child: ChildProcessWithoutNullStreams) {
    this.#child = child;
    child.stdin.on('error', () => undefined);
    child.stdout.on('data', (data: Buffer) => {
      this.#output += data.toString('utf8');
      this.#wake();
    });
    child.on('close', () => {
      this.#ended = true;
      this.#wake();
    });
  }

  /** Starts `wherry` with `args`. */
  static async open(args: readonly string[], options: TerminalOptions): Promise<Terminal> {
    const command = [process.execPath, launcher, ...args]
      .map((word) => `'${word.replaceAll("'", `'\\''`)}'`)
      .join(' ');
    const size = `stty cols ${options.columns ?? 80} rows ${options.rows ?? 24}`;
    const child = spawn('script', ['-qec', `${size}; echo "$(tty) $$ ready"; exec ${command}`, '/dev/null'], {
      cwd: options.cwd,
      env: plainEnvironment({ TERM: 'xterm-256color', SHELL: '/bin/sh', ...options.env }),
      stdio: 'pipe',
    });
    const terminal = new Terminal(child);
    const [, device, pid] = await terminal.expect(/(\/dev\/pts\/\d+) (\d+) ready\r\n/);
    terminal.#device = device;
    terminal.#pid = Number(pid);
    terminal.#output = terminal.#output.slice(terminal.#output.indexOf('ready\r\n') + 'ready\r\n'.length);
    return terminal;
  }

  /** Everything that was shown so far. */
  get output(): string {
    return this.#output;
  }

  /** Process id of the CLI. */
  get pid(): number {
    return this.#pid ?? 0;
  }

  type(text: string): void {
    this.#child.stdin.write(text);
  }

  resize(columns: number, rows: number): void {
    spawnSync('stty', ['-F', this.#device ?? '', 'cols', String(columns), 'rows', String(rows)]);
  }

  /** Settings of the terminal, as `stty -a` prints them. */
  settings(): string {
    return spawnSync('stty', ['-F', this.#device ?? '', '-a']).stdout.toString();
  }

  /** Resolves with the match as soon as the output has one; rejects when the command ends without, or after 20 s. */
  async expect(pattern: RegExp): Promise<RegExpExecArray> {
    const late = AbortSignal.timeout(20_000);
    for (;;) {
      const match = pattern.exec(this.#output);
      if (match !== null) return match;
      if (this.#ended || late.aborted) {
        throw new Error(
          `the command ${this.#ended ? 'ended' : 'went on'} without ${pattern}:\n${this.#output}`,
        );
      }
      await new Promise<void>((resolve) => {
        this.#listeners.add(resolve);
        late.addEventListener('abort', () => resolve(), { once: true });
      });
    }
  }

  /** Resolves with the exit code of the command. */
  async end(): Promise<number | null> {
    if (!this.#ended) await once(this.#child, 'close');
    return this.#child.exitCode;
  }

  /** Closes the terminal as when its window is closed. */
  hangUp(): void {
    this.#child.kill('SIGKILL');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#ended) return;
    this.#child.kill('SIGKILL');
    await once(this.#child, 'close');
  }

  #wake(): void {
    for (const listener of this.#listeners) listener();
    this.#listeners.clear();
  }
}
