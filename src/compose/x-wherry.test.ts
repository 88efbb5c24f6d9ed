import { rootCertificates } from 'node:tls';
import { describe, expect, test } from 'vitest';
import { isWherryError } from '../core/errors.ts';
import { loadProject } from './load.ts';
import { memoryFiles } from './memory-files.ts';
import type { Service } from './model.ts';
import type { Problem } from './problem.ts';
import { outsideProbe } from './x-probe.ts';
import { restartOnUnhealthy } from './x-restart.ts';
import { scaleToZero } from './x-wherry.ts';

async function web(xWherry: string): Promise<Service> {
  const text = `services:\n  web:\n    image: web\n    x-wherry:${xWherry}\n`;
  const { project } = await loadProject({
    workingDirectory: '/p',
    env: {},
    files: ['compose.yaml'],
    access: memoryFiles({ '/p/compose.yaml': text }),
  });
  const { web } = project.services;
  if (web === undefined) throw new Error('the service is gone');
  return web;
}

describe('x-wherry.probe', () => {
  const defaults = { path: '/', status: undefined, service: '', timeout: 5_000 };
  test.each([
    ['{ tcp: 5432 }', { ...defaults, kind: 'tcp', port: 5432 }],
    ['{ tcp: { port: "5432" }, timeout: 2s }', { ...defaults, kind: 'tcp', port: 5432, timeout: 2_000 }],
    ['{ http: 80 }', { ...defaults, kind: 'http', port: 80 }],
    [
      '{ http: { port: 80, path: healthz, status: [200, 204] } }',
      { ...defaults, kind: 'http', port: 80, path: '/healthz', status: [200, 204] },
    ],
    ['{ http: { port: 80, status: 503 } }', { ...defaults, kind: 'http', port: 80, status: [503] }],
    [
      '{ http: { port: 443, headers: { Host: a.test, X-N: 1 }, body: ok, tls: { verify: false } } }',
      {
        ...{ ...defaults, kind: 'http', port: 443, body: 'ok', tls: { verify: false } },
        headers: { Host: 'a.test', 'X-N': '1' },
      },
    ],
    [
      '{ grpc: { port: 50051, tls: { server_name: a.test } } }',
      { ...defaults, kind: 'grpc', port: 50_051, tls: { verify: true, serverName: 'a.test' } },
    ],
    [
      '{ grpc: { port: 50051, tls: true } }',
      { ...defaults, kind: 'grpc', port: 50_051, tls: { verify: true } },
    ],
    ['{ grpc: { port: 50051, service: a.B } }', { ...defaults, kind: 'grpc', port: 50_051, service: 'a.B' }],
  ])('%s', async (text, expected) => {
    expect(outsideProbe(await web(` { probe: ${text} }`))).toEqual(expected);
  });
});

async function problems(xWherry: string): Promise<string[]> {
  try {
    await web(xWherry);
  } catch (error) {
    if (!isWherryError(error, 'INVALID')) throw error;
    const found = error.details.problems as Problem[];
    return found.map(({ line, column, path, message }) => `${line}:${column} ${path} ${message}`);
  }
  return [];
}

describe('the files of x-wherry.probe', () => {
  const load = async (tls: string, files: Record<string, string | Uint8Array> = {}): Promise<Service> => {
    const text = `services:\n  web:\n    image: web\n    x-wherry: { probe: { http: { port: 443, tls: ${tls} } } }\n`;
    const { project } = await loadProject({
      workingDirectory: '/p',
      env: {},
      files: ['sub/compose.yaml'],
      access: memoryFiles({ '/p/sub/compose.yaml': text, ...files }),
    });
    const { web } = project.services;
    if (web === undefined) throw new Error('the service is gone');
    return web;
  };

  test('count from the directory of the project, and are read', async () => {
    const pem = rootCertificates.slice(0, 2).join('\n');
    const service = await load('{ ca: certs/ca.pem }', { '/p/sub/certs/ca.pem': pem });
    expect(outsideProbe(service)?.tls).toEqual({ verify: true, ca: pem });
  });

  test.each([
    ['{ ca: ca.pem }', {}, 'ca: the file of tls.ca /p/sub/ca.pem does not exist'],
    ['{ ca: ca.pem }', { 'ca.pem': 'x' }, 'ca: the file of tls.ca /p/sub/ca.pem holds no certificate'],
    [
      '{ ca: ca.pem }',
      { 'ca.pem': `${rootCertificates[0]}\n-----BEGIN CERTIFICATE-----\nMII\n` },
      'ca: the file of tls.ca /p/sub/ca.pem holds a broken certificate: number 2 of 2',
    ],
    [
      '{ cert: c.pem, key: k.pem }',
      { 'c.pem': String(rootCertificates[0]), 'k.pem': '-----BEGIN PRIVATE KEY-----\n' },
      'key: the file of tls.key /p/sub/k.pem holds a broken private key',
    ],
    ['{ cert: c.pem }', { 'c.pem': String(rootCertificates[0]) }, 'must have cert and key together'],
  ])('%s with %o: told with its place', async (tls, files, message) => {
    const named = Object.entries(files).map(([name, text]) => [`/p/sub/${name}`, text]);
    const told = load(tls, Object.fromEntries(named));
    await expect(told).rejects.toThrow(message);
    await expect(told).rejects.toThrow('/p/sub/compose.yaml:4:');
  });
});

describe('x-wherry.restart_on_unhealthy', () => {
  const defaults = {
    ...{ after: 0, backoff: 1_000, maxBackoff: 60_000, max: 5 },
    ...{ reset: 600_000, interval: 10_000, retries: 3 },
  };
  test.each([
    [' {}', undefined],
    [' { restart_on_unhealthy: false }', undefined],
    [' { restart_on_unhealthy: true }', defaults],
    [' { restart_on_unhealthy: }', defaults],
    [' { restart_on_unhealthy: {} }', defaults],
    [
      ' { restart_on_unhealthy: { after: 5s, backoff: 2s, max_backoff: 10s, max: 2, reset: 1m, interval: 1s, retries: 1 } }',
      {
        ...{ after: 5_000, backoff: 2_000, maxBackoff: 10_000, max: 2 },
        ...{ reset: 60_000, interval: 1_000, retries: 1 },
      },
    ],
  ])('%s', async (text, expected) => {
    expect(restartOnUnhealthy(await web(text))).toEqual(expected);
  });

  test('tells faults at their places', async () => {
    const at = 'services.web.x-wherry.restart_on_unhealthy';
    expect(
      await problems(' { restart_on_unhealthy: { max: 0, backoff: 0s, after: soon, often: 1 } }'),
    ).toEqual([
      `4:46 ${at}.max 0 is not within 1 to 9007199254740991`,
      `4:58 ${at}.backoff must be more than nothing`,
      `4:69 ${at}.after "soon" is not a duration`,
      `4:75 ${at}.often wherry has no such key`,
    ]);
    expect(await problems(' { restart_on_unhealthy: maybe }')).toEqual([
      `4:39 ${at} "maybe" is neither true nor false`,
    ]);
  });
});

const defaults = { idle: 300_000, action: 'stop', maxWait: 60_000, waitingPage: false };

describe('x-wherry.scale_to_zero', () => {
  test.each([
    ['{}', undefined],
    [' { scale_to_zero: }', defaults],
    [' { scale_to_zero: {} }', defaults],
    [' { scale_to_zero: 90s }', { ...defaults, idle: 90_000 }],
    [
      ' { scale_to_zero: { idle: 1h, action: pause, max_wait: 2m, waiting_page: true } }',
      { idle: 3_600_000, action: 'pause', maxWait: 120_000, waitingPage: true },
    ],
  ])('%s', async (text, expected) => {
    expect(scaleToZero(await web(text === '{}' ? ' {}' : text))).toEqual(expected);
  });

  test.each([
    [' { scale_to_zero: soon }', ['4:32 services.web.x-wherry.scale_to_zero']],
    [' { scale_to_zero: { idle: 0s } }', ['4:40 services.web.x-wherry.scale_to_zero.idle must be more than']],
    [
      ' { scale_to_zero: { action: kill } }',
      ['4:42 services.web.x-wherry.scale_to_zero.action "kill" is none of'],
    ],
    [
      ' { scale_to_zero: { idel: 5m } }',
      ['4:34 services.web.x-wherry.scale_to_zero.idel wherry has no such key'],
    ],
    [' { eager: perhaps }', ['4:24 services.web.x-wherry.eager']],
    [' { probe: { tcp: 99999 } }', ['4:31 services.web.x-wherry.probe.tcp']],
    [' { probe: { http: { path: /up } } }', ['4:32 services.web.x-wherry.probe.http must say the port']],
    [' { probe: { tcp: 80, grpc: 81 } }', ['4:24 services.web.x-wherry.probe must have one of']],
    [' { probe: { http: { port: 80, staus: 200 } } }', ['4:44 services.web.x-wherry.probe.http.staus']],
    [' { probe: { http: { port: 80, tls: maybe } } }', ['4:49 services.web.x-wherry.probe.http.tls']],
    [
      ' { probe: { tcp: { port: 80, tls: true } } }',
      ['4:43 services.web.x-wherry.probe.tcp.tls wherry has no'],
    ],
    [' { scaletozero: 5m }', ['4:17 services.web.x-wherry.scaletozero wherry has no such key']],
    [' now', ['4:15 services.web.x-wherry must be a mapping']],
  ])('%s is told where it stands', async (text, expected) => {
    const found = await problems(text);
    expect(found).toEqual(expected.map((line) => expect.stringContaining(line)));
  });
});

test('elsewhere than in a service it is warned of', async () => {
  const text =
    'x-wherry: { eager: false }\njobs:\n  job:\n    image: x\n    triggers: { manual: true }\n    x-wherry: {}\n';
  const { warnings } = await loadProject({
    ...{ workingDirectory: '/p', env: {}, files: ['compose.yaml'] },
    access: memoryFiles({ '/p/compose.yaml': text }),
  });
  expect(warnings.map(({ line, path, message }) => `${line} ${path} ${message}`)).toEqual([
    '1 x-wherry has no effect: x-wherry is for services',
    '6 jobs.job.x-wherry has no effect: x-wherry is for services',
  ]);
});
