import { WherryError } from '../../core/errors.ts';

/** One place that a build takes its cache from, or leaves it. */
export interface CacheEntry {
  /** `registry`, `inline`, `gha`, … */
  type: string;
  attributes: Readonly<Record<string, string>>;
}

/** `type=registry,ref=…,mode=max`, or a reference alone, which is one of a registry. `INVALID` for what is neither. */
export function cacheEntry(text: string): CacheEntry {
  if (!text.includes('=')) return { type: 'registry', attributes: { ref: text } };
  const fields = text.split(',').map((field) => /^\s*([^=\s]+)=(.*)$/.exec(field));
  const { type, ...attributes } = Object.fromEntries(
    fields.map((field) => {
      if (field === null) throw malformed(text);
      return [field[1]?.toLowerCase(), field[2]];
    }),
  );
  if (type === undefined) throw malformed(text);
  return { type, attributes };
}

/** Images of registries, as far as these are what the cache is taken from; undefined when one is something else. */
export function cacheImages(cacheFrom: readonly string[]): string[] | undefined {
  const images = cacheFrom
    .map(cacheEntry)
    .map(({ type, attributes }) => (type === 'registry' ? attributes.ref : undefined));
  return images.every((image) => image !== undefined) ? images : undefined;
}

function malformed(text: string): WherryError {
  return new WherryError('INVALID', `"${text}" is no place for the cache of a build`, {
    hint: 'write a reference, or type=…,key=value as `type=registry,ref=registry.example/app:cache`',
    details: { cache: text },
  });
}
