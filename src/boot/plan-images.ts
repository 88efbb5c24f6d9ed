import type { DesiredService } from './desired.ts';
import type { UpPlanOptions } from './options.ts';
import type { ImageStep } from './plan.ts';
import { type ImageState, variantKey } from './state.ts';

export interface PlanImagesInput {
  services: readonly DesiredService[];
  /** What is there, by its key. */
  images: ReadonlyMap<string, ImageState>;
  options: UpPlanOptions;
  now: Date;
  /** Images that were just pulled or built. */
  refreshed: ReadonlySet<string>;
}

/** The images to pull and to build: one step for each, however many services use it. */
export function planImages({ services, images, options, now, refreshed }: PlanImagesInput): ImageStep[] {
  const users = new Map<string, DesiredService[]>();
  for (const service of services) {
    const key = variantKey(service);
    if (service.scale === 0 || refreshed.has(key)) continue;
    users.set(key, [...(users.get(key) ?? []), service]);
  }
  return [...serviceImages(users, images, options, now), ...mountedImages(services, users, images)];
}

/** Images whose files are mounted, and which no service runs, are only ever pulled. */
function mountedImages(
  services: readonly DesiredService[],
  run: ReadonlyMap<string, unknown>,
  images: PlanImagesInput['images'],
): ImageStep[] {
  const users = new Map<string, string[]>();
  for (const { name, scale, mountedImages, pullPolicy } of services) {
    if (scale === 0 || pullPolicy?.when === 'never') continue;
    for (const { image } of mountedImages)
      if (!run.has(image) && !images.has(image)) users.set(image, [...(users.get(image) ?? []), name]);
  }
  return [...users].map(([image, names]) => ({
    id: `image ${image}`,
    kind: 'image',
    needs: [],
    action: 'pull',
    image,
    services: names,
  }));
}

function serviceImages(
  users: ReadonlyMap<string, readonly DesiredService[]>,
  images: PlanImagesInput['images'],
  options: UpPlanOptions,
  now: Date,
): ImageStep[] {
  return [...users].flatMap(([key, together]): ImageStep[] => {
    const first = together.find((service) => service.canBuild) ?? together[0];
    const action = imageAction(first, images.get(key), options, now);
    if (first === undefined || action === null) return [];
    const { image, platform } = first;
    const services = together.map(({ name }) => name);
    const variant = platform === undefined ? { image } : { image, platform };
    return [{ id: `image ${key}`, kind: 'image', needs: [], action, ...variant, services }];
  });
}

function imageAction(
  service: DesiredService | undefined,
  image: { createdAt: Date | null } | undefined,
  options: UpPlanOptions,
  now: Date,
): 'pull' | 'build' | null {
  if (service === undefined) return null;
  const missing = image === undefined;
  if (service.canBuild) {
    const when = options.build ?? (service.pullPolicy?.when === 'build' ? 'always' : 'missing');
    if (when === 'always' || (when === 'missing' && missing)) return 'build';
    if (when === 'never' && missing && !service.hasOwnImage) return null;
  }
  const policy = options.pull ?? service.pullPolicy?.when ?? 'missing';
  if (policy === 'never') return null;
  if (missing || (policy === 'always' && !service.canBuild)) return 'pull';
  if (policy !== 'refresh' || service.pullPolicy?.when !== 'refresh') return null;
  const age = now.getTime() - (image.createdAt?.getTime() ?? 0);
  return age > service.pullPolicy.every ? 'pull' : null;
}
