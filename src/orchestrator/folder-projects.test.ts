import { expect, test } from 'vitest';
import { folderProjects, isComposeFile } from './folder-projects.ts';

test.each([
  'compose.yaml',
  'compose.yml',
  'docker-compose.yml',
  'docker-compose.yaml',
  'podman-compose.yml',
  'compose.dev.yml',
  'docker-compose-prod.yaml',
  'Docker-Compose.YML',
  'docker-compose.mcp-servers.yml',
  'podman-compose.override.yaml',
])('%s is a compose file', (name) => expect(isComposeFile(name)).toBe(true));

test.each([
  'compose.json',
  'decompose.yml',
  'docker-compose.yml.bak',
  'my-compose.yml',
  '.compose.yml',
  'compose',
  'yml',
])('%s is none', (name) => expect(isComposeFile(name)).toBe(false));

const shape = (names: readonly string[]): unknown => {
  const { projects, left } = folderProjects(names);
  return {
    projects: projects.map(
      ({ files, isDefault, variant }) => `${files.join('+')}${isDefault ? '' : ` (${variant})`}`,
    ),
    left: left.map(({ file }) => file),
  };
};

test('an override belongs to its base, whatever the ending', () => {
  expect(shape(['docker-compose.override.yaml', 'docker-compose.yml'])).toEqual({
    projects: ['docker-compose.yml+docker-compose.override.yaml'],
    left: [],
  });
  expect(
    shape([
      'compose.dev.override.yml',
      'compose.dev.yaml',
      'podman-compose.override.yml',
      'podman-compose.yml',
    ]),
  ).toEqual({
    projects: [
      'compose.dev.yaml+compose.dev.override.yml (dev)',
      'podman-compose.yml+podman-compose.override.yml (podman)',
    ],
    left: [],
  });
});

test('of several default files and overrides, those that Compose takes', () => {
  expect(
    shape([
      'docker-compose.yml',
      'compose.yml',
      'compose.yaml',
      'docker-compose.override.yml',
      'compose.override.yaml',
    ]),
  ).toEqual({
    projects: ['compose.yaml+compose.override.yaml'],
    left: ['compose.yml', 'docker-compose.yml', 'docker-compose.override.yml'],
  });
  expect(shape(['compose.yaml', 'docker-compose.override.yml'])).toEqual({
    projects: ['compose.yaml+docker-compose.override.yml'],
    left: [],
  });
});

test('every other file is a project of its own', () => {
  expect(
    shape([
      'docker-compose.yml',
      'docker-compose.dev.yml',
      'docker-compose-prod.yaml',
      'podman-compose.ci.yml',
      'README.md',
    ]),
  ).toEqual({
    projects: [
      'docker-compose.yml',
      'docker-compose-prod.yaml (prod)',
      'docker-compose.dev.yml (dev)',
      'podman-compose.ci.yml (podman-ci)',
    ],
    left: [],
  });
});

test('an override without a base is left, and said', () => {
  expect(folderProjects(['compose.override.yml'])).toEqual({
    projects: [],
    left: [{ file: 'compose.override.yml', why: 'there is nothing beside it that it overrides' }],
  });
});
