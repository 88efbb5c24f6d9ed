import { readFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';

const longest = 40;

/** What a copy is called by `text`: lower case, letters, digits and single `-`; empty when nothing of it is left. */
export function normalizeCopyName(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+/, '')
    .slice(0, longest)
    .replace(/-+$/, '');
}

/**
 * What the copy in `directory` is called when nobody says: the git branch that is checked out there, else the folder of the
 * worktree, else the directory. Reads git's own files, so that no git is needed.
 */
export async function derivedCopyName(directory: string): Promise<string> {
  const { worktree, head } = await checkout(directory);
  const branch = /^ref: refs\/heads\/(.+)$/.exec(head.trim())?.[1] ?? '';
  return normalizeCopyName(branch) || normalizeCopyName(basename(worktree)) || 'copy';
}

/** The checkout around `directory`. In a linked worktree `.git` is a file that names the real one. */
async function checkout(directory: string): Promise<{ worktree: string; head: string }> {
  for (let worktree = resolve(directory); ; worktree = dirname(worktree)) {
    const dot = join(worktree, '.git');
    const link = /^gitdir: (.+)$/m.exec(await textOf(dot))?.[1];
    const head = await textOf(join(link === undefined ? dot : resolve(worktree, link), 'HEAD'));
    if (head !== '') return { worktree, head };
    if (dirname(worktree) === worktree) return { worktree: directory, head: '' };
  }
}

/** Empty when there is no such file. */
async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (['ENOENT', 'EISDIR', 'ENOTDIR', 'EACCES'].includes(code)) return '';
    throw error;
  }
}
