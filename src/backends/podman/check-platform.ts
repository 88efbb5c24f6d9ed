import type { CreateOptions } from '../../core/backend.ts';
import { isWherryError, WherryError } from '../../core/errors.ts';
import type { Image } from '../../core/image.ts';
import { isImageId } from '../../core/reference.ts';
import type { ContainerSpec } from '../../core/spec.ts';
import { fullPlatform } from '../engine-api/platform.ts';

/** Podman takes a local image of whatever platform. `NOT_FOUND` instead, when none of the right one can be pulled either. */
export async function checkPlatform(
  image: Image,
  spec: ContainerSpec,
  options: CreateOptions,
): Promise<void> {
  const { platform } = spec;
  if (platform === undefined || (await isOf(image, platform, options)) !== false) return;
  const { signal, onProgress, credentials } = options;
  if (spec.pullPolicy !== 'never' && !isImageId(spec.image)) {
    await image.pull({ policy: 'always', platform, onProgress, credentials, signal });
    if ((await isOf(image, platform, options)) !== false) return;
  }
  throw new WherryError('NOT_FOUND', `the image ${spec.image} on the engine is not for ${platform}`, {
    hint: 'choose another `platform`, or pull the variant for this one',
    details: { kind: 'image', image: spec.image, platform },
  });
}

/** Null when there is no such image (yet). The variant is not looked at: images often leave it out. */
async function isOf(image: Image, platform: string, { signal }: CreateOptions): Promise<boolean | null> {
  const [os, architecture] = fullPlatform(platform).split('/');
  try {
    const found = await image.inspect({ signal });
    return os === found.os && (architecture === undefined || architecture === found.architecture);
  } catch (error) {
    if (isWherryError(error, 'NOT_FOUND')) return null;
    throw error;
  }
}
