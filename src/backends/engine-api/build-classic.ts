import { isWherryError, WherryError } from '../../core/errors.ts';
import type { BuildJob } from './build-job.ts';
import { buildQuery } from './build-request.ts';
import { imageProgress, type ProgressRecord, progressError } from './image-progress.ts';
import { registryConfigHeader } from './registry-auth-header.ts';

/** Docker's first builder (`POST /build` without a version), which Podman answers with its own. */
export async function buildClassic(job: BuildJob): Promise<void> {
  const { context, tags, input, signal } = job;
  const { archive, dockerfile } = await job.openContext();
  await runClassicBuild(job, {
    query: buildQuery(tags, dockerfile, input),
    headers: { 'x-registry-config': registryConfigHeader((await context.auth.all({ signal })).byKey) },
    archive,
  });
}

/** Sends the request and follows its stream to the image. Closing the connection is what stops the build. */
export async function runClassicBuild(
  { context, name, log, signal }: BuildJob,
  request: {
    query: ReturnType<typeof buildQuery>;
    headers: Record<string, string>;
    archive: AsyncIterable<Uint8Array>;
  },
): Promise<void> {
  const records = context.connection.ndjson<ProgressRecord & { errorDetail?: { code?: number } | null }>({
    method: 'POST',
    path: '/build',
    query: request.query,
    headers: { 'content-type': 'application/x-tar', ...request.headers },
    body: request.archive,
    signal,
  });
  try {
    for await (const record of records) {
      const message = progressError(record);
      if (message !== undefined)
        throw log.failure(name, message, exitCodeOf(record.errorDetail?.code, message));
      const step = /^step \d+(?:\/\d+)? ?: .*/i.exec(record.stream ?? '')?.[0];
      if (step !== undefined) log.step(step.trim());
      // The line end of a step comes by itself.
      else if (record.stream !== '\n') for (const progress of imageProgress(record)) log.report(progress);
    }
  } catch (error) {
    throw buildRefusal(error, { name, log });
  }
  if (log.imageId === undefined) throw noResult(name);
}

/** What the engine refuses before the stream begins (a Dockerfile that cannot be read) is a failed build too. */
export function buildRefusal(error: unknown, { name, log }: Pick<BuildJob, 'name' | 'log'>): unknown {
  if (
    !isWherryError(error, 'INVALID', 'ENGINE', 'NOT_FOUND', 'NO_SPACE') ||
    error.details.status === undefined
  ) {
    return error;
  }
  return log.failure(name, error.message, { cause: error });
}

/** A stream that ends in peace, but without an image, was ended by somebody between us and the engine. */
export function noResult(name: string): WherryError {
  return new WherryError('STREAM_CUT', `the build of ${name} ended without a result`, {
    hint: 'The engine may be restarting: try again.',
    details: { image: name },
  });
}

function exitCodeOf(code: number | undefined, message: string): { exitCode?: number } {
  const told =
    code || Number(/(?:non-zero code|exit(?:ing)?(?: with)?(?: status| code)?):? (\d+)/.exec(message)?.[1]);
  return Number.isInteger(told) && told > 0 ? { exitCode: told } : {};
}
