import type { CallOptions, ImageInfo, ImageProgress, Images } from '../../core/image.ts';
import type { EngineConnection } from './connection.ts';
import { labelFilter } from './filters.ts';
import { loadImages, saveImages } from './image-archive.ts';
import { type ImageRow, imageRowInfo } from './image-records.ts';
import { againWhenVanished } from './vanished.ts';

/** The images of an engine that speaks the Engine API. */
export class EngineImages implements Images {
  readonly #connection: EngineConnection;

  constructor(connection: EngineConnection) {
    this.#connection = connection;
  }

  async list(
    options: CallOptions & { all?: boolean; labels?: readonly string[]; reference?: string } = {},
  ): Promise<readonly ImageInfo[]> {
    const { all, labels, reference, signal } = options;
    const filters = {
      ...labelFilter(labels),
      ...(reference === undefined ? {} : { reference: [reference] }),
    };
    const rows = await againWhenVanished(() =>
      this.#connection.list<ImageRow>({
        path: '/images/json',
        // No `digests`: engines list them anyway, and Podman answers it with nothing.
        query: { all, filters: JSON.stringify(filters) },
        signal,
      }),
    );
    return rows.map(imageRowInfo);
  }

  load(
    archive: AsyncIterable<Uint8Array>,
    options?: CallOptions & { onProgress?: (progress: ImageProgress) => void },
  ): Promise<readonly string[]> {
    return loadImages(this.#connection, archive, options);
  }

  save(names: readonly string[], options?: CallOptions): AsyncIterable<Uint8Array> {
    return saveImages(this.#connection, names, options);
  }
}
