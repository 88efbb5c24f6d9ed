import { asMapping, define, type Read } from './decode.ts';
import type { Reading } from './reading.ts';
import { suggest } from './suggest.ts';
import { supportOf } from './support.ts';
import { child, type Node, type Path, type Place, toPlain } from './tree.ts';

/** Reads one key of a mapping into `target`. */
export type SetField<T> = (target: T, node: Node, path: Path, to: Reading) => void;

/** The keys of one kind of mapping: what each does, and where support.ts speaks of them. */
export interface Fields<T> {
  /** As in support.ts: `services.*.build`. */
  readonly scope: string;
  /** Keys whose value decides whether they are supported: they say so themselves. */
  readonly judges?: readonly string[];
  readonly keys: Readonly<Record<string, SetField<T>>>;
}

/** Gives the maker of {@link SetField}s that put what `read` finds into a field of `T`. */
export function setter<T>(): <K extends keyof T>(key: K, read: Read<NonNullable<T[K]>>) => SetField<T> {
  return (key, read) => (target, node, path, to) => {
    const value = read(node, path, to);
    if (value !== undefined) target[key] = value;
  };
}

/** Reads every key of a mapping into `target`; unknown and unsupported ones are reported, `x-` keys are kept. */
export function readFields<T extends object>(
  target: T,
  fields: Fields<T>,
  node: Node,
  path: Path | undefined,
  to: Reading,
): T | undefined {
  const mapping = asMapping(node, path ?? { parent: undefined, step: '' }, to);
  if (mapping === undefined) return undefined;
  for (const [key, { key: place, value }] of mapping.entries) {
    const at = child(path, key);
    const set = Object.hasOwn(fields.keys, key) ? fields.keys[key] : undefined;
    if (set === undefined && key === 'x-wherry' && fields.scope !== 'services.*')
      to.warn('ignored-key', 'has no effect: x-wherry is for services', place, at);
    if (set === undefined && key.startsWith('x-')) keepExtension(target, key, value);
    else if (isTaken(fields, key, place, at, to)) set?.(target, value, at, to);
  }
  return target;
}

/** Whether a key is read. What has no effect is, with a warning; what is refused only where nothing is carried out. */
function isTaken<T>(fields: Fields<T>, key: string, place: Place, path: Path, to: Reading): boolean {
  const support = supportOf(fields.scope, key);
  if (support?.verdict === 'supported' || fields.judges?.includes(key)) return true;
  if (to.full) return false;
  if (support === undefined) {
    const meant = suggest(key, Object.keys(fields.keys));
    const hint = meant === undefined ? 'keys of your own start with x-' : `did you mean "${meant}"?`;
    to.error('unknown-key', 'the Compose specification has no such key here', place, path, hint);
    return false;
  }
  if (support.verdict === 'ignored') {
    to.warn('ignored-key', `has no effect: ${support.note ?? ''}`, place, path);
    return true;
  }
  const hint = 'remove the key to go on without it';
  to.error('unsupported-key', `is not supported: ${support.note ?? ''}`, place, path, hint);
  return to.keepsUnsupported;
}

function keepExtension(target: object, key: string, value: Node): void {
  if ('extensions' in target) define(target.extensions as Record<string, unknown>, key, toPlain(value));
}
