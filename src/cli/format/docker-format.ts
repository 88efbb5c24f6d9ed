import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** The format that the Docker CLI's own configuration says for `ps`; undefined when it says none. */
export async function dockerPsFormat(
  env: Readonly<Record<string, string | undefined>>,
): Promise<string | undefined> {
  const directory = env.DOCKER_CONFIG || join(env.HOME || homedir(), '.docker');
  try {
    const config: unknown = JSON.parse(await readFile(join(directory, 'config.json'), 'utf8'));
    const said = typeof config === 'object' && config !== null && 'psFormat' in config && config.psFormat;
    return typeof said === 'string' && said !== '' ? said : undefined;
  } catch {
    // Registries tell of a broken file where it matters.
    return undefined;
  }
}
