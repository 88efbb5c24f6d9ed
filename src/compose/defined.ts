/** Without fields that are undefined or empty: what a spec does not say, it leaves out. Commands may be empty. */
export function defined<T extends object>(fields: { [K in keyof T]: T[K] | undefined }): T {
  const kept = Object.entries(fields).filter(([key, value]) => {
    if (value === undefined) return false;
    if (key === 'command' || key === 'entrypoint' || typeof value !== 'object' || value === null) return true;
    return Object.keys(value).length > 0;
  });
  return Object.fromEntries(kept) as T;
}
