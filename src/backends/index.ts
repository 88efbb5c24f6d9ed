import type { Backend } from '../core/backend.ts';
import type { BackendConfig } from '../core/config.ts';
import type { CallOptions } from '../core/image.ts';
import { BackendRegistry } from '../core/registry.ts';
import { dockerFactory } from './docker/index.ts';
import { podmanFactory } from './podman/index.ts';

/** A new registry of all backends, in the order in which they are tried. Their code is loaded when one is opened. */
export function defaultRegistry(): BackendRegistry {
  return new BackendRegistry().register(dockerFactory).register(podmanFactory);
}

/** Opens the backend that a config describes, with a registry of its own. */
export async function openBackend(config: BackendConfig, options: CallOptions = {}): Promise<Backend> {
  return defaultRegistry().open(config, options.signal === undefined ? {} : { signal: options.signal });
}
