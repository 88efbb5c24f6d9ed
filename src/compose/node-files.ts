import { readFile, stat } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import type { FileAccess } from './file-access.ts';

/** The file system of this machine. */
export const nodeFiles: FileAccess = {
  readText: async (path) => (path === '-' ? await text(process.stdin) : await readFile(path, 'utf8')),
  readBytes: (path) => readFile(path),
  exists: async (path) => {
    try {
      return !(await stat(path)).isDirectory();
    } catch {
      return false;
    }
  },
};
