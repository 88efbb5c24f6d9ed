/** What a record itself holds under a name that somebody else chose: `constructor` and `__proto__` are names as any other. */
export function own<T>(record: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}
