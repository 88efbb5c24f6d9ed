import { WherryError } from '../core/errors.ts';
import type { ListDeclaration } from './declaration.ts';
import { t } from './text.ts';

/** One `--filter key=value`. */
export interface Filter {
  key: string;
  value: string;
}

/** Declares `--filter` with the keys that a command knows; any other is refused, for it would let too much through. */
export function filterOption(...keys: readonly string[]): ListDeclaration<Filter> {
  return {
    flags: `--filter <${keys.join('|')}=value>`,
    about: 'option.filter',
    many: true,
    parse: (text) => readFilter(text, keys),
  };
}

/** The values that were given for `key`. */
export function valuesOf(filters: readonly Filter[], key: string): string[] {
  return filters.filter((filter) => filter.key === key).map(({ value }) => value);
}

function readFilter(text: string, keys: readonly string[]): Filter {
  const equals = text.indexOf('=');
  const filter = { key: text.slice(0, Math.max(0, equals)), value: text.slice(equals + 1) };
  if (keys.includes(filter.key) && filter.value !== '') return filter;
  const hint = t('value.filters', { names: keys.map((key) => `${key}=…`).join(', ') });
  throw new WherryError('INVALID', t('value.notFilter', { text }), { hint });
}
