import type { Secret } from '../core/secret.ts';
import { absolutePath } from './paths.ts';
import type { Reading } from './reading.ts';
import { child, type Node, type Path, textOf, valueAt } from './tree.ts';

const pemKeys = ['ca', 'cert', 'key'] as const;

/** A key of `tls` in `x-wherry.probe` that names a file. */
export type PemKey = (typeof pemKeys)[number];

/** A file that `x-wherry.probe` names. */
export interface PemFile {
  /** Absolute. */
  path: string;
  /** What it holds; undefined until it is read. */
  content?: Secret;
}

export type ProbeFiles = Partial<Record<PemKey, PemFile>>;

export function isPemKey(key: string): key is PemKey {
  return pemKeys.some((one) => one === key);
}

/** The files of a service's probe, each marked with where it is named; undefined when it names none. */
export function readProbeFiles(service: Node, path: Path, to: Reading): ProbeFiles | undefined {
  const probe = valueAt(valueAt(service, 'x-wherry'), 'probe');
  for (const kind of ['http', 'grpc'] as const) {
    const tls = valueAt(valueAt(probe, kind), 'tls');
    const at = ['x-wherry', 'probe', kind, 'tls'].reduce<Path>(child, path);
    const files: ProbeFiles = {};
    for (const key of pemKeys) {
      const node = valueAt(tls, key);
      const named = textOf(node);
      if (node === undefined || named === undefined || named === '') continue;
      files[key] = to.mark({ path: absolutePath(named, to.surroundings) }, node, child(at, key));
    }
    if (Object.keys(files).length > 0) return files;
  }
  return undefined;
}
