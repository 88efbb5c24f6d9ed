import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { goJsonIndented } from '../../src/compose/canonical/go-json.ts';
import { configDocument, configJson } from '../../src/compose/config-document.ts';
import { type LoadedProject, loadProject, nodeFiles, serviceHash } from '../../src/compose/index.ts';
import { isWherryError } from '../../src/core/errors.ts';
import { type Case, cases } from './cases.ts';
import { environmentOf, findPeer, peerConfig } from './peer.ts';

const peer = findPeer();
if (peer === undefined) console.error('SKIPPED: docker compose v5 cannot be built here, nothing is compared');

/** The project, or undefined when it is refused. */
async function load(one: Case): Promise<LoadedProject | undefined> {
  const { stdin, env: _env, files, ...options } = one.options;
  const input = stdin === undefined ? undefined : readFileSync(join(one.directory, stdin), 'utf8');
  try {
    return await loadProject({
      ...options,
      files: input === undefined ? files : ['-'],
      workingDirectory: one.directory,
      env: environmentOf(one),
      unsupported: 'kept',
      access: { ...nodeFiles, readText: async (path) => (path === '-' && input) || nodeFiles.readText(path) },
    });
  } catch (error) {
    if (isWherryError(error, 'INVALID')) return undefined;
    throw error;
  }
}

test.skipIf(peer === undefined).each(cases)('$name: the same model and the same hashes', async (one) => {
  const loaded = await load(one);
  const json = peerConfig(peer ?? '', one, ['--format', 'json', ...(one.options.services ?? [])]);
  expect(loaded === undefined ? 'refused' : 'loaded', json.stderr).toBe(
    json.exitCode === 0 ? 'loaded' : 'refused',
  );
  if (loaded === undefined) return;
  const { project } = loaded;
  const ours = goJsonIndented(configJson(configDocument(project))).replaceAll('$', '$$$$');
  expect(ours).toBe(json.stdout);
  const selected = one.options.services?.join(',') ?? '*';
  const hashes = peerConfig(peer ?? '', one, ['--hash', selected]).stdout;
  const services = selected === '*' ? Object.keys(project.services) : selected.split(',');
  const lines = services.sort().map((name) => {
    const service = project.services[name];
    return `${name} ${service && serviceHash(service)}\n`;
  });
  expect(lines.join('')).toBe(hashes);
});
