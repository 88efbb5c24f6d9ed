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
    return backend.image(image).build(
      { ...input, ...changes?.(input) },
      {
        signal,
        ...(builder === undefined ? {} : { builder }),
        onProgress: (progress) => onProgress?.(image, service, progress),
      },
    );
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
