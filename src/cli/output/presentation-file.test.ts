import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { nodeFiles } from '../../compose/node-files.ts';
import { withEnvFile as read } from './presentation-file.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wherry-presentation-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const withEnvFile = (options: Parameters<typeof read>[0], env: NodeJS.ProcessEnv): ReturnType<typeof read> =>
  read(options, env, nodeFiles);
const nothing = { envFile: [], file: [], projectDirectory: undefined };

test('the .env of the project says how commands are shown, where the environment does not', async () => {
  await writeFile(
    join(folder, '.env'),
    'COMPOSE_ANSI="never"\nCOMPOSE_PROGRESS=plain\nCOMPOSE_FILE=x.yaml\n',
  );
  await writeFile(join(folder, 'other'), 'export COMPOSE_ANSI=always\n');
  const env = { HOME: '/', COMPOSE_PROGRESS: 'quiet' };
  const said = { ...env, COMPOSE_ANSI: 'never' };
  expect(await withEnvFile({ ...nothing, projectDirectory: folder }, env)).toEqual(said);
  expect(await withEnvFile({ ...nothing, file: [join(folder, 'compose.yaml')] }, env)).toEqual(said);
  const envFile = [join(folder, 'other')];
  expect(await withEnvFile({ ...nothing, envFile, projectDirectory: folder }, env)).toEqual({
    ...env,
    COMPOSE_ANSI: 'always',
  });
});

test('without such a file, or with one that is wrong, the environment is what it was', async () => {
  const at = { ...nothing, projectDirectory: folder };
  expect(await withEnvFile(at, { A: 'b' })).toEqual({ A: 'b' });
  await writeFile(join(folder, '.env'), 'COMPOSE_ANSI="never\n');
  expect(await withEnvFile(at, { A: 'b' })).toEqual({ A: 'b' });
});
