import { defaultRegistry, openBackend } from './backends/index.ts';
import type { Backend } from './core/backend.ts';
import type { BackendConfig } from './core/config.ts';
import type { SelectOptions } from './core/registry.ts';

export * from './core/index.ts';
export { defaultRegistry, openBackend };

/**
 * Connects to a container engine: to the one that a config describes, or to the best that answers here (by `prefer`, and
 * with all capabilities of `require`). `UNAVAILABLE` tells for every candidate why it cannot be used.
 */
export async function connect(options: BackendConfig | SelectOptions = {}): Promise<Backend> {
  if ('type' in options) return openBackend(options);
  const { backend } = await defaultRegistry().select(options);
  return backend;
}
