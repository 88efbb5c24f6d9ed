import { join } from 'node:path';
import { Dockerignore } from '../../core/dockerignore.ts';
import { crypto } from '../../transport/builtin.ts';
import { buildRefusal, noResult } from './build-classic.ts';
import { type ContextDirectory, contextDirectory, dockerfileText } from './build-context.ts';
import { type BuildFile, contextFiles, textFile } from './build-files.ts';
import type { BuildJob } from './build-job.ts';
import { buildQuery } from './build-request.ts';
import type { SyncedDirectory } from './buildkit-filesync.ts';
import { BuildkitProgress } from './buildkit-progress.ts';
import { openBuildkitSession } from './buildkit-session.ts';
import { sshAgents } from './buildkit-ssh.ts';
import { decodeBuildkitStatus } from './buildkit-status.ts';
import type { EngineRequest } from './connection.ts';
import { imageProgress, type ProgressRecord, progressError } from './image-progress.ts';

/**
 * The BuildKit inside Docker Engine. Over a session it asks for secrets, registry credentials and those files of a
 * context directory that it does not have yet; a tar stream goes as the body. Progress comes as BuildKit's own trace.
 * Closing the connection is what stops the build.
 */
export async function buildBuildkit(job: BuildJob): Promise<void> {
  const { context, name, log, signal } = job;
  const { connection, auth } = context;
  const source = await buildSource(job);
  const agents = await sshAgents(job.input.ssh ?? {});
  const session = await openBuildkitSession(
    connection,
    {
      secrets: job.input.secrets ?? {},
      agents,
      credentials: (registry) => auth.credentials(registry, { signal }),
      directories: source.directories,
      sharedKey: source.sharedKey,
    },
    { signal },
  );
  const progress = new BuildkitProgress(log);
  try {
    const query = buildQuery(job.tags, source.dockerfile, withoutDefaultNetwork(job.input));
    const records = connection.ndjson<ProgressRecord>({
      method: 'POST',
      path: '/build',
      signal,
      ...source.request,
      query: { ...query, ...source.request.query, version: '2', session: session.id },
    });
    for await (const record of records) {
      const message = progressError(record);
      if (message !== undefined) throw failure(job, progress, message);
      if (record.id === 'moby.buildkit.trace' && typeof record.aux === 'string') {
        progress.add(decodeBuildkitStatus(record.aux));
      } else {
        for (const news of imageProgress(record)) log.report(news);
      }
    }
  } catch (error) {
    throw buildRefusal(error, job);
  } finally {
    session.close();
  }
  if (log.imageId === undefined) throw noResult(name);
}

interface BuildSource {
  dockerfile: string;
  directories: ReadonlyMap<string, SyncedDirectory>;
  sharedKey: string;
  request: Pick<EngineRequest, 'query' | 'headers' | 'body'>;
}

async function buildSource(job: BuildJob): Promise<BuildSource> {
  const { input, signal } = job;
  if (typeof input.context !== 'string') {
    const { archive, dockerfile } = await job.openContext();
    const request = { headers: { 'content-type': 'application/x-tar' }, body: archive };
    return { dockerfile, directories: new Map(), sharedKey: '', request };
  }
  const directory = await contextDirectory(input.context, input);
  const rules = new Dockerignore(directory.ignore?.text ?? '', directory.ignore?.name);
  const dockerfile = textFile('Dockerfile', await dockerfileText(directory));
  return {
    dockerfile: dockerfile.path,
    directories: new Map<string, SyncedDirectory>([
      ['dockerfile', () => listed([dockerfile])],
      [
        'context',
        (wanted) =>
          asksForIgnoreFile(wanted)
            ? ignoreFile(directory, rules)
            : contextFiles(directory.path, rules, signal),
      ],
    ]),
    sharedKey: crypto().createHash('sha256').update(directory.path).digest('hex'),
    request: { query: { remote: 'client-session' } },
  };
}

async function* listed<T>(items: readonly T[]): AsyncGenerator<T, void, undefined> {
  yield* items;
}

/** Before it asks for the context, BuildKit asks for this file alone; what it says was already done here. */
function asksForIgnoreFile(wanted: readonly string[] | undefined): boolean {
  return wanted?.length === 1 && wanted[0] === '.dockerignore';
}

function ignoreFile({ path, ignore }: ContextDirectory, rules: Dockerignore): AsyncIterable<BuildFile> {
  const isThere = ignore?.name === join(path, '.dockerignore') && !rules.match('.dockerignore').excluded;
  return listed(isThere ? [textFile('.dockerignore', ignore.text)] : []);
}

function failure({ name, log }: BuildJob, { failedStep }: BuildkitProgress, message: string): Error {
  const exitCode = Number(/exit code: (\d+)/.exec(message)?.[1]);
  return log.failure(name, message, { step: failedStep ?? null, ...(exitCode > 0 ? { exitCode } : {}) });
}

/** `bridge` is BuildKit's own default, which it does not know by that name. */
function withoutDefaultNetwork(input: BuildJob['input']): BuildJob['input'] {
  if (input.network !== 'bridge') return input;
  const { network: _default, ...rest } = input;
  return rest;
}
