import type { CallOptions } from '../../core/image.ts';
import { type ChooseBuilder, chooseDockerBuilder } from './build-choice.ts';
import type { EngineConnection } from './connection.ts';
import { type PruneImages, pruneDockerImages } from './prune-images.ts';
import type { RegistryAuth } from './registry-auth.ts';
import { dockerRegistryCalls, type RegistryCalls } from './registry-calls.ts';

/** What the image verbs need of their engine. */
export interface ImageContext {
  connection: EngineConnection;
  auth: RegistryAuth;
  /** How it is asked to pull and push. */
  registryCalls: RegistryCalls;
  chooseBuilder: ChooseBuilder;
  pruneImages: PruneImages;
  rename: RenameImages;
}

/** Has the engine change names of images. */
export type RenameImages = (change: () => Promise<void>, options: CallOptions) => Promise<void>;

/** What another engine than Docker does in its own way. */
export type ImageDifferences = Partial<Omit<ImageContext, 'connection' | 'auth'>>;

/** The context of a Docker engine, but for `differences`. */
export function imageContext(
  connection: EngineConnection,
  auth: RegistryAuth,
  differences: ImageDifferences = {},
): ImageContext {
  return {
    connection,
    auth,
    registryCalls: dockerRegistryCalls,
    chooseBuilder: chooseDockerBuilder,
    pruneImages: pruneDockerImages,
    rename: (change) => change(),
    ...differences,
  };
}
