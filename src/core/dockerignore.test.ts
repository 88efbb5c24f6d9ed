import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Dockerignore, type IgnoreVerdict } from './dockerignore.ts';

/** Whether the file is left out, asked as a walk from the top would. */
function excludes(text: string, path: string): boolean {
  const rules = new Dockerignore(text);
  const parts = path.split('/');
  let verdict: IgnoreVerdict | undefined;
  for (let length = 1; length <= parts.length; length += 1) {
    const current = parts.slice(0, length).join('/');
    if (verdict?.excluded && rules.prunes(parts.slice(0, length - 1).join('/'))) return true;
    verdict = rules.match(current, verdict);
  }
  return verdict?.excluded ?? false;
}

// https://docs.docker.com/build/concepts/context/#dockerignore-files
describe("Docker's documented rules", () => {
  it.each([
    ['# comment', '# comment', false],
    ['*/temp*', 'somedir/temporary.txt', true],
    ['*/temp*', 'somedir/temp', true],
    ['*/temp*', 'temporary.txt', false],
    ['*/*/temp*', 'somedir/subdir/temporary.txt', true],
    ['*/*/temp*', 'somedir/temporary.txt', false],
    ['temp?', 'tempa', true],
    ['temp?', 'temp', false],
    ['temp?', 'tempab', false],
    ['/foo/bar', 'foo/bar', true],
    ['foo/bar', 'foo/bar/deep/file', true],
    ['/foo//bar/../baz/', 'foo/baz', true],
    ['**/*.go', 'main.go', true],
    ['**/*.go', 'a/b/c/main.go', true],
    ['**/*.go', 'main.gox', false],
    ['a/**/z', 'a/z', true],
    ['a/**/z', 'a/b/c/z', true],
    ['a/**', 'a/b', true],
    ['a/**', 'a', false],
    ['**', 'anything/at/all', true],
    ['*.md\n!README.md', 'README.md', false],
    ['*.md\n!README.md', 'notes.md', true],
    ['*.md\n!README*.md\nREADME-secret.md', 'README-secret.md', true],
    ['*.md\n!README*.md\nREADME-secret.md', 'README-public.md', false],
    ['*.md\nREADME-secret.md\n!README*.md', 'README-secret.md', false],
    ['*\n!src', 'src/deep/file.ts', false],
    ['*\n!src', 'other/file.ts', true],
    ['*\n!src/keep', 'src/keep/file', false],
    ['*\n!src/keep', 'src/drop/file', true],
    ['node_modules\n!**/keep.js', 'node_modules/x/keep.js', false],
    ['node_modules\n!node_modules/x', 'node_modules/x/y', false],
    ['node_modules\n!node_modules/x', 'node_modules/z', true],
    ['src\n!src/a\nsrc/a/b', 'src/a/b/c', true],
    // What an exception says of a directory counts only where something had excluded it.
    ['a/b\n!a', 'a/b', true],
    ['a\n!a', 'a/b', false],
    ['[a-c].txt', 'b.txt', true],
    ['[^a-c].txt', 'b.txt', false],
    ['[^a-c].txt', 'd.txt', true],
    ['\\*.txt', '*.txt', true],
    ['\\*.txt', 'a.txt', false],
    ['a.b', 'axb', false],
    ['a+(b)|{c}$', 'a+(b)|{c}$', true],
    ['  padded  ', 'padded', true],
    ['! padded\n', 'padded', false],
    ['ünï?öde', 'ünï🙂öde', true],
    ['.git', '.github', false],
    ['.git', '.git/config', true],
    ['dir/', 'dir/file', true],
    ['./dir', 'dir', true],
    ['.', 'file', false],
    ['\uFEFFbom', 'bom', true],
    ['crlf\r\nnext\r\n', 'next', true],
  ])('%j decides on %s: %s', (text, path, expected) => {
    expect(excludes(text, path)).toBe(expected);
  });
});

describe('patterns that break the grammar', () => {
  it.each(['[', 'a[b', '[]a]', '[a-]', 'a\\', '!', 'ok\n[z-a]'])('refuses %j with its line', (text) => {
    expect(() => new Dockerignore(text, 'app/.dockerignore')).toThrowError(
      expect.objectContaining({
        code: 'INVALID',
        message: expect.stringMatching(/^app\/\.dockerignore:\d+: /),
      }),
    );
  });
});

const name = fc.stringMatching(/^[a-c.]{1,3}$/).filter((part) => part !== '.' && part !== '..');
const path = fc.array(name, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'));
const piece = fc.oneof(name, fc.constantFrom('*', '**', '?', 'a*', '*.c', '[ab]', '[^a]b'));
const pattern = fc
  .tuple(fc.constantFrom('', '', '!'), fc.array(piece, { minLength: 1, maxLength: 4 }))
  .map(([mark, parts]) => `${mark}${parts.join('/')}`);

describe('properties', () => {
  it('the last pattern wins over all before it', () => {
    fc.assert(
      fc.property(fc.array(pattern, { maxLength: 5 }), path, (patterns, file) => {
        expect(excludes([...patterns, '**'].join('\n'), file)).toBe(true);
        expect(excludes([...patterns, '!**'].join('\n'), file)).toBe(false);
      }),
    );
  });

  it('a directory that is pruned has nothing below it that is kept', () => {
    fc.assert(
      fc.property(fc.array(pattern, { maxLength: 5 }), path, path, (patterns, directory, below) => {
        const rules = new Dockerignore(patterns.join('\n'));
        let verdict: IgnoreVerdict | undefined;
        const parts = directory.split('/');
        parts.forEach((_, index) => {
          verdict = rules.match(parts.slice(0, index + 1).join('/'), verdict);
        });
        if (!verdict?.excluded || !rules.prunes(directory)) return;
        const rest = below.split('/');
        rest.forEach((_, index) => {
          verdict = rules.match(`${directory}/${rest.slice(0, index + 1).join('/')}`, verdict);
        });
        expect(verdict.excluded).toBe(true);
      }),
    );
  });
});
