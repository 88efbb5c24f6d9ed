import { expect, test } from 'vitest';
import { isWherryError } from '../core/errors.ts';
import { type LoadOptions, loadProject } from './load.ts';
import { memoryFiles } from './memory-files.ts';
import type { Problem } from './problem.ts';
import { composeSupport } from './support.ts';

/** A file in which the key `path` (`services.*.build.args`) stands, with a value that is of the wrong kind everywhere. */
function fileWith(path: string): string {
  const root: Record<string, unknown> = { services: { a: { image: 'x' } } };
  let at = root;
  const steps = path.split('.').map((step) => (step === '*' ? 'a' : step));
  for (const [index, step] of steps.entries()) {
    if (step === '[]') continue;
    const last = index === steps.length - 1;
    const next = steps[index + 1];
    const inner: Record<string, unknown> = {};
    const value = last ? { '': { '': [] } } : next === '[]' ? [inner] : inner;
    const existing = at[step];
    if (!last && typeof existing === 'object' && existing !== null) at = existing as Record<string, unknown>;
    else {
      at[step] = value;
      at = inner;
    }
  }
  return JSON.stringify(root);
}

async function problemsOf(text: string, options: Partial<LoadOptions> = {}): Promise<Problem[]> {
  const access = memoryFiles({ '/app/compose.yaml': text });
  return await loadProject({ workingDirectory: '/app', env: {}, access, ...options }).then(
    ({ warnings }) => warnings,
    (error: unknown) => {
      if (isWherryError(error, 'INVALID')) return error.details.problems as Problem[];
      throw error;
    },
  );
}

/** Keys below one that is not supported are not looked at on their own. */
const decidedHere = Array.from(composeSupport()).filter(([, support]) => support.with === undefined);

test.each(decidedHere)('%s is treated as the table says', async (path, { verdict, note }) => {
  const found = await problemsOf(fileWith(path));
  const place = path.replaceAll('.*', '.a').replaceAll('.[]', '[0]');
  const codes = found.filter((problem) => problem.path === place).map((problem) => problem.code);
  expect(codes).not.toContain('unknown-key');
  if (verdict === 'supported') {
    expect(codes).not.toContain('unsupported-key');
    expect(codes).not.toContain('ignored-key');
  } else {
    expect(note).toBeTruthy();
    expect(codes[0]).toBe(verdict === 'ignored' ? 'ignored-key' : 'unsupported-key');
    if (verdict === 'refused') expect(codes).toHaveLength(1);
  }
});

test('a key that the table does not name is unknown at every level', async () => {
  const scopes = new Set(Array.from(composeSupport().keys(), (path) => path.replace(/\.?[^.]+$/, '')));
  for (const scope of scopes) {
    const path = scope === '' ? 'zzz' : `${scope}.zzz`;
    const place = path.replaceAll('.*', '.a').replaceAll('.[]', '[0]');
    const found = await problemsOf(fileWith(path), { unsupported: 'kept' });
    expect(found.map((problem) => [problem.path, problem.code])).toContainEqual([place, 'unknown-key']);
  }
});
