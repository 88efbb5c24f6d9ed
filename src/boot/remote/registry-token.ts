import { cancelled, type RegistryCredentials, WherryError } from '../../core/index.ts';

/** What a registry asks for (RFC 9110, section 11.6.1). */
export interface Challenge {
  /** In lower case. */
  scheme: string;
  parameters: Readonly<Record<string, string>>;
}

export function parseChallenge(header: string): Challenge {
  const [scheme = '', rest = ''] = header.split(/\s+(.*)/s, 2);
  const pairs = rest.matchAll(/([a-z_]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,]+))/gi);
  const parameters = [...pairs].map(([, name = '', quoted, plain = '']): [string, string] => [
    name.toLowerCase(),
    quoted?.replace(/\\(.)/g, '$1') ?? plain,
  ]);
  return { scheme: scheme.toLowerCase(), parameters: Object.fromEntries(parameters) };
}

/** A token of the server that a registry names (the distribution's token authentication), for these credentials or none. */
export async function bearerToken(
  { realm = '', service = '', scope = '' }: Readonly<Record<string, string>>,
  credentials: RegistryCredentials | undefined,
  { signal }: { signal?: AbortSignal | undefined },
): Promise<string> {
  const url = URL.parse(realm);
  if (url === null || !/^https?:$/.test(url.protocol))
    throw new WherryError('PROTOCOL', 'the registry names no token server');
  try {
    const response = await fetch(requestFor(url, { service, scope }, credentials), {
      signal: signal ?? null,
    });
    const answer: unknown = response.ok ? await response.json() : await response.body?.cancel();
    const token = tokenOf(answer);
    if (token !== undefined) return token;
    throw new WherryError('UNAUTHORIZED', `${url.host} gives no token (${response.status})`, {
      hint: 'log in to the registry with docker login',
    });
  } catch (error) {
    if (signal?.aborted) throw cancelled(signal);
    if (error instanceof WherryError) throw error;
    throw new WherryError(
      'UNAVAILABLE',
      `${url.host}, which gives tokens for the registry, cannot be reached`,
      {
        cause: error,
      },
    );
  }
}

/** Registries have two names for it. */
function tokenOf(answer: unknown): string | undefined {
  if (typeof answer !== 'object' || answer === null) return undefined;
  const fields: { token?: unknown; access_token?: unknown } = answer;
  const token = fields.token ?? fields.access_token;
  return typeof token === 'string' ? token : undefined;
}

function requestFor(
  url: URL,
  wanted: Readonly<Record<'service' | 'scope', string>>,
  credentials: RegistryCredentials | undefined,
): Request {
  const { identityToken } = credentials ?? {};
  if (identityToken !== undefined) {
    const refresh = {
      grant_type: 'refresh_token',
      refresh_token: Buffer.from(identityToken.reveal()).toString(),
      client_id: 'wherry',
    };
    return new Request(url, { method: 'POST', body: new URLSearchParams({ ...wanted, ...refresh }) });
  }
  for (const [name, value] of Object.entries(wanted)) if (value !== '') url.searchParams.set(name, value);
  const basic = basicAuthorization(credentials);
  return new Request(url, basic === undefined ? {} : { headers: { authorization: basic } });
}

/** Name and password as a header has them (RFC 7617); undefined where there are none. */
export function basicAuthorization(credentials: RegistryCredentials | undefined): string | undefined {
  const { username, password } = credentials ?? {};
  if (username === undefined || password === undefined) return undefined;
  return `Basic ${Buffer.from(`${username}:${Buffer.from(password.reveal())}`).toString('base64')}`;
}
