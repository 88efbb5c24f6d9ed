import { WherryError } from '../core/index.ts';

/**
 * Whether one of the globs names the path: `*` and `?` within a name, `**` for any folders, `{a,b}`, `[abc]`. A glob
 * without a slash is about the last name of the path, one with a slash about the whole of it. Fails with `INVALID`.
 */
export function excluder(globs: readonly string[]): (path: string) => boolean {
  const patterns = globs.map((glob) => {
    const trimmed = glob.replace(/^\.?\//, '').replace(/\/+$/, '');
    return { pattern: patternOf(trimmed, glob), whole: trimmed.includes('/') };
  });
  return (path) => {
    const name = path.slice(path.lastIndexOf('/') + 1);
    return patterns.some(({ pattern, whole }) => pattern.test(whole ? path : name));
  };
}

const tokens = /\*\*\/|\/\*\*$|\*\*|\*|\?|\{[^{}]*\}|\[!?[^\]/]+\]|[^*?]/g;

function patternOf(glob: string, written: string): RegExp {
  const source = (glob.match(tokens) ?? []).map(part).join('');
  try {
    return new RegExp(`^${source}$`, 'u');
  } catch (error) {
    throw new WherryError('INVALID', `"${written}" is no glob`, {
      hint: 'write names with * and ?, such as *.test.yml or legacy/**',
      cause: error,
    });
  }
}

function part(token: string): string {
  if (token === '**/') return '(?:[^/]+/)*';
  if (token === '/**') return '/.+';
  if (token === '**') return '.*';
  if (token === '*') return '[^/]*';
  if (token === '?') return '[^/]';
  if (token.startsWith('{') && token.length > 1)
    return `(?:${token
      .slice(1, -1)
      .split(',')
      .map((one) => (one.match(tokens) ?? []).map(part).join(''))
      .join('|')})`;
  if (token.startsWith('[') && token.length > 1) return token.replace('[!', '[^').replaceAll('\\', '\\\\');
  return token.replace(/[\\^$.|+()[\]{}/]/, '\\$&');
}
