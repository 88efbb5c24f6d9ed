import type { RegistryCredentials } from '../../core/image.ts';
import type { Secret } from '../../core/secret.ts';
import { serverAddress } from './registry-auth.ts';

/** The `X-Registry-Auth` header of pulls and pushes; `{}` (anonymous) without credentials. */
export function registryAuthHeader(credentials: RegistryCredentials | undefined, registry: string): string {
  return encode(credentials === undefined ? {} : authConfig(credentials, serverAddress(registry)));
}

/** The `X-Registry-Config` header of builds: every registry that the build may need. */
export function registryConfigHeader(byKey: ReadonlyMap<string, RegistryCredentials>): string {
  const entries = [...byKey].map(([key, credentials]) => [key, authConfig(credentials, key)] as const);
  return encode(Object.fromEntries(entries));
}

/** The text behind a secret that is text. */
export function revealText(secret: Secret): string {
  const value = secret.reveal();
  return typeof value === 'string' ? value : Buffer.from(value).toString('utf8');
}

function authConfig(credentials: RegistryCredentials, key: string): Record<string, string> {
  const { username, password, identityToken } = credentials;
  // A token stands for the user: no engine reads a name beside it, and Podman 5 refuses to get both.
  if (identityToken !== undefined) return { identitytoken: revealText(identityToken), serveraddress: key };
  return {
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password: revealText(password) }),
    serveraddress: key,
  };
}

/** Engines decode Go's padded URL alphabet. */
function encode(value: unknown): string {
  const text = Buffer.from(JSON.stringify(value), 'utf8').toString('base64');
  return text.replaceAll('+', '-').replaceAll('/', '_');
}
