import { stripVTControlCharacters } from 'node:util';
import { WherryError } from '../../core/errors.ts';
import type { ImageProgress } from '../../core/image.ts';

/** Lines of a build's output that its error carries. */
const KEPT_LINES = 50;

/** Watches a build's progress for what its error must tell: the last lines, the step at work, the result. */
export class BuildLog {
  readonly #lines: string[] = [];
  readonly #onProgress: ((progress: ImageProgress) => void) | undefined;
  #rest = '';
  #step: string | undefined;
  #imageId: string | undefined;

  constructor(onProgress: ((progress: ImageProgress) => void) | undefined) {
    this.#onProgress = onProgress;
  }

  /** Id of the result, once the builder told it. */
  get imageId(): string | undefined {
    return this.#imageId;
  }

  report(progress: ImageProgress): void {
    if (progress.kind === 'image') this.#imageId = progress.id;
    if (progress.kind === 'output') this.#keep(progress.text);
    this.#onProgress?.(progress);
  }

  /** A step begins; `text` names it. */
  step(text: string): void {
    this.#step = text;
    this.#keep(`${text}\n`);
    this.#onProgress?.({ kind: 'status', status: text });
  }

  /** `BUILD_FAILED`, or `NO_SPACE` when that is why. `step` defaults to the last that began; null is none. */
  failure(
    name: string,
    message: string,
    fields: { step?: string | null; exitCode?: number; cause?: unknown } = {},
  ): WherryError {
    const { cause, exitCode, step = this.#step ?? null } = fields;
    const log = [...this.#lines, ...(this.#rest === '' ? [] : [this.#rest])].slice(-KEPT_LINES);
    const details = { image: name, log, step, ...(exitCode === undefined ? {} : { exitCode }) };
    if (/no space left on device/i.test(message)) {
      return new WherryError(
        'NO_SPACE',
        `the build of ${name} failed: the engine's disk is full (${message})`,
        {
          hint: 'remove images and build cache that are not needed, then try again',
          details,
          cause,
        },
      );
    }
    const where = step === null ? '' : ` at "${step}"`;
    return new WherryError('BUILD_FAILED', `the build of ${name} failed${where}: ${message}`, {
      hint: log.length === 0 ? undefined : "the build's last lines tell more",
      details,
      cause,
    });
  }

  #keep(text: string): void {
    const lines = (this.#rest + stripVTControlCharacters(text)).split(/\r?\n/);
    this.#rest = lines.pop() ?? '';
    this.#lines.push(...lines.filter((line) => line.trim() !== ''));
    if (this.#lines.length > KEPT_LINES) this.#lines.splice(0, this.#lines.length - KEPT_LINES);
  }
}
