import type { PodmanConfig } from '../../core/config.ts';
import { WherryError } from '../../core/errors.ts';
import type { BackendFactory } from '../../core/registry.ts';

/** Makes backends for Podman's API service; the code behind it is loaded when one is opened. */
export const podmanFactory: BackendFactory = {
  type: 'podman',
  async open(config, options) {
    if (config.type !== 'podman') {
      throw new WherryError('INVALID', `a config of type "${config.type}" is not for podman`);
    }
    const { openPodman } = await import('./open.ts');
    return openPodman(config as PodmanConfig, options);
  },
};

export type { PodmanConfig } from '../../core/config.ts';
