import type { FileAccess } from './file-access.ts';

/** Files that exist only here, by absolute path; for tests and for projects that were never on a disk. */
export function memoryFiles(files: Readonly<Record<string, string>>): FileAccess {
  const read = (path: string): string => {
    const text = Object.hasOwn(files, path) ? files[path] : undefined;
    if (text === undefined) throw Object.assign(new Error(`${path} is not there`), { code: 'ENOENT' });
    return text;
  };
  return {
    readText: async (path) => read(path),
    readBytes: async (path) => new TextEncoder().encode(read(path)),
    exists: async (path) => Object.hasOwn(files, path),
  };
}
