export type Query = Readonly<
  Record<string, string | number | boolean | readonly string[] | null | undefined>
>;

/** Appends `query` to `path`: arrays repeat their key, `undefined` and `null` are left out, booleans are `true`/`false`. */
export function withQuery(path: string, query: Query | undefined): string {
  if (query === undefined) return path;
  const pairs = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) {
    if (value === undefined || value === null) continue;
    if (typeof value === 'object') {
      for (const item of value) pairs.append(key, item);
    } else {
      pairs.append(key, String(value));
    }
  }
  const text = pairs.toString();
  if (text === '') return path;
  return path.includes('?') ? `${path}&${text}` : `${path}?${text}`;
}
