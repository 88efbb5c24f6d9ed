// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are variables of Compose, not of JavaScript
import fc from 'fast-check';
import { expect, test } from 'vitest';
import * as yaml from 'yaml';
import { isWherryError } from '../core/errors.ts';
import { invalidFields } from '../core/validate.ts';
import { goJsonIndented } from './canonical/go-json.ts';
import { goYaml } from './canonical/go-yaml.ts';
import { configDocument, configJson } from './config-document.ts';
import { serviceHash } from './hash.ts';
import { loadProject } from './load.ts';
import { memoryFiles } from './memory-files.ts';
import { loadRawModel } from './raw-model.ts';
import { composeSupport } from './support.ts';
import { serviceToSpec } from './to-spec.ts';

const seed = `name: demo
x-base: &base
  restart: on-failure:3
  environment: &env {A: "\${A:-1}", B: , C: 3}
services:
  web:
    <<: *base
    image: nginx:\${TAG:-1}
    command: sh -c "echo hi"
    ports: ["8080:80", "127.0.0.1:9000-9001:90-91/udp", {target: 82, published: "83"}]
    volumes: [data:/data, ./src:/src:ro, {type: tmpfs, target: /t, tmpfs: {size: 1m}}]
    depends_on: {cache: {condition: service_healthy}}
    networks: {front: {aliases: [w]}}
    deploy: {replicas: 2, resources: {limits: {cpus: "0.5", memory: 64m}}}
    secrets: [token]
    ulimits: {nofile: {soft: 1, hard: 2}}
    extra_hosts: ["h:1.2.3.4"]
  cache:
    image: redis
    healthcheck: {test: [CMD, redis-cli, ping], interval: 1s}
    network_mode: bridge
    env_file: [{path: e.env, required: false}]
volumes: {data: {}}
networks: {front: {ipam: {config: [{subnet: 10.0.0.0/24}]}}}
secrets: {token: {environment: TOKEN}}
`;

/** What the loader leaves to the contract to refuse: names and sizes that depend on more than the file. */
const told = /^(image|name|hostname|volumes\[\d+\]\.source|resources\.memorySwap)$/;

/** A project that can be turned into specs, or an INVALID error with problems that say where. Nothing else. */
async function loads(text: string, over?: string): Promise<boolean> {
  const access = memoryFiles({ '/a/compose.yaml': text, '/a/over.yaml': over ?? '', '/a/e.env': 'X=1\n' });
  const files = over === undefined ? ['compose.yaml'] : ['compose.yaml', 'over.yaml'];
  try {
    const { project } = await loadProject({ workingDirectory: '/a', env: { TOKEN: 't' }, files, access });
    for (const service of Object.values(project.services)) {
      const contents = new Map(
        Object.values({ ...project.secrets, ...project.configs }).map(({ file }) => [
          file ?? '',
          new Uint8Array(),
        ]),
      );
      const environment = new Proxy(project.environment, {
        get: () => 'value',
        getOwnPropertyDescriptor: () => ({ configurable: true, value: 'value' }),
      });
      const spec = serviceToSpec({ ...project, environment }, service, { index: 1, files: contents });
      const unforeseen = invalidFields(spec).filter(({ field }) => !told.test(field));
      expect(unforeseen).toEqual([]);
    }
    return true;
  } catch (error) {
    if (!isWherryError(error, 'INVALID')) throw error;
    expect(error.message).not.toBe('');
    return false;
  }
}

/** The same for who only wants to see the model: what it prints is JSON and YAML of the same values. */
async function shows(text: string, over?: string): Promise<void> {
  const access = memoryFiles({ '/a/compose.yaml': text, '/a/over.yaml': over ?? '', '/a/e.env': 'X=1\n' });
  const files = over === undefined ? ['compose.yaml'] : ['compose.yaml', 'over.yaml'];
  const options = { workingDirectory: '/a', env: { TOKEN: 't' }, files, access } as const;
  try {
    const { project } = await loadProject({ ...options, unsupported: 'kept', checks: 'none' });
    const document = configDocument(project, { resources: 'all' });
    JSON.parse(goJsonIndented(configJson(document)));
    yaml.parse(goYaml(document, yaml));
    for (const service of Object.values(project.services))
      expect(serviceHash(service)).toMatch(/^[0-9a-f]{64}$/);
  } catch (error) {
    if (!isWherryError(error, 'INVALID')) throw error;
  }
  try {
    JSON.parse(goJsonIndented(await loadRawModel(options)));
  } catch (error) {
    if (!isWherryError(error, 'INVALID')) throw error;
  }
}

const limits = { timeout: 180_000 };

test('whatever is done to the text of a file, it is a project or a clear error', limits, async () => {
  const piece = fc.constantFrom(
    '',
    ' ',
    '\n',
    ':',
    ': ',
    '- ',
    '  ',
    '\t',
    '#',
    '"',
    "'",
    '[',
    ']',
    '{',
    '}',
    ',',
    '&x ',
    '*env',
    '<<: ',
    '|\n',
    '>\n',
    '!reset ',
    '!override ',
    '$',
    '${',
    '}',
    '${X:?}',
    '0',
    '-1',
    '1e999',
    'null',
    'true',
    '~',
    '__proto__: ',
    '\0',
    'é',
    '---\n',
    '?',
  );
  const edit = fc.record({ at: fc.nat(seed.length), remove: fc.nat(12), insert: piece });
  const outcomes = new Set([await loads(seed)]);
  await fc.assert(
    fc.asyncProperty(fc.array(edit, { minLength: 1, maxLength: 4 }), async (edits) => {
      let text = seed;
      for (const { at, remove, insert } of edits) text = text.slice(0, at) + insert + text.slice(at + remove);
      outcomes.add(await loads(text));
    }),
    { numRuns: 600 },
  );
  expect(outcomes).toEqual(new Set([true, false]));
});

test(
  'any value at any key, alone or merged over another, is a project or a clear error',
  limits,
  async () => {
    const paths = Array.from(composeSupport().keys());
    const leaf = fc.oneof(
      fc.constantFrom<unknown>(
        null,
        true,
        false,
        0,
        -1,
        80,
        1.5,
        '',
        'x',
        '80:80',
        '1m',
        '/a:/b',
        'a=b',
        '$',
        '${X}',
        'service:a',
        'host',
        '[::1]:1:1',
        'a:b:c:d',
      ),
      fc.string({ maxLength: 8 }),
      fc.double({ noNaN: true }),
    );
    const key = fc.constantFrom(
      'a',
      'b',
      'source',
      'target',
      'type',
      'path',
      'name',
      'x-y',
      '__proto__',
      'condition',
      'test',
      '',
    );
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(
        { depthSize: 'small' },
        leaf,
        fc.array(tie('value'), { maxLength: 3 }),
        fc.dictionary(key, tie('value'), { maxKeys: 3 }),
      ),
    }));
    const file = fc.array(fc.tuple(fc.constantFrom(...paths), value), { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(file, file, async (first, second) => {
        await loads(render(first));
        await loads(render(first), render(second));
        await shows(render(first), render(second));
      }),
      { numRuns: 600 },
    );
  },
);

/** A file with the given values at the given keys, around a service that is in order. */
function render(values: readonly (readonly [string, unknown])[]): string {
  const root: Record<string, unknown> = { services: { a: { image: 'x' } } };
  for (const [path, value] of values) {
    const steps = path.split('.').map((step) => (step === '*' ? 'a' : step));
    const leafStep = steps.pop() ?? '';
    let at = root;
    for (const [index, step] of steps.entries()) {
      if (step === '[]') continue;
      const inner: Record<string, unknown> = {};
      const existing = at[step];
      if (typeof existing === 'object' && existing !== null && !Array.isArray(existing)) {
        at = existing as Record<string, unknown>;
        continue;
      }
      at[step] = steps[index + 1] === '[]' ? [inner] : inner;
      at = inner;
    }
    at[leafStep === '[]' ? 'x' : leafStep] = value;
  }
  return JSON.stringify(root);
}
