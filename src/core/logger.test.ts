import { pino } from 'pino';
import { expect, test } from 'vitest';
import { WherryError } from './errors.ts';
import { type ConsoleLoggerOptions, consoleLogger, type Logger, pinoLogger, silentLogger } from './logger.ts';
import { redact } from './redact.ts';
import { Secret } from './secret.ts';

function lines(options: ConsoleLoggerOptions, use: (logger: Logger) => void): string[] {
  const written: string[] = [];
  use(consoleLogger({ write: (line) => written.push(line), now: () => new Date(0), ...options }));
  return written;
}

test.each([
  ['debug', 4],
  ['info', 3],
  ['warn', 2],
  ['error', 1],
] as const)('level %s writes %i of the four', (level, count) => {
  const written = lines({ level }, (logger) => {
    const child = logger.child({ room: 'boot' });
    child.debug('a');
    child.info('b');
    child.warn('c');
    child.error('d');
  });
  expect(written).toHaveLength(count);
  expect(written.at(-1)).toBe('1970-01-01T00:00:00.000Z error d room=boot\n');
});

test('children add fields to those of their parents, and to no others', () => {
  const written = lines({}, (logger) => {
    const first = logger.child({ a: 1 });
    first.child({ b: 2, a: 3 }).info('inner', { c: 'x y' });
    first.info('outer');
    logger.info('top');
  });
  expect(written.map((line) => line.slice(25).trim())).toEqual([
    'info  inner a=3 b=2 c="x y"',
    'info  outer a=1',
    'info  top',
  ]);
});

test('pretty lines have colours and the time of day', () => {
  const [line = ''] = lines({ style: 'pretty' }, (logger) => logger.warn('slow', { ms: 5 }));
  expect(line).toContain('\x1b[33mwarn \x1b[39m slow \x1b[2mms=\x1b[22m5\n');
  expect(line.slice(0, 18)).toMatch(/\d\d:\d\d:\d\d/);
});

const secret = 'hunter2';
const places: readonly [place: string, fields: Readonly<Record<string, unknown>>][] = [
  ['the type', { value: new Secret(secret) }],
  ['a name', { password: secret }],
  [
    'names in other spellings',
    { DB_PASSWORD: secret, 'x-auth-token': secret, apiKey: secret, Authorization: secret },
  ],
  ['deep below', { registry: { auth: [{ identityToken: secret }] } }],
  [
    'a list',
    { env: [`DB_PASSWORD=${secret}`, 'A=b'], args: [`--auth-token=${secret}`, '--password', secret] },
  ],
  ['a mapping', { secrets: { db: secret } }],
  ['a query', { url: `https://h/x?a=1&access_token=${secret}` }],
  ['a set', { seen: new Set([{ passwords: [secret] }]) }],
  ['a URL', { url: `https://user:${secret}@registry.example/v2` }],
  ['an error', { error: new Error(`GET postgres://app:${secret}@db/x failed`) }],
  ['details of an error', { error: new WherryError('UNAUTHORIZED', 'no', { details: { token: secret } }) }],
  ['a cause', { error: new Error('outer', { cause: new Error(`http://u:${secret}@h/`) }) }],
];

test.each(places)('no secret leaves by %s: console, child and pino', (_, fields) => {
  const toPino: string[] = [];
  const viaPino = pinoLogger(pino({ base: null }, { write: (line: string) => void toPino.push(line) }));
  const written = lines({}, (logger) => {
    logger.info('message', fields);
    logger.child(fields).info('message');
  });
  viaPino.info('message', fields);
  viaPino.child(fields).info(`see https://u:${secret}@host/`);
  const all = [...written, ...toPino].join('');
  expect(all.match(/message/g)?.length).toBeGreaterThanOrEqual(3);
  expect(all).not.toContain(secret);
  expect(all).toContain('***');
});

test('what is no secret stays as it is', () => {
  const fields = {
    token: null,
    hasPassword: true,
    secrets: ['db'],
    tokens: 5,
    host: 'tcp://h:2375',
    at: new Date(0),
  };
  expect(redact(fields)).toEqual(fields);
  expect(redact({ lines: ['A=b', 'tokens=5', 'PASSWORD='] })).toEqual({
    lines: ['A=b', 'tokens=5', 'PASSWORD='],
  });
  const circle: Record<string, unknown> = { name: 'a' };
  circle.self = circle;
  expect(redact({ circle, bytes: new Uint8Array(3) })).toEqual({
    circle: { name: 'a', self: '[circular]' },
    bytes: '[3 bytes]',
  });
});

test('what JSON has no word for is written all the same', () => {
  const [line = ''] = lines({}, (logger) =>
    logger.info('sized', { bytes: 10n, done: () => 1, kind: Symbol('k'), seen: new Set([1n]) }),
  );
  expect(line).toContain('sized bytes=10 done="[function]" kind="Symbol(k)" seen=["1"]');
});

test('pino gets errors with what they say', () => {
  const written: string[] = [];
  const logger = pinoLogger(
    pino({ base: null, timestamp: false }, { write: (line: string) => void written.push(line) }),
  );
  logger.error('failed', { error: new WherryError('EXIT', 'it exited with code 3', { hint: 'look' }) });
  expect(JSON.parse(written[0] ?? '')).toMatchObject({
    level: 50,
    msg: 'failed',
    error: { code: 'EXIT', message: 'it exited with code 3', hint: 'look' },
  });
});

test('the silent one is silent, also its children', () => {
  expect(silentLogger.child({ a: 1 })).toBe(silentLogger);
  silentLogger.error('nobody hears this');
});
