import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Event, EventBus } from '../core/index.ts';
import { type FindOptions, findProjects } from './find-projects.ts';
import { Orchestrator } from './orchestrator.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'wherry-find-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

const one = 'services: { one: { image: busybox } }\n';

async function files(texts: Readonly<Record<string, string>> | readonly string[]): Promise<void> {
  const entries = Array.isArray(texts)
    ? texts.map((path): [string, string] => [path, one])
    : Object.entries(texts);
  for (const [path, text] of entries) {
    await mkdir(join(root, dirname(path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
}

async function found(options: FindOptions = {}): Promise<string[]> {
  const { projects } = await findProjects(root, options);
  return projects.map((project) => project.files.map((file) => relative(root, file)).join(' + '));
}

test('everything below the folder, without what is vendored', async () => {
  await files([
    'compose.yaml',
    'a/docker-compose.yml',
    'a/docker-compose.override.yml',
    'a/b/c/podman-compose.yaml',
    '.devcontainer/docker-compose.yml',
    'node_modules/x/docker-compose.yml',
    'a/vendor/y/compose.yml',
    '.git/compose.yml',
    'a/notes.yml',
  ]);
  expect(await found()).toEqual([
    'compose.yaml',
    '.devcontainer/docker-compose.yml',
    'a/docker-compose.yml + a/docker-compose.override.yml',
    'a/b/c/podman-compose.yaml',
  ]);
});

test('globs leave files and folders out', async () => {
  await files(['a/compose.yml', 'a/compose.test.yml', 'old/compose.yml', 'b/old/compose.yml']);
  expect(await found({ exclude: ['*.test.yml', 'b/old'] })).toEqual(['a/compose.yml', 'old/compose.yml']);
  expect(await found({ exclude: ['old', 'a/**'] })).toEqual([]);
});

test('what is no file is no compose file: a pipe would be read for ever', async () => {
  execFileSync('mkfifo', [join(root, 'compose.yaml')]);
  await files(['a/compose.yaml']);
  expect(await found()).toEqual(['a/compose.yaml']);
});

test('links are followed, in circles too, and each folder is looked at once', async () => {
  await files(['a/compose.yml', 'a/deep/x']);
  const outside = await mkdtemp(join(tmpdir(), 'wherry-find-outside-'));
  try {
    await writeFile(join(outside, 'compose.yml'), one);
    await symlink(root, join(root, 'a/deep/up'));
    await symlink('/', join(root, 'a/deep/everything'));
    await symlink(join(root, 'a'), join(root, '0-same'));
    await symlink(join(root, 'loop'), join(root, 'loop'));
    await symlink(outside, join(root, 'linked'));
    await symlink(join(root, 'linked'), join(outside, 'back'));
    expect(await found()).toEqual(['a/compose.yml', 'linked/compose.yml']);
  } finally {
    await rm(outside, { recursive: true, force: true });
  }
});

test('a folder that is not there, or is none, is said', async () => {
  await files(['compose.yml']);
  await expect(findProjects(join(root, 'nowhere'))).rejects.toMatchObject({ code: 'NOT_FOUND' });
  await expect(findProjects(join(root, 'compose.yml'))).rejects.toMatchObject({ code: 'INVALID' });
  await expect(findProjects(root, { signal: AbortSignal.abort() })).rejects.toMatchObject({
    code: 'CANCELLED',
  });
});

const orchestrator = (events?: EventBus): Orchestrator =>
  new Orchestrator({
    directory: root,
    env: { COMPOSE_PROJECT_NAME: 'not-this', COMPOSE_FILE: 'nor-this' },
    events,
  });
const names = ({ services }: Orchestrator): string[] => services.map(({ name }) => name);

test('services are called after their projects, as Compose calls those, and each name is had once', async () => {
  await files({
    'shop/compose.yaml': one,
    'shop/compose.dev.yaml': one,
    'a/web/docker-compose.yml': one,
    'b/web/docker-compose.yml': one,
    'mcp/docker-compose.mcp-servers.yml': one,
    'named/compose.yml': `name: own-name\n${one}`,
    'env/compose.yml': one,
    'env/.env': 'COMPOSE_PROJECT_NAME=of-env\n',
  });
  const found = orchestrator();
  await found.discoverServices();
  expect(names(found)).toEqual(['a-web', 'b-web', 'of-env', 'mcp', 'own-name', 'shop-dev', 'shop']);
  expect(found.services.every(({ name, project }) => name === project)).toBe(true);
});

test('files that COMPOSE_FILE of a folder merges are one project', async () => {
  await files({
    'shop/compose.yaml': one,
    'shop/compose.extra.yaml': 'services: { two: { image: busybox } }\n',
    'shop/.env': 'COMPOSE_FILE=compose.yaml:compose.extra.yaml\n',
  });
  const found = orchestrator();
  await found.discoverServices();
  expect(found.services).toMatchObject([{ name: 'shop', declared: ['one', 'two'] }]);
  expect(found.services[0]?.files).toHaveLength(2);
});

test('a project whose file is wrong is there, with the reason', async () => {
  await files({ 'good/compose.yml': one, 'bad/compose.yml': 'services: { one: { imagge: busybox } }\n' });
  const found = orchestrator();
  await found.discoverServices();
  expect(found.services).toMatchObject([
    { name: 'bad', problem: { code: 'INVALID', message: expect.stringContaining('bad/compose.yml:1') } },
    { name: 'good', problem: null },
  ]);
});

test('found again is found once; what was added by hand is not found; events tell of each', async () => {
  await files(['shop/compose.yaml', 'own/compose.yaml', 'web/compose.yaml']);
  const events = new EventBus();
  const told: Event[] = [];
  events.subscribe({ types: ['project.discovered'] }, (event) => told.push(event));
  const found = orchestrator(events);
  found.addService({ name: 'mine', composeFile: 'own/compose.yaml' });
  found.addService({ name: 'web', composeFile: 'elsewhere.yaml' });
  await found.discoverServices();
  await found.discoverServices();
  expect(names(found)).toEqual(['mine', 'web', 'shop', 'web-2']);
  expect(told.slice(0, 2)).toMatchObject([
    { source: 'orchestrator', name: 'shop', data: { project: 'shop', services: ['one'] } },
    { name: 'web-2' },
  ]);
  expect(() => found.addService({ name: 'mine', composeFile: 'x.yml' })).toThrow(
    expect.objectContaining({ code: 'ALREADY_EXISTS' }),
  );
});

test('left files are said', async () => {
  await files(['compose.yaml', 'docker-compose.yml']);
  const { warnings } = await orchestrator().discoverServices();
  expect(warnings).toEqual([
    `${join(root, 'docker-compose.yml')} is left out: Compose takes compose.yaml beside it`,
  ]);
});
