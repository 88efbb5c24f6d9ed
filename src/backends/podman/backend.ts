import { EngineApiBackend, type EngineApiBackendOptions } from '../engine-api/backend.ts';
import { podmanImageDifferences } from './image-differences.ts';
import type { PodmanService } from './service.ts';

export interface PodmanBackendOptions extends EngineApiBackendOptions {
  /** A service that ends with the backend. */
  service: PodmanService | null;
}

/** Podman, over its Docker-compatible API where that is right, and over its own (libpod) where that is better. */
export class PodmanBackend extends EngineApiBackend {
  readonly type = 'podman' as const;
  readonly #service: PodmanService | null;

  constructor(options: PodmanBackendOptions) {
    super({ ...options, images: podmanImageDifferences });
    this.#service = options.service;
  }

  override async [Symbol.asyncDispose](): Promise<void> {
    await super[Symbol.asyncDispose]();
    await this.#service?.[Symbol.asyncDispose]();
  }
}
