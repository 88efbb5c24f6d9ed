import type { Project } from '../../compose/index.ts';
import { parseReference, withDefaultTag } from '../../core/reference.ts';
import type { Context } from '../context.ts';
import type { Invocation } from '../declaration.ts';
import { imageProgress } from '../output/image-progress.ts';
import type { ProgressBoard } from '../output/progress-board.ts';
import { requireProject } from '../scope.ts';
import { t } from '../text.ts';
import { usage } from '../usage.ts';
import { eachImage } from './each-image.ts';

export interface PullOptions {
  platform: string | undefined;
  ignoreFailures: boolean;
  ignoreBuildable: boolean;
  includeDeps: boolean;
  policy: 'always' | 'missing' | undefined;
}

const composeWords = { doing: 'Pulling', done: 'Pulled' } as const;

/** Pulls the images of services, or images by their names. */
export async function pull({ context, words, options }: Invocation<PullOptions>): Promise<number> {
  const scope = await context.scope();
  if (scope.kind === 'project' && scope.project !== null)
    return pullOfServices(context, await withNamed(context, scope.project, words), words, options);
  if (words.length === 0) throw usage(t('usage.imageNeeded'));
  return eachImage(context, words, { ...options, words: composeWords }, (name, board) =>
    pullImage(context, name, options, board),
  );
}

async function pullOfServices(
  context: Context,
  project: Project,
  words: readonly string[],
  options: PullOptions,
): Promise<number> {
  chosenServices(project.services, words);
  const { imagesToPull } = await import('../../boot/index.ts');
  const { includeDeps, ignoreBuildable } = options;
  const { images, skipped } = imagesToPull(project, { services: words, includeDeps, ignoreBuildable });
  for (const { service, why } of skipped)
    context.output.note(t('pull.skipped', { service, why: t(`pull.why.${why}`) }));
  const wishes = new Map(images.map((wish) => [wish.image, wish]));
  return eachImage(context, [...wishes.keys()], { ...options, words: composeWords }, async (name, board) => {
    const wish = wishes.get(name);
    const platform = options.platform ?? wish?.platform;
    try {
      await pullImage(context, name, { platform, policy: options.policy ?? wish?.policy }, board);
    } catch (error) {
      context.signal.throwIfAborted();
      if (wish?.buildable !== true) throw error;
      context.output.note(t('pull.toBuild', { image: name }));
    }
  });
}

async function pullImage(
  context: Context,
  name: string,
  { platform, policy }: Pick<PullOptions, 'platform' | 'policy'>,
  board: ProgressBoard,
): Promise<void> {
  const full = withDefaultTag(parseReference(name)).familiar;
  const image = (await context.backend()).image(full);
  await image.pull({
    platform,
    policy: policy ?? 'always',
    onProgress: imageProgress(board),
    signal: context.signal,
  });
}

/** A service that is named takes part whatever its profiles. */
export async function withNamed(
  context: Context,
  project: Project,
  words: readonly string[],
): Promise<Project> {
  const isDormant = words.some((name) => Object.hasOwn(project.disabledServices, name));
  return isDormant ? (await requireProject(context, words)).project : project;
}

/** The services that `names` mean; all when there are none. Fails with `INVALID` for a name that is no service. */
export function chosenServices<S>(services: Readonly<Record<string, S>>, names: readonly string[]): S[] {
  for (const name of names) {
    if (!Object.hasOwn(services, name)) {
      throw usage(
        t('usage.noSuchService', { name }),
        t('usage.services', { names: Object.keys(services).join(', ') }),
      );
    }
  }
  return Object.entries(services).flatMap(([name, service]) =>
    names.length === 0 || names.includes(name) ? [service] : [],
  );
}
