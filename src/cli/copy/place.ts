import { posix } from 'node:path';

/** One side of `cp`: a path in a container, a path here, or the standard stream. */
export type Place =
  | { kind: 'container'; container: string; path: string }
  | { kind: 'local'; path: string }
  | { kind: 'stream' };

/** `web:/etc/hosts` is a container's; `./a:b`, `/a` and `C:\a` are ours; `-` is a tar stream. */
export function parsePlace(text: string): Place {
  if (text === '-') return { kind: 'stream' };
  const colon = text.indexOf(':');
  const isLocal = colon < 0 || /^[./~]/.test(text) || (colon === 1 && /^[A-Za-z]:[\\/]/.test(text));
  if (isLocal) return { kind: 'local', path: text };
  const path = text.slice(colon + 1);
  return {
    kind: 'container',
    container: text.slice(0, colon),
    path: path.startsWith('/') ? path : `/${path}`,
  };
}

/** Whether only what is in the directory is meant: `dir/.`. */
export function meansContent(path: string): boolean {
  return path === '.' || path.endsWith('/.');
}

/** Whether the path can only be a directory. */
export function endsAsDirectory(path: string): boolean {
  return path.endsWith('/') || meansContent(path);
}

/** The last name of a container path; empty for the root. */
export function lastName(path: string): string {
  return posix.basename(posix.normalize(path).replace(/\/$/, ''));
}
