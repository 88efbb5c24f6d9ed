import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TlsFiles } from '../core/config.ts';
import { WherryError } from '../core/errors.ts';
import { Secret } from '../core/secret.ts';
import type { GlobalOptions } from './globals.ts';
import { t } from './text.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * What the TLS options of docker mean: `--tls` and `--tlsverify` switch it on, as their variables do, and the files are
 * those of `DOCKER_CERT_PATH` or of docker's directory where none is named. Undefined where no option says anything.
 */
export function tlsFiles(globals: GlobalOptions, env: Environment): TlsFiles | undefined {
  const { tls, tlsverify, tlscacert, tlscert, tlskey } = globals;
  const named = [tlscacert, tlscert, tlskey].some((path) => path !== undefined);
  const isOn = tls || tlsverify || Boolean(env.DOCKER_TLS) || Boolean(env.DOCKER_TLS_VERIFY);
  if (!isOn || !(tls || tlsverify || named)) return undefined;
  const directory = env.DOCKER_CERT_PATH || env.DOCKER_CONFIG || join(env.HOME ?? '', '.docker');
  const read = (path: string | undefined, usual: string): string | undefined =>
    path === undefined ? readIfThere(join(directory, usual)) : readNamed(path);
  const ca = read(tlscacert, 'ca.pem');
  const cert = read(tlscert, 'cert.pem');
  const key = read(tlskey, 'key.pem');
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key: new Secret(key) }),
    verify: tlsverify || Boolean(env.DOCKER_TLS_VERIFY),
  };
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

function readNamed(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new WherryError('INVALID', t('engine.noTlsFile', { path }), {
      hint: t('engine.noTlsFileFix'),
      cause,
    });
  }
}
