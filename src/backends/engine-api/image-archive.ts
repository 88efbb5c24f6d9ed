import { isWherryError, WherryError } from '../../core/errors.ts';
import type { CallOptions, ImageProgress } from '../../core/image.ts';
import { readAhead } from '../../transport/read-ahead.ts';
import type { EngineConnection } from './connection.ts';
import { imagePath } from './image-inspect.ts';
import { followProgress, type ProgressRecord } from './image-progress.ts';

/** Images as one tar stream; asked for on the first `next()`. `NOT_FOUND` then. */
export async function* saveImages(
  connection: EngineConnection,
  names: readonly string[],
  options: CallOptions = {},
): AsyncGenerator<Uint8Array, void, undefined> {
  if (names.length === 0) throw new WherryError('INVALID', 'no image to save was named');
  const paths = names.map(imagePath);
  const [only] = paths;
  try {
    yield* connection.bytes(
      only !== undefined && paths.length === 1
        ? { path: `${only}/get`, signal: options.signal }
        : { path: '/images/get', query: { names }, signal: options.signal },
    );
  } catch (error) {
    if (isWherryError(error, 'NOT_FOUND')) await nameMissing(connection, names, options);
    throw error;
  }
}

/** Not every engine says which of several images it does not have. */
async function nameMissing(
  connection: EngineConnection,
  names: readonly string[],
  { signal }: CallOptions,
): Promise<void> {
  for (const name of names) {
    try {
      await connection.json({ path: `${imagePath(name)}/json`, signal });
    } catch (cause) {
      if (!isWherryError(cause, 'NOT_FOUND')) return;
      throw new WherryError('NOT_FOUND', `there is no image ${name}`, { cause });
    }
  }
}

/** Loads a tar stream that {@link saveImages} gave; resolves to the names or ids that it brought. */
export async function loadImages(
  connection: EngineConnection,
  archive: AsyncIterable<Uint8Array>,
  options: CallOptions & { onProgress?: (progress: ImageProgress) => void } = {},
): Promise<readonly string[]> {
  const loaded: string[] = [];
  const records = connection.ndjson<ProgressRecord>({
    method: 'POST',
    path: '/images/load',
    query: { quiet: false },
    headers: { 'content-type': 'application/x-tar' },
    body: readAhead(archive),
    signal: options.signal,
  });
  try {
    await followProgress(records, {
      what: 'load of the archive',
      onProgress: (progress) => {
        if (progress.kind === 'output') loaded.push(...loadedNames(progress.text));
        options.onProgress?.(progress);
      },
      fail: loadError,
    });
  } catch (error) {
    // Only what the engine itself says about the archive has a status.
    if (isWherryError(error, 'ENGINE', 'INVALID') && error.details.status !== undefined) {
      throw loadError(error.message, error);
    }
    throw error;
  }
  return loaded;
}

function loadError(message: string, cause?: unknown): WherryError {
  if (/no space left on device/i.test(message)) {
    return new WherryError('NO_SPACE', `the archive cannot be loaded: ${message}`, {
      hint: 'remove images that are not needed, then try again',
      cause,
    });
  }
  return new WherryError('INVALID', `the archive cannot be loaded: ${message}`, {
    hint: 'give a tar stream that `save` wrote: docker-archive or OCI layout',
    cause,
  });
}

/** Docker says it once for each image, Podman once for all. */
function loadedNames(text: string): string[] {
  return [...text.matchAll(/^Loaded image(?: ID)?(?:\(s\))?: (.+)$/gm)].flatMap((match) =>
    (match[1] ?? '')
      .split(',')
      .map((name) => name.trim())
      .filter((name) => name !== ''),
  );
}
