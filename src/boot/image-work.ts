import { WherryError } from '../core/index.ts';
import type { ImageStep } from './plan.ts';
import { imageState, variantKey } from './state.ts';
import type { UpContext } from './up-run.ts';

/** Pulls or builds one image, reports its progress, and remembers what it became. */
export async function performImageStep(context: UpContext, step: ImageStep): Promise<void> {
  const { backend, builds, desired, images, signal } = context;
  const key = variantKey(step);
  const failed = context.failedImages.get(key);
  if (failed !== undefined) throw failed;
  const { services, platform } = step;
  const users = services.flatMap((name) => desired.get(name) ?? []);
  if (step.action === 'build') {
    const builder = users.find((service) => service.canBuild)?.declared;
    if (builder === undefined) throw new WherryError('INTERNAL', `nothing says how ${step.image} is built`);
    images.set(key, imageState(await builds.build(builder)));
    return;
  }
  const image = backend.image(step.image);
  const onProgress: NonNullable<Parameters<typeof image.pull>[0]>['onProgress'] = (progress) =>
    context.report({ kind: 'image', image: step.image, services, progress });
  await image.pull({ policy: 'always', platform, onProgress, signal });
  images.set(key, imageState(await image.inspect({ platform, signal })));
}
