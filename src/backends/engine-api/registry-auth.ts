import { homedir } from 'node:os';
import type { CallOptions, RegistryCredentials } from '../../core/image.ts';
import { type AuthFile, type AuthFileRules, authFiles, readAuthFiles } from './registry-auth-files.ts';
import { askCredentialHelper } from './registry-auth-helper.ts';

export interface RegistryAuthOptions {
  /** Default: ours. */
  env?: Readonly<Record<string, string | undefined>> | undefined;
  /** Default: the user's. */
  home?: string | undefined;
  /** Whose files count: Podman looks into its own before Docker's. Default: `docker`. */
  rules?: AuthFileRules | undefined;
  /** ms for one run of a credential helper. Default: 30 000. */
  helperTimeout?: number | undefined;
}

/** The credentials of several registries by the key that engines know them by, and what could not be had. */
export interface KnownCredentials {
  byKey: ReadonlyMap<string, RegistryCredentials>;
  failures: readonly { key: string; error: unknown }[];
}

/** The key under which Docker Hub's credentials are kept everywhere. */
export const dockerHubKey = 'https://index.docker.io/v1/';

const hubHosts: ReadonlySet<string> = new Set(['docker.io', 'index.docker.io', 'registry-1.docker.io']);

/**
 * What this user's `docker login` (or `podman login`) left: `DOCKER_AUTH_CONFIG`, then `config.json` with its `auths`,
 * `credHelpers` and `credsStore`. Files are read on each call, because a login may happen at any time.
 */
export class RegistryAuth {
  readonly #env: Readonly<Record<string, string | undefined>>;
  readonly #home: string;
  readonly #rules: AuthFileRules;
  readonly #helperTimeout: number;

  constructor(options: RegistryAuthOptions = {}) {
    this.#env = options.env ?? process.env;
    this.#home = options.home ?? homedir();
    this.#rules = options.rules ?? 'docker';
    this.#helperTimeout = options.helperTimeout ?? 30_000;
  }

  /**
   * Credentials for a registry host as references name it (`docker.io`, `ghcr.io`, `127.0.0.1:5000`); undefined is
   * anonymous. `repository` finds entries for a part of the registry, which Podman has. Errors: `INVALID` (broken
   * file), `PERMISSION` (unreadable file), `UNAUTHORIZED` (the credential helper failed), `TIMEOUT`.
   */
  async credentials(
    registry: string,
    options: CallOptions & { repository?: string | undefined } = {},
  ): Promise<RegistryCredentials | undefined> {
    for (const file of await this.#files()) {
      const found = await this.#fromFile(file, registry, options);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** Credentials of every registry that the files name, for builds. A helper that fails is reported, not thrown. */
  async all(options: CallOptions = {}): Promise<KnownCredentials> {
    const byKey = new Map<string, RegistryCredentials>();
    const failures: { key: string; error: unknown }[] = [];
    const files = await this.#files();
    const hosts = new Set(
      files.flatMap((file) => [...file.auths.keys(), ...file.helpers.keys()].map(registryHost)),
    );
    await Promise.all(
      [...hosts].map(async (host) => {
        try {
          const found = await this.credentials(host, options);
          if (found !== undefined) byKey.set(serverAddress(host), found);
        } catch (error) {
          if (options.signal?.aborted) throw error;
          failures.push({ key: host, error });
        }
      }),
    );
    return { byKey, failures };
  }

  async #files(): Promise<AuthFile[]> {
    return readAuthFiles(authFiles({ env: this.#env, home: this.#home, rules: this.#rules }), this.#env);
  }

  async #fromFile(
    file: AuthFile,
    registry: string,
    options: CallOptions & { repository?: string | undefined },
  ): Promise<RegistryCredentials | undefined> {
    const host = registryHost(registry);
    const helper = helperOf(file, host) ?? file.store;
    if (helper !== undefined) {
      const found = await askCredentialHelper(helper, serverAddress(host), {
        env: this.#env,
        timeout: this.#helperTimeout,
        signal: options.signal,
        source: file.source,
      });
      if (found !== undefined) return found;
    }
    return scopedEntry(file, host, options.repository);
  }
}

/** The host behind any spelling of a registry: `https://ghcr.io/v2/` → `ghcr.io`, Docker Hub's many → `docker.io`. */
export function registryHost(key: string): string {
  const host = key.replace(/^https?:\/\//, '').replace(/\/.*$/, '');
  return hubHosts.has(host) ? 'docker.io' : host;
}

/** How engines and helpers address a registry. */
export function serverAddress(registry: string): string {
  const host = registryHost(registry);
  return host === 'docker.io' ? dockerHubKey : host;
}

function helperOf(file: AuthFile, host: string): string | undefined {
  for (const [key, helper] of file.helpers) if (registryHost(key) === host) return helper;
  return undefined;
}

/** The entry for the longest part of `host/repository`, then any spelling of the host. */
function scopedEntry(
  file: AuthFile,
  host: string,
  repository: string | undefined,
): RegistryCredentials | undefined {
  const parts = repository?.split('/') ?? [];
  for (let length = parts.length; length > 0; length -= 1) {
    const entry = file.auths.get(`${host}/${parts.slice(0, length).join('/')}`);
    if (entry !== undefined) return entry;
  }
  const exact = file.auths.get(serverAddress(host)) ?? file.auths.get(host);
  if (exact !== undefined) return exact;
  for (const [key, entry] of file.auths) {
    if (isWholeHost(key) && registryHost(key) === host) return entry;
  }
  return undefined;
}

/** `quay.io/team` stands for a part of a registry; `https://quay.io/v1/` and `quay.io` for all of it. */
function isWholeHost(key: string): boolean {
  return /^https?:\/\//.test(key) || /^[^/]+(?:\/(?:v\d+\/?)?)?$/.test(key);
}
