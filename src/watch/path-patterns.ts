import { relative, sep } from 'node:path';
import { Dockerignore, type IgnoreVerdict } from '../core/dockerignore.ts';

/** Patterns in the syntax of a `.dockerignore` that count from a directory, asked about absolute paths. */
export class PathPatterns {
  readonly #root: string;
  readonly #rules: Dockerignore;
  /** Changes come directory by directory: the verdict on the last one answers most questions. */
  #last: { directory: string; verdict: IgnoreVerdict | undefined } | undefined;

  /** `source` names the place of the patterns in the message of one that breaks the grammar (`INVALID`). */
  constructor(root: string, patterns: string | readonly string[], source: string) {
    this.#root = root;
    this.#rules = new Dockerignore(typeof patterns === 'string' ? patterns : patterns.join('\n'), source);
  }

  /** Whether the path or a directory above it matches, and no later `!` takes it back. */
  matches(path: string): boolean {
    const inside = this.#inside(path);
    if (inside === undefined || this.#rules.isEmpty) return false;
    return this.#rules.match(inside, this.#verdictOn(parentOf(inside))).excluded;
  }

  /** Whether a directory matches with everything that can be in it. */
  matchesWhole(directory: string): boolean {
    const inside = this.#inside(directory);
    return inside !== undefined && this.matches(directory) && this.#rules.prunes(inside);
  }

  /** The path from the root, with `/`; undefined for the root itself and what is outside. */
  #inside(path: string): string | undefined {
    const inside = relative(this.#root, path);
    if (inside === '' || inside === '..' || inside.startsWith(`..${sep}`)) return undefined;
    return sep === '/' ? inside : inside.replaceAll(sep, '/');
  }

  #verdictOn(directory: string): IgnoreVerdict | undefined {
    if (directory === '') return undefined;
    if (this.#last?.directory === directory) return this.#last.verdict;
    const verdict = this.#rules.match(directory, this.#verdictOn(parentOf(directory)));
    this.#last = { directory, verdict };
    return verdict;
  }
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}
