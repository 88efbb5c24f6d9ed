import { parseReference, withDefaultTag } from '../../core/reference.ts';
import type { Context } from '../context.ts';
import type { Invocation } from '../declaration.ts';
import { imageProgress } from '../output/image-progress.ts';
import type { ProgressBoard } from '../output/progress-board.ts';
import { t } from '../text.ts';
import { usage } from '../usage.ts';
import { eachImage } from './each-image.ts';

export interface PullOptions {
  platform: string | undefined;
  ignoreFailures: boolean;
  policy: 'always' | 'missing' | undefined;
}

/** Pulls the images of services, or images by their names. */
export async function pull({ context, words, options }: Invocation<PullOptions>): Promise<number> {
  const scope = await context.scope();
  if (scope.kind === 'project' && scope.project !== null) {
    const services = chosenServices(scope.project.services, words);
    const images = services.flatMap(({ image, build, preStart }) => [
      ...(image === undefined || build !== undefined ? [] : [image]),
      ...preStart.flatMap((hook) => (hook.image === undefined ? [] : [hook.image])),
    ]);
    return eachImage(context, images, options, (name, board) => pullImage(context, name, options, board));
  }
  if (words.length === 0) throw usage(t('usage.imageNeeded'));
  return eachImage(context, words, options, (name, board) => pullImage(context, name, options, board));
}

async function pullImage(
  context: Context,
  name: string,
  options: PullOptions,
  board: ProgressBoard,
): Promise<void> {
  const full = withDefaultTag(parseReference(name)).familiar;
  const { platform, policy } = options;
  const image = (await context.backend()).image(full);
  await image.pull({
    platform,
    policy: policy ?? 'always',
    onProgress: imageProgress(board),
    signal: context.signal,
  });
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
