import { imageName, type Project, type Service } from '../../compose/index.ts';
import { variantKey } from '../state.ts';
import { chosenServices } from './chosen-services.ts';

export interface ServiceImagesOptions {
  /** Empty: all. Fails with `NOT_FOUND` for a name that is none. */
  services?: readonly string[] | undefined;
  /** Also those of what these depend on, and of what that does. Default: false. */
  includeDeps?: boolean | undefined;
}

/** An image to pull or to push. */
export interface ImageWish {
  image: string;
  services: readonly string[];
  platform: string | undefined;
  /** What the file says of it; undefined: nothing. */
  policy: 'always' | 'missing' | undefined;
  /** It can be built where it cannot be pulled. */
  buildable: boolean;
}

/** A service without an image to pull or to push. */
export interface SkippedService {
  service: string;
  why: 'policy' | 'buildable' | 'built' | 'foreign' | 'unnamed';
}

interface ServiceImages {
  images: readonly ImageWish[];
  skipped: readonly SkippedService[];
}

/** The images that services (and their `pre_start` hooks) run and that a registry may have. */
export function imagesToPull(
  project: Project,
  options: ServiceImagesOptions & { ignoreBuildable?: boolean | undefined } = {},
): ServiceImages {
  const wishes = new Wishes(variantKey);
  const skipped: SkippedService[] = [];
  for (const service of chosenOf(project, options)) {
    const why = whyNotPulled(service, options.ignoreBuildable === true);
    if (why === undefined) wishes.add(service, imageName(project, service));
    else skipped.push({ service: service.name, why });
    for (const { image } of service.preStart) if (image !== undefined) wishes.add(service, image);
  }
  return { images: wishes.list, skipped };
}

/** The images that services build and that have a name of their own. */
export function imagesToPush(project: Project, options: ServiceImagesOptions = {}): ServiceImages {
  const wishes = new Wishes(({ image }) => image);
  const skipped: SkippedService[] = [];
  for (const service of chosenOf(project, options)) {
    if (service.build === undefined) skipped.push({ service: service.name, why: 'foreign' });
    else if (service.image === undefined) skipped.push({ service: service.name, why: 'unnamed' });
    else wishes.add(service, service.image);
  }
  return { images: wishes.list, skipped };
}

function whyNotPulled(
  { image, build, pullPolicy }: Service,
  ignoreBuildable: boolean,
): SkippedService['why'] | undefined {
  if (image === undefined) return 'built';
  if (pullPolicy?.when === 'never' || pullPolicy?.when === 'build') return 'policy';
  return build !== undefined && ignoreBuildable ? 'buildable' : undefined;
}

/** One wish for each key, however many services use it. */
class Wishes {
  readonly #byKey = new Map<string, ImageWish>();
  readonly #keyOf: (wish: { image: string; platform: string | undefined }) => string;

  constructor(keyOf: (wish: { image: string; platform: string | undefined }) => string) {
    this.#keyOf = keyOf;
  }

  get list(): readonly ImageWish[] {
    return [...this.#byKey.values()];
  }

  add({ name, platform, pullPolicy, build }: Service, image: string): void {
    const key = this.#keyOf({ image, platform });
    const known = this.#byKey.get(key);
    const when = pullPolicy?.when;
    const policy = when === 'always' || when === 'missing' ? when : undefined;
    this.#byKey.set(key, {
      image,
      services: [...(known?.services ?? []), name],
      platform: known?.platform ?? platform,
      policy: known?.policy === 'always' ? 'always' : (policy ?? known?.policy),
      buildable: known?.buildable === true || build !== undefined,
    });
  }
}

function chosenOf(project: Project, { services = [], includeDeps }: ServiceImagesOptions): Service[] {
  return chosenServices(project, { services, dependencies: includeDeps === true });
}
