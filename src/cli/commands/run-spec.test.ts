import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { envFileLines } from './run-spec.ts';

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'wherry-env-file-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

async function linesOf(text: string): Promise<string[]> {
  const path = join(directory, 'some.env');
  await writeFile(path, text);
  return envFileLines(path);
}

it('reads an env file as docker run does: any line ends, a byte order mark, quotes kept', async () => {
  expect(await linesOf('\ufeffA=first\r\nB="kept"\n# no\n\n  C=a=b c\nHOME\nE=\n')).toEqual([
    'A=first',
    'B="kept"',
    'C=a=b c',
    'HOME',
    'E=',
  ]);
});

it('refuses what only a shell would understand', async () => {
  await expect(linesOf('export A=1\n')).rejects.toMatchObject({
    code: 'INVALID',
    message: expect.stringContaining('some.env: "export A" is not the name of a variable'),
  });
  await expect(linesOf('A = 1\n')).rejects.toMatchObject({ code: 'INVALID' });
});
