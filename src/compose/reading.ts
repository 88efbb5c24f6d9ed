import type { Problem, ProblemCode } from './problem.ts';
import { formatPath, originOf, type Path, type Place } from './tree.ts';

/** What relative paths, `~` and bare variables of a project refer to. */
export interface Surroundings {
  /** The project directory, absolute. */
  readonly directory: string;
  /** What `~` stands for; undefined where there is no home. */
  readonly home: string | undefined;
}

/** A file with more faults than this is no compose file; telling them all would help nobody. */
const MOST_PROBLEMS = 1000;

export interface ReadingOptions {
  /** `kept`: nothing is said of keys that cannot be carried out, for who only wants to see the model. Default: `refused`. */
  unsupported?: 'refused' | 'kept' | undefined;
  /** `none`: nothing is said of keys that are missing either. Default: they are told. */
  checks?: 'none' | undefined;
}

/** Collects what is wrong with a project while it is read, so that every fault is told at once. */
export class Reading {
  readonly problems: Problem[] = [];
  readonly surroundings: Surroundings;
  readonly #kept: ReadonlySet<ProblemCode>;
  readonly #places = new WeakMap<object, { place: Place; path: Path | undefined }>();

  constructor(surroundings: Surroundings, { unsupported = 'refused', checks }: ReadingOptions = {}) {
    this.surroundings = surroundings;
    this.#kept = new Set<ProblemCode>([
      ...(unsupported === 'kept' ? (['unsupported-key', 'ignored-key'] as const) : []),
      ...(checks === 'none' ? (['missing-key'] as const) : []),
    ]);
  }

  error(code: ProblemCode, message: string, place: Place, path: Path | undefined, hint?: string): undefined {
    this.#add('error', code, message, place, path, hint);
  }

  warn(code: ProblemCode, message: string, place: Place, path: Path | undefined, hint?: string): undefined {
    this.#add('warning', code, message, place, path, hint);
  }

  /** Takes over what another reading of the same files found. */
  adopt(problems: readonly Problem[]): void {
    for (const problem of problems) if (!this.#isKnown(problem)) this.problems.push(problem);
  }

  /** Remembers where `value` was written, for checks that look at the finished model. */
  mark<T extends object>(value: T, place: Place, path: Path | undefined): T {
    this.#places.set(value, { place, path });
    return value;
  }

  isMarked(value: object): boolean {
    return this.#places.has(value);
  }

  /** Reports an error at the place where `value` was written. */
  errorAt(value: object, code: ProblemCode, message: string, hint?: string): undefined {
    this.#addAt('error', value, code, message, hint);
  }

  /** Reports a warning at the place where `value` was written. */
  warnAt(value: object, code: ProblemCode, message: string, hint?: string): undefined {
    this.#addAt('warning', value, code, message, hint);
  }

  /** Whether a fault of one of the `keys` of `value`, or of what is below, has been told. */
  isTold(value: object, keys: readonly string[]): boolean {
    const base = formatPath(this.#places.get(value)?.path);
    const starts = keys.map((key) => `${base}.${key}`);
    return this.problems.some(
      ({ severity, path }) => severity === 'error' && starts.some((start) => isBelow(path, start)),
    );
  }

  /** Whether keys that are not carried out are read all the same. */
  get keepsUnsupported(): boolean {
    return this.#kept.has('unsupported-key');
  }

  /** Whether so much is wrong that nothing more is collected. */
  get full(): boolean {
    return this.problems.length >= MOST_PROBLEMS;
  }

  get failed(): boolean {
    return this.problems.some((problem) => problem.severity === 'error');
  }

  #isKnown(problem: Problem): boolean {
    return this.problems.some((known) => isSame(known, problem));
  }

  #addAt(
    severity: Problem['severity'],
    value: object,
    code: ProblemCode,
    message: string,
    hint?: string,
  ): void {
    const mark = this.#places.get(value);
    if (mark !== undefined) this.#add(severity, code, message, mark.place, mark.path, hint);
  }

  #add(
    severity: Problem['severity'],
    code: ProblemCode,
    message: string,
    place: Place,
    path: Path | undefined,
    hint: string | undefined,
  ): void {
    if (this.full || this.#kept.has(code)) return;
    const problem = {
      code,
      severity,
      message: shortened(message),
      ...originOf(place),
      path: formatPath(path),
    };
    if (this.#isKnown(problem)) return;
    this.problems.push(hint === undefined ? problem : { ...problem, hint });
    if (!this.full) return;
    const most = `there are more than ${MOST_PROBLEMS} faults; the others are not listed`;
    const whole = { line: 0, column: 0, path: '' };
    this.problems.push({ ...problem, code: 'limit', severity: 'error', message: most, ...whole });
  }
}

/** Whether two readings of a file found the same. */
function isSame(one: Problem, other: Problem): boolean {
  return (
    one.line === other.line &&
    one.column === other.column &&
    one.path === other.path &&
    one.message === other.message &&
    one.file === other.file
  );
}

/** Whether a path is `start` or one of what is in it. */
function isBelow(path: string, start: string): boolean {
  return path === start || path.startsWith(`${start}.`) || path.startsWith(`${start}[`);
}

/** A message may quote a value, and a value may be a whole file. */
function shortened(message: string): string {
  return message.length <= 500 ? message : `${message.slice(0, 250)} … ${message.slice(-200)}`;
}
