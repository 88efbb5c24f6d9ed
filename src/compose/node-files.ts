import * as fs from 'node:fs';
import { sep } from 'node:path';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import type { FileAccess } from './file-access.ts';

// Not those of node:fs/promises, which take 4 ms to open.
const readFile = promisify(fs.readFile);
const stat = promisify(fs.stat);

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
  followLink: (path) => {
    const parts = path.split(sep);
    for (let length = 2; length <= parts.length; length += 1) {
      const part = parts.slice(0, length).join(sep);
      const target = linkTarget(part);
      if (target !== undefined) return `${target}${path.slice(part.length)}`;
    }
    return path;
  },
};

/** Where a link leads in the end; undefined for what is no link, or leads nowhere. */
function linkTarget(path: string): string | undefined {
  try {
    return fs.lstatSync(path).isSymbolicLink() ? fs.realpathSync(path) : undefined;
  } catch {
    return undefined;
  }
}
