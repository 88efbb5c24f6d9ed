import { containerPath } from '../engine-api/container-path.ts';
import { dockerRemoval, type Removal } from '../engine-api/lifecycle.ts';

/**
 * Asked by its Docker-compatible API, Podman stops what it removes by force with the container's whole grace. Asked by its
 * own, it can be told to kill at once, as Docker does.
 */
export const podmanRemoval: Removal = (id, options) =>
  options.force === true
    ? {
        path: `/v4.0.0/libpod${containerPath(id)}`,
        versioned: false,
        query: { force: true, timeout: 0, volumes: options.keepVolumes !== true },
      }
    : dockerRemoval(id, options);
