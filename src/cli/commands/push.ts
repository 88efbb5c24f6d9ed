import type { Project } from '../../compose/index.ts';
import type { Context } from '../context.ts';
import type { Invocation } from '../declaration.ts';
import { imageProgress } from '../output/image-progress.ts';
import { t } from '../text.ts';
import { usage } from '../usage.ts';
import { eachImage } from './each-image.ts';
import { chosenServices, withNamed } from './pull.ts';

export interface PushOptions {
  platform: string | undefined;
  ignoreFailures: boolean;
  includeDeps: boolean;
}

/** Pushes the images that services build, or images by their names. */
export async function push({ context, words, options }: Invocation<PushOptions>): Promise<number> {
  const scope = await context.scope();
  const project = scope.kind === 'project' ? scope.project : null;
  if (project === null && words.length === 0) throw usage(t('usage.imageNeeded'));
  const names = project === null ? words : await imagesOfServices(context, project, words, options);
  const { signal } = context;
  const { platform } = options;
  const wishes = { ...options, words: { doing: 'Pushing', done: 'Pushed' } as const };
  return eachImage(context, names, wishes, async (name, board) => {
    const image = (await context.backend()).image(name);
    await image.push({ platform, onProgress: imageProgress(board), signal });
    return 'done';
  });
}

async function imagesOfServices(
  context: Context,
  declared: Project,
  words: readonly string[],
  { includeDeps }: PushOptions,
): Promise<readonly string[]> {
  const project = await withNamed(context, declared, words);
  chosenServices(project.services, words);
  const { imagesToPush } = await import('../../boot/index.ts');
  const { images, skipped } = imagesToPush(project, { services: words, includeDeps });
  for (const { service, why } of skipped)
    context.output.note(t('pull.skipped', { service, why: t(`pull.why.${why}`) }));
  return images.map(({ image }) => image);
}
