import type { Invocation } from '../declaration.ts';
import { imageProgress } from '../output/image-progress.ts';
import { t } from '../text.ts';
import { usage } from '../usage.ts';
import { eachImage } from './each-image.ts';
import { chosenServices } from './pull.ts';

export interface PushOptions {
  platform: string | undefined;
  ignoreFailures: boolean;
}

/** Pushes the images that services build, or images by their names. */
export async function push({ context, words, options }: Invocation<PushOptions>): Promise<number> {
  const scope = await context.scope();
  const inProject = scope.kind === 'project' && scope.project !== null;
  const names = inProject
    ? chosenServices(scope.project?.services ?? {}, words).flatMap(({ image, build }) =>
        image === undefined || build === undefined ? [] : [image],
      )
    : words;
  if (names.length === 0) throw usage(t('usage.imageNeeded'));
  const { signal } = context;
  const { platform } = options;
  return eachImage(context, names, options, async (name, board) =>
    (await context.backend()).image(name).push({ platform, onProgress: imageProgress(board), signal }),
  );
}
