import type { ImageWish, SkippedService } from '../../boot/index.ts';
import type { Project } from '../../compose/index.ts';
import { isWherryError } from '../../core/errors.ts';
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
  return eachImage(context, words, { ...options, words: composeWords }, async (name, board) => {
    await pullImage(context, name, options, board);
    return 'done';
  });
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
  for (const { service, why } of skipped) tellSkipped(context, service, why);
  const toBuild: string[] = [];
  const pulls = { ...options, words: composeWords };
  const pullWish = async (wish: ImageWish, board: ProgressBoard): Promise<'done' | 'left'> => {
    const { image: name } = wish;
    const platform = options.platform ?? wish.platform;
    const policy = options.policy ?? wish.policy;
    if (policy === 'missing' && !isLatest(name) && (await isHere(context, name, platform))) {
      if (context.output.inComposeWords)
        board.tell(`Image ${name}`, 'done', `Skipped ${composeReasons.present}`);
      else context.output.note(t('pull.skipped', { service: name, why: t('pull.why.present') }));
      return 'left';
    }
    try {
      await pullImage(context, name, { platform, policy: 'always' }, board);
      return 'done';
    } catch (error) {
      context.signal.throwIfAborted();
      if (!wish.buildable) throw error;
      toBuild.push(...wish.services);
      return 'left';
    }
  };
  const names = images.map(({ image }) => image);
  const code = await eachImage(context, names, pulls, async (name, board) => {
    const outcomes: string[] = [];
    for (const wish of images) if (wish.image === name) outcomes.push(await pullWish(wish, board));
    return outcomes.includes('done') ? 'done' : 'left';
  });
  if (toBuild.length > 0) {
    const program = context.role === 'compose' ? 'docker compose' : 'wherry';
    context.output.note(t('pull.toBuild', { services: toBuild.join(' '), program }));
  }
  return code;
}

/** Docker compose's reasons. */
const composeReasons = {
  built: 'No image to be pulled',
  present: 'Image is already present locally',
} as const;

function tellSkipped({ output }: Context, service: string, why: SkippedService['why']): void {
  if (why === 'built' && output.inComposeWords)
    output.progressLine({ id: service, status: 'Done', text: `Skipped ${composeReasons.built}` });
  else output.note(t('pull.skipped', { service, why: t(`pull.why.${why}`) }));
}

async function isHere(context: Context, name: string, platform: string | undefined): Promise<boolean> {
  try {
    await (await context.backend()).image(name).inspect({ platform, signal: context.signal });
    return true;
  } catch (error) {
    if (isWherryError(error, 'NOT_FOUND')) return false;
    throw error;
  }
}

/** What changes under its name is pulled also when it is there. */
function isLatest(name: string): boolean {
  return withDefaultTag(parseReference(name)).tag === 'latest';
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
