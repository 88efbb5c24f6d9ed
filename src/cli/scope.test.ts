import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Context } from './context.ts';
import { findScope, requireProject } from './scope.ts';

/** As much of a context as finding the project needs. */
function contextIn(directory: string): Context {
  const globals = { file: [], profile: [], envFile: [], engine: false };
  const output = { note: () => {}, paintNote: (_style: string, text: string) => text };
  const context = { directory, env: {}, globals, output, signal: new AbortController().signal };
  return Object.assign(context, {
    scope: () => findScope(context as unknown as Context),
  }) as unknown as Context;
}

async function scopeOf(text: string, use: (context: Context) => Promise<void>): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'wherry-scope-'));
  try {
    await writeFile(join(directory, 'compose.yaml'), text);
    await use(contextIn(directory));
  } finally {
    await rm(directory, { recursive: true });
  }
}

test('a project with keys that are not carried out is known by name, and nothing is made of it', async () => {
  const text = 'name: known\nservices: {a: {image: a, isolation: hyperv}}\n';
  await scopeOf(text, async (context) => {
    const scope = await findScope(context);
    expect(scope).toMatchObject({ kind: 'project', name: 'known' });
    await expect(requireProject(context)).rejects.toThrow('services.a.isolation: is not supported');
  });
});

test('a project with faults is refused at once', async () => {
  await scopeOf('services: {a: {imag: a}}\n', async (context) => {
    await expect(findScope(context)).rejects.toThrow(
      'services.a.imag: the Compose specification has no such key',
    );
  });
});
