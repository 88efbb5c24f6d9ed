import { describe, expect, test } from 'vitest';
import { isWherryError } from '../core/errors.ts';
import { loadProject } from './load.ts';
import { memoryFiles } from './memory-files.ts';
import type { Problem } from './problem.ts';
import { type ScaleToZero, scaleToZero } from './x-wherry.ts';

async function load(xWherry: string): Promise<ScaleToZero | undefined> {
  const text = `services:\n  web:\n    image: web\n    x-wherry:${xWherry}\n`;
  const { project } = await loadProject({
    workingDirectory: '/p',
    env: {},
    files: ['compose.yaml'],
    access: memoryFiles({ '/p/compose.yaml': text }),
  });
  const { web } = project.services;
  return web && scaleToZero(web);
}

async function problems(xWherry: string): Promise<string[]> {
  try {
    await load(xWherry);
  } catch (error) {
    if (!isWherryError(error, 'INVALID')) throw error;
    const found = error.details.problems as Problem[];
    return found.map(({ line, column, path, message }) => `${line}:${column} ${path} ${message}`);
  }
  return [];
}

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
    expect(await load(text === '{}' ? ' {}' : text)).toEqual(expected);
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
    [' { scaletozero: 5m }', ['4:17 services.web.x-wherry.scaletozero wherry has no such key']],
    [' now', ['4:15 services.web.x-wherry must be a mapping']],
  ])('%s is told where it stands', async (text, expected) => {
    const found = await problems(text);
    expect(found).toEqual(expected.map((line) => expect.stringContaining(line)));
  });
});
