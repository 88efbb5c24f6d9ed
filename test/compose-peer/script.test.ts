import { spawn } from 'node:child_process';
import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { newId } from '../../src/core/index.ts';
import { Directory, engineUnderTest, launcher, plainEnvironment } from '../e2e/cli.ts';
import { freePort } from '../integration/boot/stack.ts';
import { labEngines } from '../lab/engines.ts';
import { findPeer } from './peer.ts';

const peer = findPeer();
const { engines } = await labEngines();
const engine = engines.find(({ id }) => id === 'docker-20.10');
if (peer === undefined || engine === undefined)
  console.error('SKIPPED: there is no peer, or no docker 20.10');

const folder = join(import.meta.dirname, 'script');

test.skipIf(peer === undefined || engine === undefined)(
  'a script finds no difference between the two: output and exit code of every step',
  { timeout: 300_000 },
  async () => {
    if (peer === undefined || engine === undefined) return;
    const { backend, image } = await engineUnderTest(engine);
    await using links = await Directory.make(backend);
    const ours = join(links.path, 'docker-compose');
    await symlink(launcher, ours);
    const run = (compose: string, name: string): Promise<string[]> =>
      runScript({ COMPOSE: compose, NAME: name, IMAGE: image, DOCKER_HOST: engine.host });
    const [theirSteps, ourSteps] = await Promise.all([run(peer, newId('peer')), run(ours, newId('ours'))]);
    expect(ourSteps).toEqual(theirSteps);
    await backend[Symbol.asyncDispose]();
  },
);

/** The script's output, without what differs from run to run; the project goes also when it was cut short. */
async function runScript(variables: Record<string, string>): Promise<string[]> {
  const { COMPOSE = '', NAME = '' } = variables;
  const port = await freePort();
  const env = plainEnvironment({ ...variables, PORT: String(port) });
  try {
    const output = await outputOf('sh', ['deploy.sh'], env);
    return output
      .replaceAll(COMPOSE, 'compose')
      .replaceAll(NAME, 'PROJECT')
      .replaceAll(String(port), '1234')
      .split('\n')
      .map(comparable);
  } finally {
    await outputOf(COMPOSE, ['down', '-v', '--remove-orphans', '-t', '0'], env);
  }
}

function outputOf(program: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<string> {
  const child = spawn(program, args, { cwd: folder, env, stdio: ['ignore', 'pipe', 'ignore'] });
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', () => resolve(Buffer.concat(chunks).toString()));
  });
}

/**
 * Ids, times and labels of our own are not compared, nor when an image got its name, nor the order of an array: the peer
 * lists images in none.
 */
function comparable(line: string): string {
  if (!line.startsWith('{') && !line.startsWith('['))
    return line.replaceAll(/\b[0-9a-f]{64}\b/g, 'ID').trimEnd();
  return JSON.stringify(JSON.parse(line), (key, value: unknown) => {
    if (/^(ID|CreatedAt|RunningFor|Status|ConfigFiles|version)$/.test(key)) return undefined;
    if (key === 'Created' || key === 'LastTagTime') return 'a time';
    if (key === '' && Array.isArray(value))
      return value.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
    if (key === 'Labels')
      return String(value)
        .split(',')
        .filter((label) => !/^(dev\.wherry|com\.docker\.compose\.config-hash)/.test(label))
        .sort();
    return value;
  });
}
