import type { TlsFiles } from '../../core/config.ts';
import { WherryError } from '../../core/errors.ts';
import { Secret } from '../../core/secret.ts';
import { fs } from '../../transport/builtin.ts';

/** An endpoint of the docker CLI's context store. */
export interface DockerContext {
  name: string;
  host: string;
  tls: TlsFiles | undefined;
}

interface MetaFile {
  Name?: string;
  Endpoints?: { docker?: { Host?: string; SkipTLSVerify?: boolean } };
}

/**
 * Reads a context as the docker CLI stores it: `contexts/meta/SHA256(name)/meta.json` and its TLS files beside it.
 * `NOT_FOUND` when there is none of that name, `INVALID` for a broken file.
 */
export function readDockerContext(configDirectory: string, name: string): DockerContext {
  const { createHash } = process.getBuiltinModule('node:crypto');
  const id = createHash('sha256').update(name).digest('hex');
  const path = `${configDirectory}/contexts/meta/${id}/meta.json`;
  const text = readIfThere(path);
  if (text === null) {
    throw new WherryError('NOT_FOUND', `there is no docker context "${name}"`, {
      hint: '`docker context ls` lists them; DOCKER_CONTEXT and `currentContext` in config.json choose one',
      details: { context: name, path },
    });
  }
  const endpoint = parse(text, path).Endpoints?.docker;
  if (!endpoint?.Host) {
    throw new WherryError('INVALID', `docker context "${name}" has no docker endpoint`, {
      details: { context: name, path },
    });
  }
  const directory = `${configDirectory}/contexts/tls/${id}/docker`;
  const tls = readTlsFiles(directory, { verify: endpoint.SkipTLSVerify !== true });
  return { name, host: endpoint.Host, tls };
}

/** The `ca.pem`, `cert.pem` and `key.pem` of a directory; undefined when there is none of them. */
export function readTlsFiles(directory: string, options: { verify: boolean }): TlsFiles | undefined {
  const [ca, cert, key] = ['ca.pem', 'cert.pem', 'key.pem'].map((file) =>
    readIfThere(`${directory}/${file}`),
  );
  if (!ca && !cert && !key) return undefined;
  return {
    ...(ca ? { ca } : {}),
    ...(cert ? { cert } : {}),
    ...(key ? { key: new Secret(key) } : {}),
    verify: options.verify,
  };
}

/** The context that the docker CLI is set to, by its `config.json`; null for its default. */
export function currentContext(configDirectory: string): string | null {
  const path = `${configDirectory}/config.json`;
  const text = readIfThere(path);
  if (text === null || text.trim() === '') return null;
  const { currentContext: name } = parse(text, path) as { currentContext?: unknown };
  return typeof name === 'string' && name !== '' && name !== 'default' ? name : null;
}

function parse(text: string, path: string): MetaFile {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return value;
  } catch (cause) {
    throw new WherryError('INVALID', `${path} is not JSON`, { hint: 'repair or remove the file', cause });
  }
  throw new WherryError('INVALID', `${path} is not a JSON object`, { hint: 'repair or remove the file' });
}

function readIfThere(path: string): string | null {
  try {
    // A file of a few lines, on the way of every command: opening fs.promises takes longer than reading it.
    return fs().readFileSync(path, 'utf8');
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    throw new WherryError('PERMISSION', `${path} cannot be read`, {
      hint: 'check its owner and mode',
      cause,
    });
  }
}
