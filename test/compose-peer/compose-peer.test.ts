import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import * as yaml from 'yaml';
import {
  configDocument,
  configJson,
  goJsonIndented,
  goYaml,
  type LoadOptions,
  loadProject,
  loadRawModel,
  nodeFiles,
  type Project,
  serviceHash,
} from '../../src/compose/index.ts';
import { isWherryError } from '../../src/core/errors.ts';
import { type Case, cases } from './cases.ts';
import { environmentOf, findPeer, peerConfig } from './peer.ts';

const peer = findPeer();
if (peer === undefined) console.error('SKIPPED: docker compose v5 cannot be built here, nothing is compared');

function loadOptions(one: Case): LoadOptions {
  const { stdin, env: _env, files, ...options } = one.options;
  const input = stdin === undefined ? undefined : readFileSync(join(one.directory, stdin), 'utf8');
  return {
    ...options,
    files: input === undefined ? files : ['-'],
    workingDirectory: one.directory,
    env: environmentOf(one),
    unsupported: 'kept',
    access: { ...nodeFiles, readText: async (path) => (path === '-' && input) || nodeFiles.readText(path) },
  };
}

/** The project, or undefined when it is refused. */
async function load(options: LoadOptions): Promise<Project | undefined> {
  try {
    return (await loadProject(options)).project;
  } catch (error) {
    if (isWherryError(error, 'INVALID')) return undefined;
    throw error;
  }
}

/** Cases with text that both quote, each with quotation marks of another kind. */
const quotedOtherwise = new Set(['env-file', 'environment']);

const asJson = (project: Project): string =>
  goJsonIndented(configJson(configDocument(project))).replaceAll('$', '$$$$');

test.skipIf(peer === undefined).each(cases)('$name: the same model and the same hashes', async (one) => {
  const project = await load(loadOptions(one));
  const services = one.options.services ?? [];
  const json = peerConfig(peer ?? '', one, ['--format', 'json', ...services]);
  const verdict = project === undefined ? 'refused' : 'loaded';
  expect(verdict, json.stderr).toBe(json.exitCode === 0 ? 'loaded' : 'refused');
  expect(verdict).toBe(/^(bad|cycle|undefined|unknown)-/.test(one.name) ? 'refused' : 'loaded');
  if (project === undefined) return;
  expect(asJson(project)).toBe(json.stdout);
  const names = services.length === 0 ? Object.keys(project.services) : services;
  const lines = names.toSorted().map((name) => {
    const service = project.services[name];
    return `${name} ${service && serviceHash(service)}\n`;
  });
  const hashes = peerConfig(peer ?? '', one, ['--hash', services.join(',') || '*']);
  expect(lines.join('')).toBe(hashes.stdout);
  const ours = goYaml(configDocument(project), yaml).replaceAll('$', '$$$$');
  const theirs = peerConfig(peer ?? '', one, services).stdout;
  expect(yaml.parse(ours)).toEqual(yaml.parse(theirs));
  if (!quotedOtherwise.has(one.name)) expect(ours).toBe(theirs);
});

const telling = new Set([
  'build',
  'depends-on',
  'env-file',
  'environment',
  'extends',
  'include',
  'interpolation',
  'merge',
  'misc',
  'networks',
  'ports',
  'secrets-configs',
  'volumes',
]);
const some = cases.filter(({ name }) => telling.has(name));

test.skipIf(peer === undefined).each(some)('$name: the same in every form', async (one) => {
  const forms = {
    '--no-normalize': { names: 'as-written' },
    '--no-path-resolution': { paths: 'as-written' },
    '--no-env-resolution': { envFiles: 'as-written' },
  } as const;
  for (const [flag, form] of Object.entries(forms)) {
    const theirs = peerConfig(peer ?? '', one, ['--format', 'json', flag]);
    // The peer stumbles over some things that it did not work out, such as a network that is only implied.
    if (theirs.exitCode !== 0) continue;
    const project = await load({ ...loadOptions(one), form });
    expect(project && asJson(project), flag).toBe(theirs.stdout);
  }
  const raw = peerConfig(peer ?? '', one, ['--format', 'json', '--no-interpolate']);
  if (raw.exitCode === 0) expect(goJsonIndented(await loadRawModel(loadOptions(one)))).toBe(raw.stdout);
});
