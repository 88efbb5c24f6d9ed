import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { labEngines } from '../../lab/engines.ts';
import { putShellImage, shellImage } from '../../lab/shell-image.ts';

const main = join(import.meta.dirname, '../../../src/cli/main.ts');
const engine = (await labEngines()).engines.find(({ id }) => id === 'docker-newest');
if (engine === undefined) console.error('SKIPPED: the newest docker is not there, nothing is attested');

const compose = `name: wherry-attested
services:
  app:
    build: {context: ., dockerfile_inline: "FROM ${shellImage}", provenance: true}
    command: ["sleep", "1000"]
    stop_grace_period: 0s
`;

test.skipIf(engine === undefined)(
  'a build that changes nothing but what is attested of it leaves the container alone',
  { timeout: 120_000 },
  async () => {
    if (engine === undefined) return;
    await putShellImage(engine);
    const directory = await mkdtemp(join(tmpdir(), 'wherry-attested-'));
    await writeFile(join(directory, 'compose.yaml'), compose);
    const wherry = (...words: string[]): string => {
      const env = { ...process.env, DOCKER_HOST: engine.host };
      const run = spawnSync(process.execPath, [main, ...words], { cwd: directory, env, encoding: 'utf8' });
      expect(run.status, run.stderr).toBe(0);
      return run.stdout;
    };
    const image = (): { Id: string } => JSON.parse(wherry('image', 'inspect', 'wherry-attested-app'))[0];
    try {
      wherry('up', '-d', '--build');
      const [before, built] = [wherry('ps', '-q'), image()];
      wherry('up', '-d', '--build');
      // The engine has another index for it, so that there is something to tell apart.
      expect(image()).not.toEqual(built);
      expect(wherry('ps', '-q')).toBe(before);
    } finally {
      wherry('down', '--rmi', 'local');
      await rm(directory, { recursive: true, force: true });
    }
  },
);
