import { homedir } from 'node:os';
import { join } from 'node:path';
import type { FetchedFile, RemoteFiles } from '../../compose/index.ts';
import { type CallOptions, WherryError } from '../../core/index.ts';
import { withoutPassword } from './git-reference.ts';

type Environment = Readonly<Record<string, string | undefined>>;

export interface RemoteFilesOptions {
  /** What git sees, where caches are, and what is switched off. Default: ours. */
  env?: Environment | undefined;
  /** Registries that are spoken to without TLS: `registry.example.org:5000`. Default: those of the loopback may be. */
  insecureRegistries?: readonly string[] | undefined;
  /** Default: `wherry/remote` in `XDG_CACHE_HOME`, else in `~/.cache`. */
  cache?: string | undefined;
}

/**
 * Fetches compose files of git repositories (`https://HOST/NAME.git#REF:PATH`, `git@…`, `ssh://`, `git://`) and of
 * registries (`oci://HOST/NAME:TAG`), as docker compose does. What was fetched is kept under its commit or digest; a name
 * with a commit needs no network from then on. Fails with `NOT_FOUND`, `UNAUTHORIZED`, `UNAVAILABLE`, `INVALID`,
 * `PERMISSION` (switched off, or a path that leads out of the repository) and `CANCELLED`.
 */
export function remoteFiles({
  env = process.env,
  insecureRegistries,
  cache,
}: RemoteFilesOptions = {}): RemoteFiles {
  const root = cache ?? join(env.XDG_CACHE_HOME || join(env.HOME || homedir(), '.cache'), 'wherry', 'remote');
  const fetched = new Map<string, Promise<FetchedFile>>();
  const fetchNew = async (name: string, { signal }: CallOptions): Promise<FetchedFile> => {
    if (name.startsWith('oci://')) {
      refuseWhereOff('COMPOSE_EXPERIMENTAL_OCI_REMOTE', name, env);
      const { fetchArtifact } = await import('./artifact.ts');
      const options = { env, insecureRegistries, cache: join(root, 'oci'), signal };
      return await fetchArtifact(name.slice('oci://'.length), options);
    }
    refuseWhereOff('COMPOSE_EXPERIMENTAL_GIT_REMOTE', name, env);
    const { fetchFromGit } = await import('./git-checkout.ts');
    return await fetchFromGit(name, { env, cache: join(root, 'git'), signal });
  };
  return {
    fetch: (name, options = {}) => {
      const known = fetched.get(name);
      if (known !== undefined) return known;
      const fetching = fetchNew(name, options);
      fetched.set(name, fetching);
      // What failed may work at the next try.
      fetching.catch(() => fetched.delete(name));
      return fetching;
    },
  };
}

function refuseWhereOff(variable: string, name: string, env: Environment): void {
  const value = env[variable] ?? '';
  if (/^(?:|1|t|true)$/i.test(value)) return;
  if (!/^(?:0|f|false)$/i.test(value)) {
    throw new WherryError('INVALID', `${variable} is "${value}", which is neither true nor false`, {
      details: { variable },
    });
  }
  throw new WherryError(
    'PERMISSION',
    `${withoutPassword(name)} is not fetched: ${variable} switches it off`,
    {
      hint: `unset ${variable}, or copy the file here`,
      details: { variable },
    },
  );
}
