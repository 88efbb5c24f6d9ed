import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatMessage, placeholders } from './format.ts';

describe('formatMessage', () => {
  it('fills placeholders', () => {
    expect(formatMessage('{name} is up ({time})', { name: 'web', time: '2s' }, 'en')).toBe('web is up (2s)');
    expect(formatMessage('{a}{a}', { a: 1 }, 'en')).toBe('11');
  });

  it('shows a placeholder that has no value', () => {
    expect(formatMessage('{name} is up', {}, 'en')).toBe('{name} is up');
  });

  it('chooses the form of a number, an exact one first', () => {
    const pattern = '{count, plural, =0 {none} one {# file of {owner}} other {# files of {owner}}}';
    expect(formatMessage(pattern, { count: 0, owner: 'me' }, 'en')).toBe('none');
    expect(formatMessage(pattern, { count: 1, owner: 'me' }, 'en')).toBe('1 file of me');
    expect(formatMessage(pattern, { count: 7, owner: 'me' }, 'en')).toBe('7 files of me');
    const serbian = '{n, plural, one {# fajl} few {# fajla} other {# fajlova}}';
    expect([1, 3, 5, 21].map((n) => formatMessage(serbian, { n }, 'sr'))).toEqual([
      '1 fajl',
      '3 fajla',
      '5 fajlova',
      '21 fajl',
    ]);
  });

  it('puts values in as they are, whatever they contain', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (a, b) => {
        expect(formatMessage('<{a}|{b}>', { a, b }, 'en')).toBe(`<${a}|${b}>`);
      }),
    );
  });

  it('names its placeholders', () => {
    expect([...placeholders('{a} {n, plural, one {# of {b}} other {#}}')]).toEqual([
      ['a', 'text'],
      ['n', 'number'],
      ['b', 'text'],
    ]);
  });
});
