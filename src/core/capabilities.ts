/** Whether something works here, and when not, why not on this machine. */
export type Capability =
  | { readonly supported: true }
  | { readonly supported: false; readonly reason: string };

export const supported: Capability = Object.freeze({ supported: true });

export function unsupported(reason: string): Capability {
  return { supported: false, reason };
}

/**
 * What an engine can do here and now. Each flag is a checked promise: the conformance suite proves every `true`, and
 * proves that every `false` is refused with `UNSUPPORTED` before anything is made.
 */
export interface BackendCapabilities {
  /** `resources.memory` is enforced. */
  memory: Capability;
  /** `resources.cpus`, `cpuQuota`, `cpuPeriod`, `cpuShares`. */
  cpu: Capability;
  /** `resources.storage`. */
  storage: Capability;
  /** `resources.pids`. */
  pids: Capability;
  /** `resources.memorySwap`. */
  memorySwap: Capability;
  /** `image.build` with a Dockerfile. */
  build: Capability;
  /** Runs OCI images as they are. */
  oci: Capability;
  /** Containers reach each other and the outside; user-defined networks. */
  networking: Capability;
  /** Bind mounts and named volumes. */
  volumes: Capability;

  /** `ports` are published. */
  ports: Capability;
  /** Published ports live on when our process ends (the engine holds them). */
  durablePorts: Capability;
  /** Names and `aliases` resolve between containers of a user-defined network. */
  aliases: Capability;
  /** `links`. */
  links: Capability;
  staticAddresses: Capability;
  /** `NetworkAttachment.mtu`. */
  attachmentMtu: Capability;
  /** Containers of a user-defined network are out of reach for those that are not on it. */
  networkWalls: Capability;
  /** More than one network per container. */
  multipleNetworks: Capability;
  /** `networkMode: host`. */
  hostNetwork: Capability;
  dns: Capability;

  exec: Capability;
  attach: Capability;
  /** stdout and stderr are told apart in logs. */
  splitStreams: Capability;
  pause: Capability;
  rename: Capability;
  /** `update` of limits while it runs. */
  update: Capability;
  stats: Capability;
  events: Capability;
  /** `stopped` is told of every stop; `died` always is. */
  stopEvents: Capability;
  copy: Capability;
  /** `copyOut` tells the owners of files. */
  copyOwners: Capability;
  restartPolicy: Capability;
  /** The engine runs `healthcheck` itself. */
  healthcheck: Capability;
  /** Health checks go on when our process ends (the engine runs them by itself). */
  durableHealthchecks: Capability;
  /** `healthcheck.startInterval`. */
  healthStartInterval: Capability;
  init: Capability;
  readOnlyRoot: Capability;
  tmpfs: Capability;
  privileged: Capability;
  /** `platform` other than the engine's own. */
  platform: Capability;
  /** `secrets` and `configs` with uid, gid and mode. */
  files: Capability;
  /** `oomKilled` tells the truth. */
  oomReport: Capability;
  /** `signal` is told after an exit by signal. */
  exitSignal: Capability;
  /** The grace period may be given with each `stop`. */
  stopTimeout: Capability;
  push: Capability;
  /** `image.save` and `images.load`. */
  archive: Capability;
  /** `DockerfileBuild.secrets`. */
  buildSecrets: Capability;
  processes: Capability;
  prune: Capability;
  gpus: Capability;
  checkpoint: Capability;
}

export type CapabilityName = keyof BackendCapabilities;
