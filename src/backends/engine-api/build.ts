import { isWherryError, WherryError } from '../../core/errors.ts';
import type { BuildInput, BuildOptions, DockerfileBuild, ImageInfo } from '../../core/image.ts';
import type { SpecProblem } from '../../core/plan.ts';
import { readAhead } from '../../transport/read-ahead.ts';
import type { BuildProblem } from './build-choice.ts';
import { buildContext } from './build-context.ts';
import { BuildLog } from './build-log.ts';
import { buildTags } from './build-request.ts';
import type { ImageContext } from './image-context.ts';
import { inspectImage } from './image-inspect.ts';

/**
 * Builds what is asked and names the result. Errors: `UNSUPPORTED` (kind of input, or builder), `NOT_FOUND` (context or
 * Dockerfile), `INVALID` (names, `.dockerignore`), `BUILD_FAILED` (`details`: `log` with the last lines, `step`,
 * `exitCode`), `NO_SPACE`, `UNAVAILABLE`, `STREAM_CUT`, `CANCELLED`, which stops the build.
 */
export async function buildImage(
  context: ImageContext,
  name: string,
  asked: BuildInput,
  options: BuildOptions = {},
): Promise<ImageInfo> {
  const { onProgress, signal } = options;
  if (!isDockerfileBuild(asked)) throw unknownKind(name, asked.kind);
  const { context: source } = asked;
  const input = typeof source === 'string' ? asked : { ...asked, context: readAhead(source) };
  const tags = buildTags(name, input);
  const builder = await context.chooseBuilder(context.connection, input, options);
  await builder({
    context,
    name,
    tags,
    input,
    log: new BuildLog(onProgress),
    openContext: (extra) => buildContext(input, { ...extra, signal }),
    signal,
  });
  return inspectImage(context.connection, name, { signal });
}

/** Every field for which {@link buildImage} would refuse an input. */
export async function checkBuild(
  context: ImageContext,
  name: string,
  input: BuildInput,
  options: BuildOptions,
): Promise<readonly SpecProblem[]> {
  try {
    if (!isDockerfileBuild(input)) throw unknownKind(name, input.kind);
    await context.chooseBuilder(context.connection, input, options);
    return [];
  } catch (error) {
    if (!isWherryError(error, 'UNSUPPORTED')) throw error;
    const problems = error.details.problems as readonly BuildProblem[];
    return problems.map(({ path, reason }) => ({ code: 'UNSUPPORTED', field: path, message: reason }));
  }
}

function isDockerfileBuild(input: BuildInput): input is DockerfileBuild {
  return input.kind === 'dockerfile';
}

function unknownKind(name: string, kind: string): WherryError {
  const reason = `this engine builds from a Dockerfile, not from "${kind}"`;
  return new WherryError('UNSUPPORTED', `${name} cannot be built: ${reason}`, {
    hint: 'use `kind: "dockerfile"`',
    details: { problems: [{ path: 'kind', reason }] },
  });
}
