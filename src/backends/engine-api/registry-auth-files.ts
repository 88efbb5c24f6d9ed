import { join } from 'node:path';
import { WherryError } from '../../core/errors.ts';
import type { RegistryCredentials } from '../../core/image.ts';
import { Secret } from '../../core/secret.ts';
import { fs } from '../../transport/builtin.ts';

export type AuthFileRules = 'docker' | 'podman';

/** What one `config.json` or `auth.json` says about registries. */
export interface AuthFile {
  /** The path, or the name of the variable: for messages. */
  source: string;
  /** By the key as written. Entries without a secret (a credential store has it) are kept out. */
  auths: ReadonlyMap<string, RegistryCredentials>;
  /** Registry key → helper name. */
  helpers: ReadonlyMap<string, string>;
  /** Helper for all other registries. */
  store: string | undefined;
}

interface Place {
  env: Readonly<Record<string, string | undefined>>;
  home: string;
  rules: AuthFileRules;
}

/** The files that can hold credentials, first wins. */
export function authFiles({ env, home, rules }: Place): string[] {
  const docker = join(env.DOCKER_CONFIG || join(home, '.docker'), 'config.json');
  if (rules === 'docker') return [docker];
  if (env.REGISTRY_AUTH_FILE) return [env.REGISTRY_AUTH_FILE];
  const runtime = env.XDG_RUNTIME_DIR
    ? join(env.XDG_RUNTIME_DIR, 'containers', 'auth.json')
    : `/run/containers/${process.getuid?.() ?? 0}/auth.json`;
  const config = join(env.XDG_CONFIG_HOME || join(home, '.config'), 'containers', 'auth.json');
  return [runtime, config, docker];
}

/** `DOCKER_AUTH_CONFIG` (a whole `config.json` as text), then those of `paths` that exist. */
export async function readAuthFiles(
  paths: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Promise<AuthFile[]> {
  const inline = env.DOCKER_AUTH_CONFIG;
  const files = await Promise.all(paths.map(readAuthFile));
  return [
    ...(inline ? [parseAuthFile(inline, 'DOCKER_AUTH_CONFIG')] : []),
    ...files.filter((file) => file !== undefined),
  ];
}

async function readAuthFile(path: string): Promise<AuthFile | undefined> {
  let text: string;
  try {
    text = await fs().promises.readFile(path, 'utf8');
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw new WherryError('PERMISSION', `the registry credentials in ${path} cannot be read`, {
      hint: `check the owner and mode of ${path}`,
      details: { path },
      cause,
    });
  }
  return text.trim() === '' ? undefined : parseAuthFile(text, path);
}

/** Reads the registry part of a `config.json`. `INVALID` without ever quoting the text: it holds secrets. */
function parseAuthFile(text: string, source: string): AuthFile {
  let root: unknown;
  try {
    root = JSON.parse(text);
  } catch {
    throw invalid(source, 'it is not JSON');
  }
  if (!isRecord(root)) throw invalid(source, 'it is not a JSON object');
  const auths = new Map<string, RegistryCredentials>();
  for (const [key, entry] of Object.entries(recordOf(root.auths, source, 'auths'))) {
    const credentials = entryCredentials(recordOf(entry, source, `auths["${key}"]`), key, source);
    if (credentials !== undefined) auths.set(key, credentials);
  }
  const helpers = new Map<string, string>();
  for (const [key, name] of Object.entries(recordOf(root.credHelpers, source, 'credHelpers'))) {
    if (typeof name !== 'string') throw invalid(source, `credHelpers["${key}"] is not a string`);
    if (name !== '') helpers.set(key, name);
  }
  const store = root.credsStore;
  return { source, auths, helpers, store: typeof store === 'string' && store !== '' ? store : undefined };
}

function entryCredentials(
  entry: Record<string, unknown>,
  key: string,
  source: string,
): RegistryCredentials | undefined {
  const token = text(entry.identitytoken);
  let username = text(entry.username);
  let password = text(entry.password);
  const auth = text(entry.auth);
  if (auth !== undefined) {
    const decoded = Buffer.from(auth, 'base64').toString('utf8');
    const colon = decoded.indexOf(':');
    if (colon < 0) throw invalid(source, `auths["${key}"].auth is not base64 of "user:password"`);
    username = decoded.slice(0, colon);
    // Docker pads the password of some old files with NULs.
    password = decoded.slice(colon + 1).replace(/\0+$/, '');
  }
  if (token === undefined && (password === undefined || password === '')) return undefined;
  return {
    ...(username === undefined ? {} : { username }),
    ...(token === undefined ? {} : { identityToken: new Secret(token) }),
    ...(token !== undefined || password === undefined ? {} : { password: new Secret(password) }),
    serverAddress: key,
  };
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function recordOf(value: unknown, source: string, where: string): Record<string, unknown> {
  if (value === undefined || value === null) return {};
  if (!isRecord(value)) throw invalid(source, `${where} is not an object`);
  return value;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function invalid(source: string, why: string): WherryError {
  return new WherryError('INVALID', `the registry credentials in ${source} cannot be used: ${why}`, {
    hint: `correct ${source}, or write it anew with \`docker login\``,
    details: { source },
  });
}
