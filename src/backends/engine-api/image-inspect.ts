import { isWherryError } from '../../core/errors.ts';
import type { CallOptions, ImageInfo } from '../../core/image.ts';
import { isImageId, parseReference } from '../../core/reference.ts';
import type { EngineConnection } from './connection.ts';
import { type ImageRecord, imageInfo } from './image-records.ts';
import { canonicalArchitecture, platformJson } from './platform.ts';

/** The image with this name or id, normalised. `NOT_FOUND`, `INVALID`. */
export async function inspectImage(
  connection: EngineConnection,
  name: string,
  options: CallOptions = {},
): Promise<ImageInfo> {
  const path = `${imagePath(name)}/json`;
  const query = (await connection.atLeast('1.48', options)) ? { manifests: '1' } : {};
  const record = await connection.json<ImageRecord>({ path, query, signal: options.signal }, ['Id']);
  return imageInfo(record, name);
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
    return platform === undefined || isPlatform(record, platform);
  } catch (error) {
    if (isWherryError(error, 'NOT_FOUND')) return false;
    throw error;
  }
}

function isPlatform(record: ImageRecord, platform: string): boolean {
  const [os, architecture, variant] = platform.toLowerCase().split('/');
  if (record.Os !== os) return false;
  if (architecture === undefined) return true;
  if (record.Architecture !== canonicalArchitecture(architecture)) return false;
  return variant === undefined || !record.Variant || record.Variant === variant;
}

/** `/images/NAME`; `INVALID` for what is neither a reference nor an id, so that nothing else gets into the path. */
export function imagePath(name: string): string {
  if (!isImageId(name)) parseReference(name);
  return `/images/${name}`;
}
