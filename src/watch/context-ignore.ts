import { readFile, realpath } from 'node:fs/promises';
import { resolve } from 'node:path';
import { PathPatterns } from './path-patterns.ts';

/**
 * What a build leaves out of its context: the Dockerfile's own `.dockerignore`, else the context's. Undefined where
 * there is none, and for a context that is no directory of this machine.
 */
export async function contextIgnore(build: {
  context: string;
  dockerfile?: string | undefined;
}): Promise<PathPatterns | undefined> {
  const { context, dockerfile = 'Dockerfile' } = build;
  if (!context.startsWith('/')) return undefined;
  for (const name of [`${dockerfile}.dockerignore`, '.dockerignore']) {
    const file = resolve(context, name);
    const text = await readFile(file, 'utf8').catch(unlessMissing);
    // Changes come with real paths.
    if (text !== undefined) return new PathPatterns(await realpath(context), text, file);
  }
  return undefined;
}

function unlessMissing(error: unknown): undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
  throw error;
}
