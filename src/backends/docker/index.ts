import type { DockerConfig } from '../../core/config.ts';
import { WherryError } from '../../core/errors.ts';
import type { BackendFactory } from '../../core/registry.ts';

/** Makes backends for Docker engines; the code behind it is loaded when one is opened. */
export const dockerFactory: BackendFactory = {
  type: 'docker',
  async open(config, options) {
    if (config.type !== 'docker') {
      throw new WherryError('INVALID', `a config of type "${config.type}" is not for docker`);
    }
    const { openDocker } = await import('./open.ts');
    return openDocker(config as DockerConfig, options);
  },
};
