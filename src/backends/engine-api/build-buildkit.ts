import { buildRefusal, noResult } from './build-classic.ts';
import type { BuildJob } from './build-job.ts';
import { buildQuery } from './build-request.ts';
import { BuildkitProgress } from './buildkit-progress.ts';
import { openBuildkitSession } from './buildkit-session.ts';
import { decodeBuildkitStatus } from './buildkit-status.ts';
import { imageProgress, type ProgressRecord, progressError } from './image-progress.ts';

/**
 * The BuildKit inside Docker Engine: the context goes as a tar body, secrets and registry credentials are asked for
 * over a session, progress comes as BuildKit's own trace. Closing the connection is what stops the build.
 */
export async function buildBuildkit(job: BuildJob): Promise<void> {
  const { context, name, log, signal } = job;
  const { connection, auth } = context;
  const session = await openBuildkitSession(
    connection,
    {
      secrets: job.input.secrets ?? {},
      credentials: (registry) => auth.credentials(registry, { signal }),
    },
    { signal },
  );
  const progress = new BuildkitProgress(log);
  try {
    const { archive, dockerfile } = await job.openContext();
    const records = connection.ndjson<ProgressRecord>({
      method: 'POST',
      path: '/build',
      query: {
        ...buildQuery(job.tags, dockerfile, withoutDefaultNetwork(job.input)),
        version: '2',
        session: session.id,
      },
      headers: { 'content-type': 'application/x-tar' },
      body: archive,
      signal,
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
