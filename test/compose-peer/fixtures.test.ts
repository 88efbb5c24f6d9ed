import { spawnSync } from 'node:child_process';
import { existsSync, globSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import {
  configDocument,
  configJson,
  goJsonIndented,
  loadProject,
  type Project,
  serviceHash,
} from '../../src/compose/index.ts';
import { isWherryError } from '../../src/core/errors.ts';
import { findPeer } from './peer.ts';

const peer = findPeer();

/** The compose files that the peer and its loader are tested with; they came with their sources when the peer was built. */
function fixtures(): string[] {
  if (peer === undefined) return [];
  const cache = spawnSync('go', ['env', 'GOMODCACHE'], { encoding: 'utf8' }).stdout?.trim();
  if (!cache) return [];
  const roots = ['github.com/docker/compose/v5@v5.5.1/pkg', 'github.com/compose-spec/compose-go'].map(
    (path) => join(cache, path),
  );
  const found = roots
    .filter((root) => existsSync(root))
    .flatMap((root) => globSync(join(root, '**/*.{yaml,yml}')));
  return found.filter((file) => !basename(file).startsWith('.')).sort();
}

const files = fixtures();
if (files.length === 0)
  console.error("SKIPPED: the peer's own files are not on this machine, none is compared");

/** Where we differ, and why. */
const known: Readonly<Record<string, string>> = {
  'build-test/ssh/compose.yaml': 'the peer writes broken JSON for keys of agents',
  'TestImageVolumeRecreateOnRebuild/compose.yaml':
    'an unset variable leaves the image of a mount empty: refused here',
  'TestUpSwitchVolumes/compose.yaml': 'an unset variable leaves the name of a volume empty: refused here',
};

const env = { HOME: '/home/peer', PATH: process.env.PATH ?? '' };

function theirs(file: string, words: readonly string[]): { code: number | null; text: string } {
  const named = ['--profile', '*', '-f', basename(file), '-p', 'p', 'config', ...words];
  const { status, stdout } = spawnSync(peer ?? '', named, { cwd: dirname(file), env, encoding: 'utf8' });
  return { code: status, text: stdout };
}

async function ours(file: string): Promise<Project | undefined> {
  try {
    const { project } = await loadProject({
      workingDirectory: dirname(file),
      files: [basename(file)],
      projectName: 'p',
      profiles: ['*'],
      env,
      unsupported: 'kept',
    });
    return project;
  } catch (error) {
    if (isWherryError(error)) return undefined;
    throw error;
  }
}

test.skipIf(files.length === 0)(
  "the peer's own files: the same models and the same hashes",
  { timeout: 600_000 },
  async () => {
    const different: string[] = [];
    let same = 0;
    for (const file of files) {
      if (Object.keys(known).some((end) => file.endsWith(end))) continue;
      const json = theirs(file, ['--format', 'json']);
      const project = await ours(file);
      if (project === undefined || json.code !== 0) {
        if ((project === undefined) !== (json.code !== 0))
          different.push(`${file}: one of the two refuses it`);
        continue;
      }
      const text = goJsonIndented(configJson(configDocument(project))).replaceAll('$', '$$$$');
      if (text !== json.text) different.push(`${file}: another model`);
      const services = Object.values(project.services).sort((a, b) => (a.name < b.name ? -1 : 1));
      const hashes = services.map((service) => `${service.name} ${serviceHash(service)}\n`).join('');
      if (hashes !== theirs(file, ['--hash', '*']).text) different.push(`${file}: other hashes`);
      same += 1;
    }
    expect(different).toEqual([]);
    expect(same).toBeGreaterThan(200);
  },
);
