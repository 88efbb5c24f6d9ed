import { existsSync } from 'node:fs';
import { type BackendCapabilities, supported, unsupported } from '../../core/capabilities.ts';
import { isOlder } from './version.ts';

/** The part of `GET /libpod/info` that we read. */
export interface LibpodInfo {
  host?: {
    cgroupVersion?: string;
    cgroupControllers?: readonly string[] | null;
    security?: { rootless?: boolean };
    serviceIsRemote?: boolean;
  };
  store?: { graphDriverName?: string };
  version?: { Version?: string };
}

export interface PodmanFacts {
  info: LibpodInfo;
  /** Podman's version, such as `4.3.1`. */
  version: string;
  /** Whether the engine's files are those of this machine. */
  isLocal: boolean;
  hasInit: boolean;
  /** Whether a network can be isolated also from those that are not isolated. */
  strictWalls: boolean;
}

/** Docker's answers, put right where Podman differs. */
export function podmanCapabilities(docker: BackendCapabilities, facts: PodmanFacts): BackendCapabilities {
  const { info, version, isLocal, hasInit, strictWalls } = facts;
  const { cgroupVersion, cgroupControllers, security } = info.host ?? {};
  const isV1 = cgroupVersion === 'v1';
  const controllers = new Set(cgroupControllers ?? []);
  const limit = (name: string) => {
    if (security?.rootless === true && isV1)
      return unsupported('rootless Podman cannot set limits on cgroup v1');
    return controllers.has(name)
      ? supported
      : unsupported(`the ${name} cgroup controller is not delegated to Podman`);
  };
  return {
    ...docker,
    memory: limit('memory'),
    memorySwap: limit('memory').supported ? docker.memorySwap : limit('memory'),
    cpu: limit('cpu'),
    pids: limit('pids'),
    storage: unsupported(
      `Podman's ${info.store?.graphDriverName ?? 'storage'} driver bounds a container's disk only on xfs with pquota, which it does not tell`,
    ),
    init: hasInit ? supported : unsupported('Podman has no init binary: install catatonit'),
    links: unsupported('Podman has no links: give the other container an alias on the network'),
    oomReport: isV1
      ? unsupported('Podman does not see an OOM kill on cgroup v1; 137 alone proves nothing')
      : supported,
    networkWalls: strictWalls
      ? supported
      : unsupported(
          'the walls of this netavark fall when another network empties, and none keep its default network out (isolate=strict does)',
        ),
    stopEvents: unsupported('Podman tells of a stop only when it comes before the end of the process'),
    update: isOlder(version, [5, 4])
      ? unsupported(
          `Podman ${version} forgets the other limits of a container, or the new ones at its next start`,
        )
      : supported,
    durableHealthchecks: hasSystemd(isLocal)
      ? supported
      : unsupported(
          'Podman leaves its health checks to systemd timers, and there is none: Wherry runs them while it watches',
        ),
    copyOwners: unsupported('Podman writes root as the owner of what it copies out'),
    healthStartInterval: unsupported('Podman has no interval of its own for the start period'),
    gpus: unsupported('Podman takes GPUs as CDI devices, not as device requests'),
  };
}

/** systemd is looked for where the engine is; on another host it cannot be seen. */
function hasSystemd(isLocal: boolean): boolean {
  return isLocal && existsSync('/run/systemd/system');
}
