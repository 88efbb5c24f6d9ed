import type { MergedFiles } from '../merge-files.ts';
import type { Mapping } from '../tree.ts';
import { normalizeTree } from './normalize.ts';
import { withResolvedPaths } from './resolve-paths.ts';

/** What of the canonical model stays as it was written. Default: everything is worked out. */
export interface CanonicalForm {
  /** Names of resources, the default network and implied dependencies. */
  names?: 'as-written' | undefined;
  paths?: 'as-written' | undefined;
  /** Env files are named, not read. */
  envFiles?: 'as-written' | undefined;
}

/** The merged tree in a form. */
export function formedTree(files: MergedFiles, form: CanonicalForm = {}): Mapping {
  const { merged, name, lookup, access, to } = files;
  const { directory, home } = to.surroundings;
  const followLink = (path: string): string => access.followLink?.(path) ?? path;
  const base = { directory, home, followLink };
  const resolved = form.paths === undefined ? withResolvedPaths(merged, base) : merged;
  return form.names === undefined ? normalizeTree(resolved, { name, lookup }) : resolved;
}
