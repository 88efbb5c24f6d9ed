import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, expect, test } from 'vitest';
import { labEngines } from '../lab/engines.ts';
import { plainEnvironment, wherry } from './cli.ts';

/** The README's first command, against an engine of the lab; `scripts/setup.sh` takes the one that DOCKER_HOST names. */
const { engines } = await labEngines();
const engine = engines.find(({ kind }) => kind === 'docker');
const root = fileURLToPath(new URL('../..', import.meta.url));
const env = { DOCKER_HOST: engine?.host, COMPOSE_PROJECT_NAME: `quickstart-${process.pid}` };
const file = ['-f', 'examples/quickstart/compose.yaml'];

const quickstart = (): Promise<{ stdout: string; stderr: string }> =>
  promisify(execFile)('bash', ['scripts/quickstart.sh'], { cwd: root, env: plainEnvironment(env) });
const inProject = (...words: string[]): ReturnType<typeof wherry> =>
  wherry([...file, ...words], { cwd: root, env });

afterAll(() => inProject('down', '--volumes', '--rmi', 'local', '--timeout', '0'));

test.skipIf(engine === undefined)(
  'the quickstart boots, counts its visits in the cache, and changes nothing when run again',
  { timeout: 240_000 },
  async () => {
    const first = await quickstart();
    const url = /http:\/\/(localhost|127\.0\.0\.1):\S+/.exec(first.stderr)?.[0] ?? '';
    expect(await visits(url)).toBe(1);
    expect(await visits(url)).toBe(2);
    expect(first.stderr).toContain('down');

    const before = await inProject('ps', '--quiet');
    const second = await quickstart();
    const after = await inProject('ps', '--quiet');
    expect(before.stdout.trim().split('\n')).toHaveLength(2);
    expect(after.stdout).toBe(before.stdout);
    expect(second.stderr).toContain(url);
    expect(await visits(url)).toBe(3);
  },
);

async function visits(url: string): Promise<number> {
  const page = await (await fetch(url)).text();
  return Number(/<strong>(\d+)<\/strong>/.exec(page)?.[1]);
}
