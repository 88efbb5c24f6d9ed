import { join } from 'node:path';
import { Dockerignore } from '../../core/dockerignore.ts';
import { crypto } from '../../transport/builtin.ts';
import { type ContextDirectory, contextDirectory, dockerfileText, plainDirectory } from './build-context.ts';
import { type BuildFile, contextFiles, textFile } from './build-files.ts';
import type { BuildJob } from './build-job.ts';
import type { SyncedDirectory } from './buildkit-filesync.ts';
import type { EngineRequest } from './connection.ts';
import { withStages } from './dockerfile-stages.ts';

/** Where BuildKit gets the Dockerfile and the files of a build. */
export interface BuildSource {
  /** Path of the Dockerfile. */
  dockerfile: string;
  /** Served over the session, by the names under which BuildKit asks for them. */
  directories: ReadonlyMap<string, SyncedDirectory>;
  sharedKey: string;
  /** What `POST /build` says of it. */
  request: Pick<EngineRequest, 'query' | 'headers' | 'body'>;
}

/** Looks at the context and the further directories of a build. `NOT_FOUND`, `PERMISSION`. */
export async function buildSource(job: BuildJob): Promise<BuildSource> {
  const { input } = job;
  if (typeof input.context !== 'string') {
    const { archive, dockerfile } = await job.openContext();
    const request = { headers: { 'content-type': 'application/x-tar' }, body: archive };
    return { dockerfile, directories: new Map(), sharedKey: '', request };
  }
  const directory = await contextDirectory(input.context, input);
  const dockerfile = textFile(
    'Dockerfile',
    withStages(await dockerfileText(directory), job.stages ?? new Map()),
  );
  const directories = new Map<string, SyncedDirectory>([
    ['dockerfile', () => listed([dockerfile])],
    ['context', syncedDirectory(directory, job)],
  ]);
  for (const [name, context] of Object.entries(input.additionalContexts ?? {})) {
    if (isUrl(context)) continue;
    directories.set(directoryName(name), syncedDirectory(await plainDirectory(context), job));
  }
  return {
    dockerfile: dockerfile.path,
    directories,
    sharedKey: crypto().createHash('sha256').update(directory.path).digest('hex'),
    request: { query: { remote: 'client-session' } },
  };
}

/** The name under which BuildKit asks for the directory of a further context. */
export function directoryName(context: string): string {
  return `context:${context}`;
}

/** Whether a context is something else than a directory of this machine. */
export function isUrl(context: string): boolean {
  return /^(?:[a-z][a-z0-9+.-]*:\/\/|git@)/i.test(context);
}

function syncedDirectory(
  { path, ignore }: Pick<ContextDirectory, 'path' | 'ignore'>,
  { signal }: BuildJob,
): SyncedDirectory {
  const rules = new Dockerignore(ignore?.text ?? '', ignore?.name);
  const isThere = ignore?.name === join(path, '.dockerignore') && !rules.match('.dockerignore').excluded;
  const ignoreFile = isThere ? [textFile('.dockerignore', ignore.text)] : [];
  return (wanted) => (asksForIgnoreFile(wanted) ? listed(ignoreFile) : contextFiles(path, rules, signal));
}

async function* listed(files: readonly BuildFile[]): AsyncGenerator<BuildFile, void, undefined> {
  yield* files;
}

/** Before it asks for the context, BuildKit asks for this file alone; what it says was already done here. */
function asksForIgnoreFile(wanted: readonly string[] | undefined): boolean {
  return wanted?.length === 1 && wanted[0] === '.dockerignore';
}
