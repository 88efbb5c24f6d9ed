import { dirname, join, resolve } from 'node:path';
import type { FileAccess } from '../../compose/file-access.ts';
import type { GlobalOptions } from '../globals.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Those that say how a command shows what it does; the loader of the project reads all others. */
const names = ['COMPOSE_ANSI', 'COMPOSE_PROGRESS', 'COMPOSE_STATUS_STDOUT'] as const;

/**
 * The environment with what the env files of the project say of how commands are shown, as docker compose reads them: those
 * of `--env-file` or `COMPOSE_ENV_FILES`, else the `.env` beside the first file. Files that cannot be read are the loader's to
 * tell.
 */
export async function withEnvFile(
  { envFile, file, projectDirectory }: Pick<GlobalOptions, 'envFile' | 'file' | 'projectDirectory'>,
  env: Environment,
  files: FileAccess,
): Promise<Environment> {
  const [first] = file;
  const folder = projectDirectory ?? (first === undefined || first === '-' ? '.' : dirname(first));
  const named =
    envFile.length > 0 ? envFile : (env.COMPOSE_ENV_FILES ?? '').split(',').filter((path) => path !== '');
  const found = new Map<string, string>();
  for (const path of named.length > 0 ? named : [join(folder, '.env')]) {
    const text = await textOf(path, files);
    if (!names.some((name) => text.includes(name))) continue;
    for (const [name, value] of await parsed(text, env)) found.set(name, value);
  }
  const said = names.flatMap((name) =>
    env[name] === undefined && found.has(name) ? [[name, found.get(name)]] : [],
  );
  return said.length === 0 ? env : { ...env, ...Object.fromEntries(said) };
}

async function textOf(path: string, files: FileAccess): Promise<string> {
  try {
    return await files.readText(resolve(path));
  } catch {
    return '';
  }
}

async function parsed(text: string, env: Environment): Promise<Iterable<[string, string]>> {
  const { parseDotenv } = await import('../../compose/dotenv.ts');
  try {
    return parseDotenv(text, { file: '.env', lookup: (name) => env[name] });
  } catch {
    return [];
  }
}
