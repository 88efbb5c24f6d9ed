import { parseTmpfsOptions } from '../core/tmpfs-options.ts';
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
  /** What else Linux knows of, such as `exec`. */
  options?: string[];
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

/** Reads `/run:size=64m,mode=1777`; a string tells what is wrong with it. */
export function parseTmpfs(line: string): Tmpfs | string {
  const [target = '', flags = ''] = line.split(/:(.*)/s);
  if (!target.startsWith('/')) return `"${line}" does not start with an absolute path`;
  const { unknown, others, ...options } = parseTmpfsOptions(flags);
  if (unknown.length > 0) return `the tmpfs option "${unknown[0]}" is not supported`;
  return { target, ...options, ...(others.length === 0 ? {} : { options: others }) };
}
