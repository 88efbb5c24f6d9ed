import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type Case, cases } from './cases.ts';
import { environmentOf, findPeer, peerConfig } from './peer.ts';

const peer = findPeer();
if (peer === undefined) console.error('SKIPPED: docker compose v5 cannot be built here, nothing is compared');

const main = join(import.meta.dirname, '../../src/cli/main.ts');

/** Runs `wherry config …` from its sources. */
function config(
  one: Case,
  words: readonly string[],
): { code: number | null; stdout: string; stderr: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, 'config', ...words], {
    cwd: one.directory,
    env: environmentOf(one),
    encoding: 'utf8',
  });
  return { code: status, stdout, stderr };
}

function caseNamed(name: string): Case {
  const one = cases.find((candidate) => candidate.name === name);
  if (one === undefined) throw new Error(`there is no case ${name}`);
  return one;
}

/** The peer prints many of its lists in the order of Go's maps, which is none. */
const sorted = (text: string): string[] => text.trimEnd().split('\n').sort();

test.skipIf(peer === undefined).each([
  ['networks', ['--services']],
  ['networks', ['--networks']],
  ['volumes', ['--volumes']],
  ['models-provider', ['--models']],
  ['build', ['--images']],
  ['build', ['--no-interpolate', '--images']],
  ['profiles', ['--no-interpolate', '--services']],
  ['pre-start', ['--images']],
  ['profiles', ['--profiles']],
  ['depends-on', ['--hash', 'a,b']],
  ['interpolation', ['--environment']],
])('%s: config %j prints the same lines', (name, words) => {
  const one = caseNamed(name);
  const { code, stdout, stderr } = config(one, words);
  expect(code, stderr).toBe(0);
  expect(sorted(stdout)).toEqual(
    sorted(peerConfig(peer ?? '', { ...one, options: { env: one.options.env ?? {} } }, words).stdout),
  );
});

test.each(['--resolve-image-digests', '--lock-image-digests'])(
  'config --no-interpolate %s is refused',
  (pins) => {
    const { code, stdout, stderr } = config(caseNamed('interpolation'), ['--no-interpolate', pins]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(`${pins} pins images, whose names --no-interpolate leaves as they were written`);
  },
);

test.skipIf(peer === undefined)('config --variables: the same names, needs and defaults', () => {
  const one = caseNamed('interpolation');
  const words = ['--variables', '--format', 'json'];
  const theirs = JSON.parse(peerConfig(peer ?? '', one, words).stdout);
  // Of `${EMPTY-unset}${EMPTY:-empty}` the peer takes one of the two, another one each time.
  expect(['unset', 'empty']).toContain(theirs.EMPTY.DefaultValue);
  const ours = JSON.parse(config(one, words).stdout);
  expect({ ...ours, EMPTY: theirs.EMPTY }).toEqual(theirs);
  expect(config(one, ['--variables']).stdout).toMatch(/^NAME +REQUIRED +DEFAULT VALUE +ALTERNATE VALUE\n/);
});

test.skipIf(peer === undefined)('config ends its JSON as the peer does, and its YAML', () => {
  const one = caseNamed('long-lines');
  for (const words of [
    [],
    ['--format', 'json'],
    ['--no-interpolate'],
    ['--no-interpolate', '--format', 'json'],
  ])
    expect(config(one, words).stdout, words.join(' ')).toBe(peerConfig(peer ?? '', one, words).stdout);
});

test.skipIf(peer === undefined).each([
  ['services: {a: {image: "x:$TAG", imge: y}}', 1],
  ['services: {a: {image: "x:$TAG", ports: 80}}', 1],
  ['services: {a: {image: x, mem_limit: "$M", cpus: "$C", ports: ["$P:80", "80"], scale: "$S"}}', 0],
  ['services: {a: {image: x, environment: ["$K=1"], restart: "$R", healthcheck: {interval: "$I"}}}', 0],
  ['apiVersion: v1', 1],
])('config --no-interpolate of %s ends with %d, as the peer does', async (text, code) => {
  const directory = await mkdtemp(join(tmpdir(), 'wherry-config-'));
  try {
    await writeFile(join(directory, 'compose.yaml'), text);
    const one: Case = { name: 'raw', directory, options: {} };
    expect(config(one, ['--no-interpolate']).code).toBe(code);
    expect(peerConfig(peer ?? '', one, ['--no-interpolate']).exitCode).toBe(code);
  } finally {
    await rm(directory, { recursive: true });
  }
});

test('config -o writes a file, -q writes nothing, a fault names its place', async () => {
  const one = caseNamed('anchors');
  const directory = await mkdtemp(join(tmpdir(), 'wherry-config-'));
  try {
    const file = join(directory, 'out.yaml');
    expect(config(one, ['-o', file])).toMatchObject({ code: 0, stdout: '' });
    expect(readFileSync(file, 'utf8')).toBe(config(one, []).stdout);
    expect(config(one, ['-q'])).toMatchObject({ code: 0, stdout: '' });
    const bad = config(caseNamed('bad-port'), ['-q']);
    expect(bad.code).toBe(1);
    expect(bad.stderr).toContain(
      'compose.yaml:1:34: services.a.ports[0]: "70000" in "70000:80" is not a host port',
    );
  } finally {
    await rm(directory, { recursive: true });
  }
});
