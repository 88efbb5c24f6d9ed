import { isWherryError, WherryError } from '../../core/errors.ts';
import type { CallOptions, ImageInfo } from '../../core/image.ts';
import { isImageId, parseReference } from '../../core/reference.ts';
import type { EngineConnection } from './connection.ts';
import { type ImageRecord, imageInfo, manifestFor } from './image-records.ts';
import { fullPlatform, platformJson } from './platform.ts';

/** The image with this name or id (its variant for a platform), normalised. `NOT_FOUND`, `INVALID`. */
export async function inspectImage(
  connection: EngineConnection,
  name: string,
  options: CallOptions & { platform?: string | undefined } = {},
): Promise<ImageInfo> {
  const { platform } = options;
  const path = `${imagePath(name)}/json`;
  const query = (await connection.atLeast('1.48', options)) ? { manifests: '1' } : {};
  const record = await connection.json<ImageRecord>({ path, query, signal: options.signal }, ['Id']);
  if (platform === undefined) return imageInfo(record, name);
  const manifest = manifestFor(record, (one) => isPlatform(one, platform));
  if (manifest === undefined && !isPlatform(platformOf(record), platform)) {
    throw new WherryError('NOT_FOUND', `${name} is not on the engine for ${platform}`, {
      details: { kind: 'image', image: name, platform },
    });
  }
  return { ...imageInfo(record, name), ...(manifest === undefined ? {} : { contentId: manifest }) };
}

/**
 * Whether the engine has exactly this image (of this platform, when one is given); only "not there" is false, every
 * other failure is thrown.
 */
export async function imageExists(
  connection: EngineConnection,
  name: string,
  options: CallOptions & { platform?: string | undefined } = {},
): Promise<boolean> {
  const { platform, signal } = options;
  // Stores that hold several platforms of an image tell about one of them only when asked for it.
  const asksForPlatform = platform !== undefined && (await connection.atLeast('1.49', options));
  try {
    const record = await connection.json<ImageRecord>({
      path: `${imagePath(name)}/json`,
      query: asksForPlatform ? { platform: platformJson(platform) } : {},
      signal,
    });
    return platform === undefined || isPlatform(platformOf(record), platform);
  } catch (error) {
    if (isWherryError(error, 'NOT_FOUND')) return false;
    throw error;
  }
}

interface RecordedPlatform {
  os?: string | undefined;
  architecture?: string | undefined;
  variant?: string | undefined;
}

function platformOf({ Os: os, Architecture: architecture, Variant: variant }: ImageRecord): RecordedPlatform {
  return { os, architecture, variant };
}

function isPlatform(recorded: RecordedPlatform, platform: string): boolean {
  const [os, architecture, variant] = fullPlatform(platform).split('/');
  if (recorded.os !== os) return false;
  if (architecture === undefined) return true;
  if (recorded.architecture !== architecture) return false;
  return variant === undefined || !recorded.variant || recorded.variant === variant;
}

/** `/images/NAME`; `INVALID` for what is neither a reference nor an id, so that nothing else gets into the path. */
export function imagePath(name: string): string {
  if (!isImageId(name)) parseReference(name);
  return `/images/${name}`;
}
