import * as fs from 'node:fs';
import { sep } from 'node:path';
import { buffer } from 'node:stream/consumers';
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

/** What was read and cannot be read again, by path. */
type Kept = Map<string, Promise<Buffer>>;

/** The file system of this machine. */
export const nodeFiles: FileAccess = {
  readText: async (path, options) => (await readBytes(path, options)).toString('utf8'),
  readBytes,
  exists: async (path) => (await kindOf(path)) === 'file',
  isDirectory: async (path) => (await kindOf(path)) === 'directory',
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

/** The same for one command: standard input and pipes, which can be read only once, are kept for who asks again. */
export function commandFiles(): FileAccess {
  const kept: Kept = new Map();
  return {
    ...nodeFiles,
    readText: async (path, options) => (await readBytes(path, { ...options, kept })).toString('utf8'),
    readBytes: (path) => readBytes(path, { kept }),
  };
}

async function kindOf(path: string): Promise<'file' | 'directory' | 'nothing'> {
  try {
    return (await stat(path)).isDirectory() ? 'directory' : 'file';
  } catch {
    return 'nothing';
  }
}

interface ReadOptions extends CallOptions {
  kept?: Kept;
}

/** Opened so that a named pipe without a writer does not block: not even `process.exit` gets past a blocked thread. */
async function readBytes(path: string, { signal, kept = new Map() }: ReadOptions = {}): Promise<Buffer> {
  const known = kept.get(path);
  if (known !== undefined) return await known;
  if (path === '-') return await keep(path, kept, buffer(process.stdin));
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
    return await keep(path, kept, wholeOf(stream, path));
  } finally {
    if (isOurs) await close(file);
  }
}

function keep(path: string, kept: Kept, reading: Promise<Buffer>): Promise<Buffer> {
  kept.set(path, reading);
  return reading;
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
