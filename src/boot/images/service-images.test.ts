import { expect, test } from 'vitest';
import { loadProject, type Project } from '../../compose/index.ts';
import { imagesToPull, imagesToPush } from './service-images.ts';

async function load(services: object): Promise<Project> {
  const { project } = await loadProject({
    workingDirectory: '/nowhere',
    env: {},
    files: ['/nowhere/compose.yaml'],
    projectName: 'app',
    access: {
      readText: async () => JSON.stringify({ services }),
      readBytes: async () => new Uint8Array(),
      exists: async (path) => path === '/nowhere/compose.yaml',
    },
  });
  return project;
}

const services = {
  web: { image: 'web:1', build: '.', depends_on: ['db'] },
  db: { image: 'db:1', depends_on: ['store'], platform: 'linux/arm64' },
  again: { image: 'db:1', platform: 'linux/arm64' },
  store: { image: 'db:1', pull_policy: 'missing' },
  mine: { build: '.' },
  kept: { image: 'kept:1', pull_policy: 'never' },
};

test('each image that a registry may have is pulled once for each platform, for all that use it', async () => {
  const { images, skipped } = imagesToPull(await load(services));
  expect(images).toEqual([
    { image: 'web:1', services: ['web'], platform: undefined, policy: undefined, buildable: true },
    {
      image: 'db:1',
      services: ['db', 'again'],
      platform: 'linux/arm64',
      policy: undefined,
      buildable: false,
    },
    { image: 'db:1', services: ['store'], platform: undefined, policy: 'missing', buildable: false },
  ]);
  expect(skipped).toEqual([
    { service: 'mine', why: 'built' },
    { service: 'kept', why: 'policy' },
  ]);
});

test('only what is named, with what it depends on when asked, and without what can be built', async () => {
  const project = await load(services);
  const names = (options: Parameters<typeof imagesToPull>[1]): string[] =>
    imagesToPull(project, options).images.map(({ image }) => image);
  expect(names({ services: ['web'] })).toEqual(['web:1']);
  expect(names({ services: ['web'], includeDeps: true })).toEqual(['web:1', 'db:1', 'db:1']);
  expect(names({ services: ['web'], includeDeps: true, ignoreBuildable: true })).toEqual(['db:1', 'db:1']);
  expect(() => imagesToPull(project, { services: ['nosuch'] })).toThrow('no such service: nosuch');
});

test('what is built and has a name is pushed', async () => {
  const project = await load(services);
  const { images, skipped } = imagesToPush(project, { services: ['web', 'mine'], includeDeps: true });
  expect(images.map(({ image }) => image)).toEqual(['web:1']);
  expect(skipped).toEqual([
    { service: 'db', why: 'foreign' },
    { service: 'store', why: 'foreign' },
    { service: 'mine', why: 'unnamed' },
  ]);
});
