import { basename, posix, relative, sep } from 'node:path';
import { ephemeralPatterns } from './ephemeral.ts';
import { PathPatterns } from './path-patterns.ts';

export interface WatchRuleOptions {
  /** A file or a directory, absolute, its symbolic links resolved. It need not exist. */
  path: string;
  /** Where it goes in the container. */
  target?: string | undefined;
  /** Only these; everything when empty. Counts from `path`, like `ignore`. */
  include: readonly string[];
  ignore: readonly string[];
  /** What a build of the service leaves out. */
  contextIgnore?: PathPatterns | undefined;
  /** Where the patterns stand, for messages. */
  source: string;
}

/** Which paths one rule of `develop.watch` is about, and where they go in the container. */
export class WatchRule {
  readonly path: string;
  readonly #target: string | undefined;
  readonly #include: PathPatterns | undefined;
  readonly #ignores: readonly PathPatterns[];

  /** Fails with `INVALID` for a pattern that breaks the grammar. */
  constructor({ path, target, include, ignore, contextIgnore, source }: WatchRuleOptions) {
    this.path = path;
    this.#target = target === undefined ? undefined : posix.join('/', target);
    this.#include = include.length === 0 ? undefined : new PathPatterns(path, include, `${source}.include`);
    this.#ignores = [
      new PathPatterns(path, ephemeralPatterns, 'ephemeral'),
      new PathPatterns(path, ignore, `${source}.ignore`),
      ...(contextIgnore === undefined ? [] : [contextIgnore]),
    ];
  }

  /** Whether a change of this path is one of the rule's. */
  matches(path: string): boolean {
    if (!this.#contains(path)) return false;
    if (this.#include?.matches(path) === false) return false;
    return !this.#ignores.some((ignore) => ignore.matches(path));
  }

  /** Whether nothing in the directory can be one of the rule's. */
  skips(directory: string): boolean {
    if (isInside(directory, this.path)) return false;
    if (!this.#contains(directory)) return true;
    return this.#ignores.some((ignore) => ignore.matchesWhole(directory));
  }

  /** Where the path goes; undefined without a target. A target that ends with a slash is a directory for a watched file. */
  targetOf(path: string): string | undefined {
    if (this.#target === undefined) return undefined;
    if (path === this.path) {
      return this.#target.endsWith('/') ? posix.join(this.#target, basename(path)) : this.#target;
    }
    return posix.join(this.#target, relative(this.path, path).replaceAll(sep, '/'));
  }

  #contains(path: string): boolean {
    return path === this.path || isInside(this.path, path);
  }
}

/** Whether `path` lies somewhere below `directory`. */
export function isInside(directory: string, path: string): boolean {
  return path.startsWith(directory.endsWith(sep) ? directory : `${directory}${sep}`);
}
