// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are variables of Compose, not of JavaScript
import { expect, test } from 'vitest';
import { isWherryError } from '../core/errors.ts';
import { contentOf } from './file-contents.ts';
import { loadProject } from './load.ts';
import { memoryFiles } from './memory-files.ts';
import type { Project } from './model.ts';

async function load(files: Record<string, string>, env: Record<string, string> = {}): Promise<Project> {
  const access = memoryFiles(
    Object.fromEntries(Object.entries(files).map(([name, text]) => [`/app/${name}`, text])),
  );
  return (await loadProject({ workingDirectory: '/app', env, access })).project;
}

async function faults(files: Record<string, string>): Promise<string[]> {
  try {
    await load(files);
    return [];
  } catch (error) {
    if (isWherryError(error, 'INVALID')) return error.message.split('\n');
    throw error;
  }
}

test('what is included has paths and variables of its own; the including file lies over it', async () => {
  const project = await load(
    {
      'compose.yaml': `
include:
  - sub/compose.yaml
  - {path: [two/a.yaml, two/b.yaml], project_directory: elsewhere, env_file: two/my.env}
services:
  over: {image: mine, ports: ["2:2"]}
`,
      'sub/compose.yaml': `
services:
  inner: {image: "i:\${TAG}", build: ./app, volumes: ["./d:/d"], env_file: e.env, secrets: [s], environment: [LISTED]}
  over: {image: theirs, hostname: kept, ports: ["1:1"]}
secrets: {s: {environment: TAG}}
`,
      'sub/.env': 'TAG=sub\nLISTED=from-env-file\nSHELL_WINS=no\n',
      'sub/e.env': 'E=1\n',
      'two/a.yaml': 'services: {two: {image: "two:${V}", volumes: ["./v:/v"]}}\n',
      'two/b.yaml': 'services: {two: {labels: {shell: "${SHELL_WINS}"}}}\n',
      'two/my.env': 'V=two\nSHELL_WINS=no\n',
    },
    { SHELL_WINS: 'yes' },
  );
  const { inner, over, two } = project.services;
  expect(inner).toMatchObject({
    image: 'i:sub',
    build: { context: '/app/sub/app' },
    environment: { E: '1', LISTED: 'from-env-file' },
    volumes: [{ source: '/app/sub/d' }],
  });
  const reference = inner?.secrets[0];
  if (reference === undefined) throw new Error('there is no secret');
  expect(contentOf('secret', project.secrets.s, reference, project, new Map())).toBe('sub');
  expect(over).toMatchObject({ image: 'mine', hostname: 'kept' });
  expect(over?.ports.map(({ target }) => target)).toEqual([1, 2]);
  expect(two).toMatchObject({
    image: 'two:two',
    labels: { shell: 'yes' },
    volumes: [{ source: '/app/elsewhere/v' }],
  });
});

test('a file that is included twice, over two ways, is there once', async () => {
  const project = await load({
    'compose.yaml': 'include: [a.yaml, b.yaml]\n',
    'a.yaml': 'include: [c.yaml]\nservices: {a: {image: a}}\n',
    'b.yaml': 'include: [c.yaml]\nservices: {b: {image: b}}\n',
    'c.yaml': 'services: {c: {image: c, ports: ["1:1"], security_opt: [x]}}\n',
  });
  expect(Object.keys(project.services).sort()).toEqual(['a', 'b', 'c']);
  expect(project.services.c).toMatchObject({ securityOpt: ['x'], ports: [{ target: 1 }] });
});

test('faults of included files are told where they stand', async () => {
  expect(
    await faults({
      'compose.yaml':
        'include:\n  - sub.yaml\n  - nope.yaml\n  - {paht: x}\n  - oci://x/y\nservices: {a: {image: a}}\n',
      'sub.yaml': 'services:\n  b:\n    image: b\n    prots: [1]\n',
    }),
  ).toEqual([
    '/app/compose.yaml:3:5: include[1]: the compose file /app/nope.yaml does not exist (check the path)',
    '/app/compose.yaml:4:5: include[2]: needs a path',
    '/app/compose.yaml:4:6: include[2].paht: the Compose specification has no such key here (did you mean "path"?)',
    '/app/compose.yaml:5:5: include[3]: oci://x/y is not on this machine (copy it here)',
    '/app/sub.yaml:4:5: services.b.prots: the Compose specification has no such key here (did you mean "ports"?)',
  ]);
  expect(
    await faults({
      'compose.yaml': 'include: [b.yaml]\nservices: {a: {image: a}}\n',
      'b.yaml': 'include: [compose.yaml]\n',
    }),
  ).toEqual([
    '/app/b.yaml:1:11: include[0]: the files include each other: compose.yaml → b.yaml → compose.yaml',
  ]);
});

test('a service extends others of the same file and of others; paths count from where they stand', async () => {
  const { top, other } = (
    await load({
      'compose.yaml': `
services:
  base: {image: base, environment: {A: 1, B: 1}, ports: ["80"], command: base}
  mid: {extends: base, environment: [B=2], ports: ["81"]}
  top: {extends: {service: mid}, command: top, environment: {C: 3}, ports: !override ["82:82"], scale: 0}
  other: {extends: {file: sub/other.yaml, service: web}, hostname: h}
`,
      'sub/other.yaml': `
services:
  web: {build: ./web, volumes: ["./d:/d", "../up:/up"], extends: {file: ../third/third.yaml, service: root}}
`,
      'third/third.yaml': 'services: {root: {image: root, volumes: ["./t:/t"], env_file: e.env}}\n',
      'third/e.env': 'T=1\n',
    })
  ).services;
  expect(top).toMatchObject({
    image: 'base',
    command: ['top'],
    environment: { A: '1', B: '2', C: '3' },
    ports: [{ target: 82 }],
  });
  expect(other).toMatchObject({
    image: 'root',
    hostname: 'h',
    build: { context: '/app/sub/web' },
    environment: { T: '1' },
  });
  expect(other?.volumes.map(({ source }) => source)).toEqual(['/app/third/t', '/app/sub/d', '/app/up']);
});

test('extending in a circle, over files too, ends with the way around', async () => {
  expect(
    await faults({
      'compose.yaml': 'services:\n  a:\n    extends: {file: other.yaml, service: b}\n',
      'other.yaml': 'services:\n  b:\n    extends:\n      file: compose.yaml\n      service: a\n',
    }),
  ).toContain(
    '/app/other.yaml:4:7: services.b.extends: the services extend each other: a in compose.yaml → b in other.yaml → a in compose.yaml',
  );
});

test('an earlier file is reset by a later one also where a service extends', async () => {
  const project = await load({
    'compose.yaml':
      'services:\n  base: {image: b, hostname: h, labels: {x: "1"}}\n  a: {image: a, domainname: d}\n',
    'compose.override.yaml':
      'services:\n  base: {labels: !reset {}}\n  a: {extends: base, domainname: !reset null, hostname: !reset null}\n',
  });
  expect(project.services.base?.labels).toEqual({});
  expect(project.services.a?.domainname).toBeUndefined();
  expect(project.services.a?.hostname).toBeUndefined();
});
