import { parseBytes } from '../core/units.ts';
import { textOrTexts, unique } from './decode.ts';
import type { Reading } from './reading.ts';
import { child, type Node, type Path } from './tree.ts';

/** What a line of `tmpfs` says. */
export interface Tmpfs {
  target: string;
  /** Bytes. */
  size?: number;
  mode?: number;
  readOnly: boolean;
}

/** `tmpfs`: a path in the container, or several, with mount options after a colon. */
export function readTmpfs(node: Node, path: Path, to: Reading): string[] | undefined {
  const lines = textOrTexts(node, path, to);
  for (const [index, line] of lines?.entries() ?? []) {
    const item = node.kind === 'sequence' ? (node.items[index] ?? node) : node;
    const parsed = parseTmpfs(line);
    if (typeof parsed !== 'string') continue;
    to.error('value', parsed, item, node.kind === 'sequence' ? child(path, index) : path);
  }
  return lines && unique(lines, (line) => line.split(':', 1)[0] ?? '');
}

/** Engines mount every tmpfs so; saying it changes nothing. */
const defaults = new Set(['rw', 'noexec', 'nosuid', 'nodev']);

/** Reads `/run:size=64m,mode=1777`; a string tells what is wrong with it. */
export function parseTmpfs(line: string): Tmpfs | string {
  const [target = '', flags = ''] = line.split(/:(.*)/s);
  if (!target.startsWith('/')) return `"${line}" does not start with an absolute path`;
  const tmpfs: Tmpfs = { target, readOnly: false };
  for (const flag of flags.split(',').filter((part) => part !== '')) {
    const [key = '', value = ''] = flag.split('=', 2);
    if (key === 'ro') tmpfs.readOnly = true;
    else if (key === 'size' && /^\d+(\.\d+)?[bkmgt]?b?$/i.test(value)) tmpfs.size = parseBytes(value);
    else if (key === 'mode' && /^[0-7]{1,4}$/.test(value)) tmpfs.mode = Number.parseInt(value, 8);
    else if (!defaults.has(flag)) return `the tmpfs option "${flag}" is not supported`;
  }
  return tmpfs;
}
