import type { DockerfileBuild } from '../../core/image.ts';
import type { BuildContext, BuildContextOptions } from './build-context.ts';
import type { BuildLog } from './build-log.ts';
import type { ImageContext } from './image-context.ts';

/** One build, ready to be handed to a builder. */
export interface BuildJob {
  context: ImageContext;
  /** The image's name as the caller wrote it, for messages. */
  name: string;
  /** All names of the result, fully qualified. */
  tags: readonly string[];
  input: DockerfileBuild;
  log: BuildLog;
  /** Images that stages before those of the Dockerfile are from, by their names. */
  stages?: ReadonlyMap<string, string>;
  /** Opens the context once; its stream belongs to who sends it. */
  openContext: (options?: Pick<BuildContextOptions, 'extra'>) => Promise<BuildContext>;
  signal: AbortSignal | undefined;
}

/** Runs a build to its end, or throws. */
export type Builder = (job: BuildJob) => Promise<void>;
