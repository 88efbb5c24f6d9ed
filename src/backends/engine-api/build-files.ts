import type { BigIntStats } from 'node:fs';
import { join } from 'node:path';
import type { Dockerignore, IgnoreVerdict } from '../../core/dockerignore.ts';
import { throwIfAborted } from '../../core/errors.ts';
import { crypto, fs } from '../../transport/builtin.ts';

/** One entry of a directory that BuildKit is shown. */
export interface BuildFile {
  /** Relative, with `/`. */
  path: string;
  type: 'file' | 'directory' | 'symlink';
  /** Permission bits, with setuid, setgid and sticky. */
  mode: number;
  /** Bytes. */
  size: number;
  modified: Date;
  /** Target of a link. */
  target?: string;
  /** Bytes of a file. */
  content?: () => AsyncIterable<Uint8Array>;
}

/** What a build context holds, in the order of the names, a directory before what is in it. */
export async function* contextFiles(
  directory: string,
  rules: Dockerignore,
  signal: AbortSignal | undefined,
): AsyncGenerator<BuildFile, void, undefined> {
  // Directories that are left out themselves; BuildKit wants to see them before what is taken back below them.
  const owed: BuildFile[] = [];
  yield* below('', undefined);

  async function* below(parent: string, above: IgnoreVerdict | undefined): AsyncGenerator<BuildFile> {
    for (const name of (await fs().promises.readdir(join(directory, parent))).sort(byBytes)) {
      throwIfAborted(signal);
      const path = parent === '' ? name : `${parent}/${name}`;
      const verdict = rules.match(path, above);
      const full = join(directory, path);
      const stats = await fs().promises.lstat(full, { bigint: true });
      const file = await fileOf(path, full, stats);
      if (file === undefined) continue;
      if (!verdict.excluded) {
        yield* owed.splice(0);
        yield file;
      }
      if (file.type !== 'directory' || (verdict.excluded && rules.prunes(path))) continue;
      if (verdict.excluded) owed.push(file);
      yield* below(path, verdict);
      if (owed.at(-1) === file) owed.pop();
    }
  }
}

/**
 * A file that exists only here. BuildKit takes a file of the same size and time for the one that it has, so the time is
 * made of the content.
 */
export function textFile(path: string, text: string): BuildFile {
  const bytes = Buffer.from(text, 'utf8');
  return {
    path,
    type: 'file',
    mode: 0o644,
    size: bytes.length,
    modified: new Date(crypto().createHash('sha256').update(bytes).digest().readUInt32BE() * 1000),
    content: async function* () {
      yield bytes;
    },
  };
}

async function fileOf(path: string, full: string, stats: BigIntStats): Promise<BuildFile | undefined> {
  const entry = { path, mode: Number(stats.mode & 0o7777n), size: 0, modified: stats.mtime };
  if (stats.isDirectory()) return { ...entry, type: 'directory' };
  if (stats.isSymbolicLink())
    return { ...entry, type: 'symlink', target: await fs().promises.readlink(full) };
  if (!stats.isFile()) return undefined;
  return { ...entry, type: 'file', size: Number(stats.size), content: () => contentOf(full) };
}

async function* contentOf(path: string): AsyncGenerator<Uint8Array, void, undefined> {
  const { constants, promises } = fs();
  // A file that was swapped for a link since it was looked at must not lead elsewhere.
  const file = await promises.open(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0));
  yield* file.createReadStream() as AsyncIterable<Buffer>;
}

function byBytes(a: string, b: string): number {
  return a < b ? -1 : 1;
}
