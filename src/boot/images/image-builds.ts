import {
  contextServices,
  type FileContents,
  imageName,
  type Project,
  type Service,
  toBuildInput,
} from '../../compose/index.ts';
import {
  type Backend,
  type BuildOptions,
  type DockerfileBuild,
  type ImageInfo,
  type ImageProgress,
  WherryError,
} from '../../core/index.ts';

export interface ImageBuildsOptions extends Pick<BuildOptions, 'signal'> {
  backend: Backend;
  project: Project;
  files: FileContents;
  /** Whether a service whose image another build takes as a context is built although it has one. */
  renews: (service: Service) => boolean;
  /** What is other than the files say. */
  changes?: ((input: DockerfileBuild) => Partial<DockerfileBuild>) | undefined;
  builder?: BuildOptions['builder'] | undefined;
  onProgress?: ((image: string, service: Service, progress: ImageProgress) => void) | undefined;
}

/** Builds the images of services, each once, and before it those of the services that it takes as contexts. */
export class ImageBuilds {
  readonly #options: ImageBuildsOptions;
  readonly #builds = new Map<string, Promise<ImageInfo>>();

  constructor(options: ImageBuildsOptions) {
    this.#options = options;
  }

  /** The image of a service that has a `build`; what went wrong is told to each who asks for it. */
  build(service: Service): Promise<ImageInfo> {
    const image = imageName(this.#options.project, service);
    const build = this.#builds.get(image) ?? this.#build(image, service);
    this.#builds.set(image, build);
    return build;
  }

  async #build(image: string, service: Service): Promise<ImageInfo> {
    const { backend, project, files, signal, builder, changes, onProgress } = this.#options;
    for (const context of contextServices(project, service)) await this.#context(context, service);
    const input = toBuildInput(project, service, files);
    if (input === undefined) throw new WherryError('INTERNAL', `nothing says how ${image} is built`);
    const platform = await this.#ownPlatform(service);
    return backend.image(image).build(
      { ...input, ...(platform === undefined ? {} : { platform }), ...changes?.(input) },
      {
        signal,
        ...(builder === undefined ? {} : { builder }),
        onProgress: (progress) => onProgress?.(image, service, progress),
      },
    );
  }

  /** Of several platforms that of the engine; undefined where it is not among them, or the file says which. */
  async #ownPlatform({ name, platform, build }: Service): Promise<string | undefined> {
    const { backend, builder, signal } = this.#options;
    if (platform !== undefined || build === undefined || build.platforms.length < 2) return undefined;
    if (builder === 'classic') {
      const message = `${name}: the classic builder doesn't support multi-arch build`;
      const hint = 'DOCKER_BUILDKIT must not be set to 0; or say which one with platform';
      throw new WherryError('UNSUPPORTED', message, { hint });
    }
    const { os, architecture } = await backend.info({ signal });
    return build.platforms.find((one) => one === `${os}/${architecture}`);
  }

  async #context(context: Service, { name }: Service): Promise<void> {
    const { backend, project, renews, signal } = this.#options;
    const image = imageName(project, context);
    if (!renews(context) && (await backend.image(image).exists({ signal }))) return;
    try {
      await this.build(context);
    } catch (cause) {
      const message = `${name} is not built: the service ${context.name}, which it takes as a context, is not`;
      throw new WherryError('BUILD_FAILED', message, { details: { image }, cause });
    }
  }
}
