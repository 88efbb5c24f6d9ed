import { buildRefusal, noResult } from './build-classic.ts';
import type { BuildJob } from './build-job.ts';
import { buildQuery } from './build-request.ts';
import { wantsSolve } from './build-wishes.ts';
import { BuildkitProgress } from './buildkit-progress.ts';
import { openBuildkitSession } from './buildkit-session.ts';
import { solve } from './buildkit-solve.ts';
import { type BuildSource, buildSource } from './buildkit-source.ts';
import { sshAgents } from './buildkit-ssh.ts';
import { decodeBuildkitStatus } from './buildkit-status.ts';
import { GrpcFailure } from './grpc-frame.ts';
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
  try {
    const run = wantsSolve(job.input) ? bySolve : byEndpoint;
    await run(job, source, session.id);
  } catch (error) {
    throw buildRefusal(error, job);
  } finally {
    session.close();
  }
  if (log.imageId === undefined) throw noResult(name);
}

/** By `POST /build`, which is all that most builds need. */
async function byEndpoint(job: BuildJob, source: BuildSource, session: string): Promise<void> {
  const { context, log, signal } = job;
  const progress = new BuildkitProgress(log);
  const query = buildQuery(job.tags, source.dockerfile, withoutDefaultNetwork(job.input));
  const records = context.connection.ndjson<ProgressRecord>({
    method: 'POST',
    path: '/build',
    signal,
    ...source.request,
    query: { ...query, ...source.request.query, version: '2', session },
  });
  for await (const record of records) {
    const message = progressError(record);
    if (message !== undefined) throw failure(job, progress, message);
    if (record.id === 'moby.buildkit.trace' && typeof record.aux === 'string') {
      progress.add(decodeBuildkitStatus(Buffer.from(record.aux, 'base64')));
    } else {
      for (const news of imageProgress(record)) log.report(news);
    }
  }
}

/** By BuildKit's own API, for what that endpoint has no place for. */
async function bySolve(job: BuildJob, source: BuildSource, session: string): Promise<void> {
  const progress = new BuildkitProgress(job.log);
  try {
    const { dockerfile } = source;
    const id = await solve(job, { session, dockerfile }, (status) => progress.add(status));
    if (id !== undefined) job.log.report({ kind: 'image', id });
  } catch (error) {
    throw error instanceof GrpcFailure ? failure(job, progress, error.message) : error;
  }
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
