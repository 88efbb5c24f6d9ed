import { isWherryError, WherryError } from '../../core/errors.ts';
import type { RegistryCredentials } from '../../core/image.ts';
import { Secret } from '../../core/secret.ts';
import { run } from '../../transport/child-process.ts';

export interface HelperOptions {
  env: Readonly<Record<string, string | undefined>>;
  /** ms. */
  timeout: number;
  signal: AbortSignal | undefined;
  /** The file that names the helper: for messages. */
  source: string;
}

/** User name by which helpers say that the secret is an identity token. */
const tokenUser = '<token>';

/**
 * Asks `docker-credential-NAME get` for the credentials of one server, by the protocol of docker-credential-helpers
 * (server on stdin, JSON on stdout). Undefined when it has none. `UNAUTHORIZED` with its words when it fails, `TIMEOUT`.
 */
export async function askCredentialHelper(
  name: string,
  server: string,
  { env, timeout, signal, source }: HelperOptions,
): Promise<RegistryCredentials | undefined> {
  const program = `docker-credential-${name}`;
  const fail = (why: string, cause?: unknown): WherryError =>
    new WherryError('UNAUTHORIZED', `the credential helper ${program} failed for ${server}: ${why}`, {
      hint: `${source} names it: correct the helper, or remove it there and log in again`,
      details: { helper: program, server, source },
      cause,
    });
  if (!/^[\w.-]+$/.test(name)) throw fail('its name is not that of a program');
  const result = await run([program, 'get'], { input: server, env, timeout, signal }).catch((error) => {
    if (isWherryError(error, 'NOT_FOUND')) throw fail('it is not installed', error);
    if (isWherryError(error, 'CANCELLED', 'TIMEOUT')) throw error;
    throw fail(error instanceof Error ? error.message : String(error), error);
  });
  if (result.timedOut) {
    throw new WherryError('TIMEOUT', `the credential helper ${program} did not answer within ${timeout} ms`, {
      hint: 'it may be waiting for input: unlock its store first',
      details: { helper: program, server, limit: timeout },
    });
  }
  if (result.exitCode !== 0) {
    // Helpers tell their errors on stdout; nothing secret is there when they fail.
    const said = [result.stderr.trim(), result.stdout.trim()].filter((text) => text !== '').join('; ');
    if (/credentials not found/i.test(said)) return undefined;
    throw fail(said.slice(0, 2000) || `exit code ${result.exitCode ?? result.signal}`);
  }
  return parseAnswer(result.stdout, server, fail);
}

function parseAnswer(
  stdout: string,
  server: string,
  fail: (why: string) => WherryError,
): RegistryCredentials | undefined {
  let answer: unknown;
  try {
    answer = JSON.parse(stdout);
  } catch {
    throw fail('its answer is not JSON');
  }
  if (typeof answer !== 'object' || answer === null || !('Secret' in answer)) {
    throw fail('its answer has no Secret');
  }
  const { Secret: secret } = answer;
  const username = 'Username' in answer && typeof answer.Username === 'string' ? answer.Username : '';
  if (typeof secret !== 'string') throw fail('its answer has no Secret');
  if (secret === '') return undefined;
  return username === tokenUser
    ? { identityToken: new Secret(secret), serverAddress: server }
    : { username, password: new Secret(secret), serverAddress: server };
}
