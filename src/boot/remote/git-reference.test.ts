import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isWherryError } from '../../core/index.ts';
import { parseGitReference, withoutPassword } from './git-reference.ts';

describe('a name of something in a git repository', () => {
  test.each([
    ['https://x.org/a/b.git', 'https://x.org/a/b.git', 'HEAD', ''],
    ['https://x.org/a.git#v1', 'https://x.org/a.git', 'v1', ''],
    ['https://x.org/a.git#:sub', 'https://x.org/a.git', 'HEAD', 'sub'],
    ['https://x.org/a.git#feature/x:a/./b/', 'https://x.org/a.git', 'feature/x', 'a/b'],
    ['http://u:p@x.org:8080/a.git#main:/sub', 'http://u:p@x.org:8080/a.git', 'main', 'sub'],
    ['git@x.org:team/a.git#main:compose.prod.yaml', 'git@x.org:team/a.git', 'main', 'compose.prod.yaml'],
    ['ssh://git@x.org:2222/a#main', 'ssh://git@x.org:2222/a', 'main', ''],
    ['git://x.org/a', 'git://x.org/a', 'HEAD', ''],
    ['github.com/team/a#main', 'https://github.com/team/a', 'main', ''],
    ['https://x.org/a.git?ref=main&subdir=s', 'https://x.org/a.git', 'main', 's'],
    ['https://x.org/a.git?tag=v1', 'https://x.org/a.git', 'refs/tags/v1', ''],
    ['git@x.org:a.git?branch=b', 'git@x.org:a.git', 'refs/heads/b', ''],
  ])('%s', (text, remote, ref, path) => {
    expect(parseGitReference(text)).toEqual({ remote, ref, path, commit: undefined });
  });

  test.each([
    ['https://x.org/a', 'the URL of a repository ends with .git'],
    ['file:///a.git', 'write https://HOST/NAME.git#REF:PATH'],
    ['ext::sh -c x', 'write https://HOST/NAME.git#REF:PATH'],
    ['-oProxyCommand=x@y:z', 'write https://HOST/NAME.git#REF:PATH'],
    ['ssh://-oProxyCommand=x/a', 'write https://HOST/NAME.git#REF:PATH'],
    ['https://x.org/a.git#--upload-pack=x', 'write https://HOST/NAME.git#REF:PATH'],
    ['https://x.org/a.git?ref=-x', 'write https://HOST/NAME.git#REF:PATH'],
    ['https://x.org/a.git#*', 'write https://HOST/NAME.git#REF:PATH'],
    ['https://x.org/a.git?submodules=1', 'ref, branch, tag, commit and subdir are known'],
    ['https://x.org/a.git?ref=a#b', 'write https://HOST/NAME.git#REF:PATH'],
    ['https://x.org/a.git#%zz', 'write https://HOST/NAME.git#REF:PATH'],
  ])('is refused: %s', (text, hint) => {
    expect(() => parseGitReference(text)).toThrow(expect.objectContaining({ code: 'INVALID', hint }));
  });

  test.each(['..', '../x', 'a/../../x', '..\\x', 'C:\\x'])('does not lead out of it: %s', (path) => {
    const refused = expect.objectContaining({ code: 'PERMISSION' });
    expect(() => parseGitReference(`https://x.org/a.git#main:${path}`)).toThrow(refused);
    expect(() => parseGitReference(`https://x.org/a.git?subdir=${encodeURIComponent(path)}`)).toThrow();
  });

  test('does not lead out of it in other words', () => {
    const refused = expect.objectContaining({ code: 'PERMISSION' });
    expect(() => parseGitReference('https://x.org/a.git#main:%2e%2e/x')).toThrow(refused);
    expect(() => parseGitReference('https://x.org/a.git?subdir=/x')).toThrow(refused);
  });

  test.each([
    ['https://u:secret@x.org/a', 'https://u:***@x.org/a'],
    ['https://u:sec@ret@x.org/a', 'https://u:***@x.org/a'],
    ['https://secret@x.org/a', 'https://***@x.org/a'],
  ])('shows no password: %s', (text, shown) => {
    expect(() => parseGitReference(text)).toThrow(expect.objectContaining({ code: 'INVALID' }));
    expect(() => parseGitReference(text)).not.toThrow(/secret|ret@/);
    expect(withoutPassword(text)).toBe(shown);
  });

  test('whatever it is, git takes no part of it for an option', () => {
    const parts = fc.constantFrom(
      'https://x.org/a.git',
      'git@x.org:a',
      '#',
      ':',
      '?ref=',
      '-',
      '--x',
      '..',
      '/',
      'a',
      '%2d',
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(parts, fc.string()), { maxLength: 8 }), (words) => {
        try {
          const { remote, ref, path } = parseGitReference(words.join(''));
          expect([remote, ref].filter((word) => word === '' || word.startsWith('-'))).toEqual([]);
          expect(path.split('/')).not.toContain('..');
        } catch (error) {
          if (!isWherryError(error)) throw error;
        }
      }),
    );
  });
});
