import { inspect } from 'node:util';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type BackendCapabilities, supported, unsupported } from './capabilities.ts';
import { cancelled, isWherryError, throwIfAborted, WherryError } from './errors.ts';
import { isId, newId } from './ids.ts';
import { consoleLogger, pinoLogger } from './logger.ts';
import { refuse, unsupportedFields } from './plan.ts';
import { Secret } from './secret.ts';
import type { ContainerSpec } from './spec.ts';
import { specHash } from './spec-hash.ts';
import { invalidFields } from './validate.ts';

test('errors of another copy of the package are recognised', () => {
  const foreign = Object.assign(new Error('x'), { [Symbol.for('wherry.error')]: true, code: 'NOT_FOUND' });
  expect(foreign instanceof WherryError).toBe(true);
  expect(isWherryError(foreign, 'NOT_FOUND')).toBe(true);
  expect(isWherryError(foreign, 'CONFLICT')).toBe(false);
  expect(isWherryError(new Error('x'))).toBe(false);
});

test('an aborted signal becomes the right error', async () => {
  const own = new WherryError('TIMEOUT', 'mine');
  expect(cancelled(AbortSignal.abort(own))).toBe(own);
  expect(cancelled(AbortSignal.abort())).toMatchObject({ code: 'CANCELLED' });
  const limit = AbortSignal.timeout(1);
  await new Promise((resolve) => limit.addEventListener('abort', resolve));
  expect(cancelled(limit)).toMatchObject({ code: 'TIMEOUT' });
  expect(() => throwIfAborted(AbortSignal.abort())).toThrow(expect.objectContaining({ code: 'CANCELLED' }));
  expect(() => throwIfAborted(undefined)).not.toThrow();
});

test('a secret shows itself nowhere but in reveal()', () => {
  const secret = new Secret('hunter2');
  const spec: ContainerSpec = { image: 'x', secrets: [{ target: '/s', content: secret }] };
  for (const shown of [inspect(spec, { depth: 9 }), JSON.stringify(spec), `${secret}`, String(secret)]) {
    expect(shown).not.toContain('hunter2');
  }
  expect(secret.reveal()).toBe('hunter2');
});

test('ids are DNS labels with 128 random bits', () => {
  fc.assert(
    fc.property(fc.string(), (prefix) => {
      const id = newId(prefix);
      expect(id.length).toBeLessThanOrEqual(40);
      expect(isId(id)).toBe(true);
    }),
  );
  expect(newId('My Shop')).toMatch(/^my-shop-[a-z0-9]{25}$/);
  expect(new Set(Array.from({ length: 1000 }, () => newId())).size).toBe(1000);
  expect(isId('1abc')).toBe(false);
  expect(isId('abc-')).toBe(false);
});

test('the spec hash knows content, not the order of keys', () => {
  const one: ContainerSpec = { image: 'a', environment: { A: '1', B: '2' }, command: ['x', 'y'] };
  const same: ContainerSpec = { command: ['x', 'y'], environment: { B: '2', A: '1' }, image: 'a' };
  expect(specHash(one)).toBe(specHash(same));
  expect(specHash({ ...one, command: ['y', 'x'] })).not.toBe(specHash(one));
  const withSecret = (text: string): ContainerSpec => ({
    image: 'a',
    secrets: [{ target: '/s', content: new Secret(text) }],
  });
  expect(specHash(withSecret('1'))).not.toBe(specHash(withSecret('2')));
  expect(specHash(one).length).toBeLessThanOrEqual(63);
});

test('validation lists every fault at once, by field', () => {
  const spec: ContainerSpec = {
    name: '-bad',
    image: 'Not An Image',
    workingDir: 'relative',
    hostname: 'a b',
    environment: { 'A=B': 'x' },
    command: ['a\0b'],
    ports: [
      { target: 0, protocol: 'icmp' as 'tcp' },
      { target: 80, published: 99_999, hostIp: 'here' },
    ],
    volumes: [
      { type: 'bind', source: 'rel', target: '/a' },
      { type: 'volume', source: '../x', target: '/a' },
    ],
    networkMode: 'host',
    networks: { n: { ipv4Address: '1.2.3' } },
    dns: ['dns.example'],
    resources: { memory: -1, cpus: 1, cpuQuota: 5 },
    healthcheck: { test: ['curl'] },
    secrets: [{ target: 'rel', content: 'x' }],
  };
  expect(invalidFields(spec).map((problem) => problem.field)).toMatchInlineSnapshot(`
    [
      "image",
      "name",
      "hostname",
      "workingDir",
      "environment",
      "command",
      "ports[0].target",
      "ports[0].protocol",
      "ports[1].published",
      "ports[1].hostIp",
      "volumes[0].source",
      "volumes[1].target",
      "volumes[1].source",
      "secrets[0].target",
      "dns[0]",
      "networks",
      "ports",
      "networks.n.ipv4Address",
      "resources.memory",
      "resources.cpus",
      "healthcheck.test",
    ]
  `);
  expect(invalidFields({ image: 'redis:7', ports: [{ target: 80, published: 0 }] })).toEqual([]);
});

test('every unsupported field is refused in one error, with its reason', () => {
  const all = new Proxy({}, { get: () => supported }) as BackendCapabilities;
  const few = new Proxy(all, {
    get: (_, name) =>
      name === 'memory'
        ? unsupported('no memory controller')
        : name === 'ports'
          ? unsupported('no network')
          : supported,
  });
  const spec: ContainerSpec = { image: 'x', resources: { memory: 1, pids: 5 }, ports: [{ target: 80 }] };
  expect(unsupportedFields(spec, all)).toEqual([]);
  const problems = unsupportedFields(spec, few);
  expect(problems.map((problem) => problem.field)).toEqual(['resources.memory', 'ports[0]']);
  expect(() => refuse(problems, 'container "x"')).toThrow(
    expect.objectContaining({
      code: 'UNSUPPORTED',
      message:
        'container "x" cannot be created: resources.memory: no memory controller; ports[0]: no network',
    }),
  );
  expect(() => refuse([], 'x')).not.toThrow();
});

test('the console logger writes one line a record and keeps secrets', () => {
  const lines: string[] = [];
  const logger = consoleLogger(
    { level: 'info', write: (line) => lines.push(line), now: () => new Date(0) },
    { app: 'x' },
  );
  logger.debug('unseen');
  logger.child({ host: 'h 1' }).warn('look', { token: new Secret('s3'), error: new Error('boom') });
  expect(lines).toEqual([
    '1970-01-01T00:00:00.000Z warn  look app=x host="h 1" token="***" error="Error: boom"\n',
  ]);
});

test('the pino adapter passes fields and children to a real pino', async () => {
  const { pino } = await import('pino');
  const lines: string[] = [];
  const logger = pinoLogger(
    pino(
      { level: 'debug', base: null, timestamp: false },
      { write: (line: string) => void lines.push(line) },
    ),
  );
  logger.child({ room: 'boot' }).error('failed', { code: 'EXIT', token: new Secret('s3') });
  expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
    { level: 50, room: 'boot', code: 'EXIT', token: '***', msg: 'failed' },
  ]);
});
