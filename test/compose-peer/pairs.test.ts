import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import {
  configDocument,
  configJson,
  goJsonIndented,
  loadProject,
  type Project,
} from '../../src/compose/index.ts';
import { isWherryError } from '../../src/core/errors.ts';
import { cases } from './cases.ts';
import { findPeer } from './peer.ts';

const peer = findPeer();
if (peer === undefined) console.error('SKIPPED: docker compose v5 cannot be built here, nothing is compared');

const inOrder = cases
  .filter(({ name }) => !/^(bad|cycle|undefined|unknown)-/.test(name))
  .map(({ name, directory }) => ({ name, file: join(directory, 'compose.yaml') }))
  .filter(({ file }) => existsSync(file));

/** Each file with the next one over it, and with one further away: every kind of key meets every form of some others. */
const pairs = inOrder.flatMap((base, index) =>
  [1, 11].map((step) => {
    const over = inOrder[(index + step) % inOrder.length] ?? base;
    return { pair: `${over.name} over ${base.name}`, files: [base.file, over.file] };
  }),
);

const variables = 'BOOL=true CPUS=0.3 FROM_SHELL=x MEM=10m SECRET=s SET=set TAG=t V=v';
const env = {
  HOME: '/home/peer',
  PATH: process.env.PATH ?? '',
  ...Object.fromEntries(variables.split(' ').map((one) => one.split('='))),
};

async function merged(files: string[]): Promise<Project | undefined> {
  const options = {
    workingDirectory: dirname(files[0] ?? ''),
    projectName: 'p',
    profiles: ['*'],
    env,
  } as const;
  try {
    return (await loadProject({ ...options, files, unsupported: 'kept' })).project;
  } catch (error) {
    if (isWherryError(error, 'INVALID')) return undefined;
    throw error;
  }
}

test.skipIf(peer === undefined).each(pairs)('$pair', async ({ files }) => {
  const named = files.flatMap((file) => ['-f', file]);
  const { status, stdout, stderr } = spawnSync(
    peer ?? '',
    ['--profile', '*', ...named, '-p', 'p', 'config', '--format', 'json'],
    { cwd: dirname(files[0] ?? ''), env, encoding: 'utf8' },
  );
  const project = await merged(files);
  expect(project === undefined ? 'refused' : 'loaded', stderr).toBe(status === 0 ? 'loaded' : 'refused');
  if (project === undefined) return;
  expect(goJsonIndented(configJson(configDocument(project))).replaceAll('$', '$$$$')).toBe(stdout);
});
