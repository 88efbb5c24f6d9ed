import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** A real engine that `test/lab/up` has running on this machine. */
export interface LabEngine {
  /** `docker-newest`, or kind and version as in `docker-20.10`, `podman-4.3`, `podman-5.4`. */
  id: string;
  kind: 'docker' | 'podman';
  /** The engine's socket as a `unix:///…` address. */
  host: string;
  /** The engine's own version, as in `20.10.24`. */
  version: string;
  /** The newest Engine API version that it speaks, as in `1.41`. */
  apiVersion: string;
}

/** What runs, and which legs this machine cannot have and why. */
export interface Lab {
  engines: LabEngine[];
  skipped: { id: string; reason: string }[];
}

/**
 * Reads what `test/lab/up` wrote: the file that `WHERRY_LAB` names, else the default one of root or of this user.
 * Without any such file every leg is skipped.
 */
export async function labEngines(): Promise<Lab> {
  const named = process.env.WHERRY_LAB;
  const cache = process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache');
  const files = named
    ? [named]
    : ['/run/wherry-lab/engines.json', join(cache, 'wherry/lab/run/engines.json')];
  for (const file of files) {
    const text = await readFile(file, 'utf8').catch(() => undefined);
    if (text !== undefined) return JSON.parse(text);
  }
  const reason = `the lab is not up (no ${files.join(' or ')}): run \`bash test/lab/up\` as root`;
  return {
    engines: [],
    skipped: ['docker', 'podman', 'docker-newest', 'podman-5.4'].map((id) => ({ id, reason })),
  };
}
