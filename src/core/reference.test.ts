import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatReference, parseReference, withDefaultTag } from './reference.ts';

const digest = `sha256:${'0123456789abcdef'.repeat(4)}`;

describe('parseReference', () => {
  test.each([
    ['redis', 'docker.io', 'library/redis', null, null],
    ['redis:7.2', 'docker.io', 'library/redis', '7.2', null],
    ['docker.io/redis', 'docker.io', 'library/redis', null, null],
    ['index.docker.io/library/redis:7', 'docker.io', 'library/redis', '7', null],
    ['owner/app', 'docker.io', 'owner/app', null, null],
    ['localhost/app:1', 'localhost', 'app', '1', null],
    ['localhost:5000/a/b', 'localhost:5000', 'a/b', null, null],
    ['ghcr.io/o/app:v1.0_rc-1', 'ghcr.io', 'o/app', 'v1.0_rc-1', null],
    ['[::1]:5000/app', '[::1]:5000', 'app', null, null],
    [`redis@${digest}`, 'docker.io', 'library/redis', null, digest],
    [`redis:7@${digest}`, 'docker.io', 'library/redis', '7', digest],
    ['a__b/c--d.e_f', 'docker.io', 'a__b/c--d.e_f', null, null],
  ])('%s', (text, registry, repository, tag, dig) => {
    expect(parseReference(text)).toMatchObject({ registry, repository, tag, digest: dig });
  });

  test.each([
    '',
    ':',
    'redis:',
    'redis@',
    'redis@sha256:abc',
    'Redis',
    'a//b',
    '/a',
    'a/',
    '-a',
    'a..b',
    'a b',
    'redis:ta g',
    `redis:${'t'.repeat(129)}`,
    'http://host/a',
    '0123456789abcdef'.repeat(4),
    'a\nb',
    '$(rm -rf)',
    `${'a/'.repeat(130)}b`,
  ])('refuses %j with a hint', (text) => {
    expect(() => parseReference(text)).toThrow(
      expect.objectContaining({ code: 'INVALID', hint: expect.stringContaining('redis:7') }),
    );
  });

  test('formats to what parses to the same', () => {
    const part = fc.stringMatching(/^[a-z0-9]+$/).filter((text) => text.length < 20);
    const any = fc.record({
      host: fc.constantFrom('', 'localhost/', 'ghcr.io/', 'h:5000/'),
      parts: fc.array(part, { minLength: 1, maxLength: 3 }),
      tag: fc.option(fc.stringMatching(/^\w[\w.-]{0,10}$/), { nil: undefined }),
    });
    fc.assert(
      fc.property(any, ({ host, parts, tag }) => {
        const first = parseReference(`${host}${parts.join('/')}${tag === undefined ? '' : `:${tag}`}`);
        const { familiar: _, ...rest } = first;
        expect(parseReference(formatReference(first))).toMatchObject(rest);
        expect(parseReference(first.familiar)).toMatchObject(rest);
      }),
    );
  });
});

test('the default tag is added only where nothing is pinned', () => {
  expect(withDefaultTag(parseReference('redis')).familiar).toBe('redis:latest');
  expect(withDefaultTag(parseReference('redis:7')).familiar).toBe('redis:7');
  expect(withDefaultTag(parseReference(`redis@${digest}`)).tag).toBeNull();
});
