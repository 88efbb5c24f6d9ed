import { type IgnorePattern, ignorePattern } from './dockerignore-pattern.ts';
import { WherryError } from './errors.ts';
import { cleanPath } from './go-path.ts';

/** What the patterns say of one path, and what its children need to know of it. */
export interface IgnoreVerdict {
  excluded: boolean;
  /** For each pattern, whether it matched this path or one above it. */
  matched: readonly boolean[];
}

/**
 * The patterns of a `.dockerignore`, read and matched as Docker's builder does: the last pattern that matches a path
 * or a directory above it decides, `!` takes back, `**` stands for any number of directories.
 */
export class Dockerignore {
  readonly #patterns: readonly IgnorePattern[];

  /** `source` is the file's name, for the message of a pattern that breaks the grammar (`INVALID`). */
  constructor(text: string, source = '.dockerignore') {
    this.#patterns = parse(text, source);
  }

  get isEmpty(): boolean {
    return this.#patterns.length === 0;
  }

  /** `parent` is the verdict on the directory that `path` is in; undefined at the top. Paths are relative, with `/`. */
  match(path: string, parent?: IgnoreVerdict): IgnoreVerdict {
    const matched = this.#patterns.map(() => false);
    let excluded = false;
    this.#patterns.forEach((pattern, index) => {
      let match = parent?.matched[index] ?? false;
      if (!match) {
        // A pattern that could not change the verdict is not asked.
        if (pattern.exception !== excluded) return;
        match = pattern.test(path);
      }
      matched[index] = match;
      if (match) excluded = !pattern.exception;
    });
    return { excluded, matched };
  }

  /** Whether all below an excluded directory is excluded for sure, so that nobody needs to look. */
  prunes(directory: string): boolean {
    const exceptions = this.#patterns.filter((pattern) => pattern.exception).map(withoutTrailingGlob);
    if (exceptions.some((text) => /[*?[\]^\\]/.test(text))) return false;
    return !exceptions.some((text) => `${text}/`.startsWith(`${directory}/`));
  }
}

function withoutTrailingGlob({ text }: IgnorePattern): string {
  return text.replace(/\/\*\*$/, '').replace(/\/\*$/, '');
}

function parse(text: string, source: string): IgnorePattern[] {
  const patterns: IgnorePattern[] = [];
  const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/);
  lines.forEach((line, index) => {
    const pattern = parseLine(line);
    if (pattern === undefined) return;
    const compiled = ignorePattern(pattern);
    if (compiled === undefined) {
      throw new WherryError('INVALID', `${source}:${index + 1}: "${line.trim()}" is not a pattern`, {
        hint: 'close what "[" opens, and write a path after "!"',
        details: { source, line: index + 1 },
      });
    }
    patterns.push(compiled);
  });
  return patterns;
}

/** The pattern of a line, cleaned; undefined for blank lines and comments. */
function parseLine(line: string): string | undefined {
  if (line.startsWith('#')) return undefined;
  const trimmed = line.trim();
  if (trimmed === '') return undefined;
  const exception = trimmed.startsWith('!');
  let path = exception ? trimmed.slice(1).trim() : trimmed;
  if (path !== '') {
    path = cleanPath(path);
    if (path.length > 1 && path.startsWith('/')) path = path.slice(1);
  }
  return exception ? `!${path}` : path;
}
