import * as fs from 'node:fs';
import { sep } from 'node:path';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { WherryError } from '../core/errors.ts';
import type { CallOptions } from '../core/image.ts';
import type { FileAccess } from './file-access.ts';

// Not those of node:fs/promises, which take 4 ms to open.
const [open, fstat, close] = [promisify(fs.open), promisify(fs.fstat), promisify(fs.close)];
const readFile = promisify(fs.readFile);
const stat = promisify(fs.stat);

/** Bytes after which something that need not end, such as a device, is no file of a project. */
const endless = 64 * 1024 * 1024;

/** The file system of this machine. */
export const nodeFiles: FileAccess = {
  readText: async (path, options) =>
    path === '-' ? await text(process.stdin) : (await readBytes(path, options)).toString('utf8'),
  readBytes,
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

/** Opened so that a named pipe without a writer does not block: not even `process.exit` gets past a blocked thread. */
async function readBytes(path: string, { signal }: CallOptions = {}): Promise<Buffer> {
  const file = await open(path, fs.constants.O_RDONLY | (fs.constants.O_NONBLOCK ?? 0));
  let isOurs = true;
  try {
    const stats = await fstat(file);
    if (stats.isDirectory()) throw Object.assign(new Error(`${path} is a directory`), { code: 'EISDIR' });
    if (stats.isFile()) return await readFile(file);
    isOurs = false;
    const { Socket } = await import('node:net');
    const stream = stats.isFIFO()
      ? new Socket({ fd: file, signal })
      : fs.createReadStream(path, { fd: file });
    return await wholeOf(stream, path);
  } finally {
    if (isOurs) await close(file);
  }
}

async function wholeOf(stream: AsyncIterable<Uint8Array>, path: string): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of stream) {
    parts.push(part);
    size += part.length;
    if (size > endless)
      throw new WherryError('INVALID', `${path} does not end: it has more than ${endless} bytes`);
  }
  return Buffer.concat(parts);
}

/** Where a link leads in the end; undefined for what is no link, or leads nowhere. */
function linkTarget(path: string): string | undefined {
  try {
    return fs.lstatSync(path).isSymbolicLink() ? fs.realpathSync(path) : undefined;
  } catch {
    return undefined;
  }
}
