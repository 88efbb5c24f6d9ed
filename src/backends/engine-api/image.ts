import type {
  BuildInput,
  BuildOptions,
  CallOptions,
  Image,
  ImageInfo,
  PullOptions,
  PushOptions,
} from '../../core/image.ts';
import type { SpecProblem } from '../../core/plan.ts';
import { buildImage, checkBuild } from './build.ts';
import { saveImages } from './image-archive.ts';
import type { ImageContext } from './image-context.ts';
import { imageExists, inspectImage } from './image-inspect.ts';
import { removeImage } from './image-remove.ts';
import { tagImage } from './image-tag.ts';
import { pullImage } from './pull.ts';
import { pushImage } from './push.ts';

/** One image of an engine that speaks the Engine API. */
export class EngineImage implements Image {
  readonly name: string;
  readonly #context: ImageContext;

  constructor(context: ImageContext, name: string) {
    this.#context = context;
    this.name = name;
  }

  pull(options?: PullOptions): Promise<void> {
    return pullImage(this.#context, this.name, options);
  }

  push(options?: PushOptions): Promise<void> {
    return pushImage(this.#context, this.name, options);
  }

  build(input: BuildInput, options?: BuildOptions): Promise<ImageInfo> {
    return buildImage(this.#context, this.name, input, options);
  }

  checkBuild(
    input: BuildInput,
    options: Pick<BuildOptions, 'builder' | 'signal'> = {},
  ): Promise<readonly SpecProblem[]> {
    return checkBuild(this.#context, this.name, input, options);
  }

  exists(options?: CallOptions): Promise<boolean> {
    return imageExists(this.#context.connection, this.name, options);
  }

  inspect(options?: CallOptions & { platform?: string | undefined }): Promise<ImageInfo> {
    return inspectImage(this.#context.connection, this.name, options);
  }

  tag(name: string, options: CallOptions = {}): Promise<void> {
    const { connection, rename } = this.#context;
    return rename(() => tagImage(connection, this.name, name, options), options);
  }

  remove(options: CallOptions & { force?: boolean; noPrune?: boolean } = {}): Promise<void> {
    const { connection, rename } = this.#context;
    return rename(() => removeImage(connection, this.name, options), options);
  }

  async digest(options?: CallOptions): Promise<string | null> {
    return (await this.inspect(options)).digest;
  }

  async tags(options?: CallOptions): Promise<readonly string[]> {
    return (await this.inspect(options)).tags;
  }

  save(options?: CallOptions): AsyncIterable<Uint8Array> {
    return saveImages(this.#context.connection, [this.name], options);
  }
}
