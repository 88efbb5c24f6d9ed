import type { Logger } from './logger.ts';
import type { Secret } from './secret.ts';
/** The engines behind the contract. */
export type BackendType =
  | 'docker'
  | 'podman'
  | 'containerd'
  | 'kubernetes'
  | 'qemu'
  | 'hyperkit'
  | 'firecracker'
  | 'nanos';

/** Whether the engine of an ordinary user is used: `auto` asks who we are; `enabled` refuses root; `disabled` wants the system's. */
export type RootlessMode = 'auto' | 'enabled' | 'disabled';

export interface TlsFiles {
  /** PEM text. */
  ca?: string;
  cert?: string;
  key?: Secret;
  /** Check the engine's certificate. Default: true. */
  verify?: boolean;
}

/** Where and how to reach a Docker engine. An empty config finds it as the docker CLI would. */
export interface DockerConfig {
  type: 'docker';
  /** `unix:///path`, `tcp://host:port`. Default: DOCKER_HOST, the docker context, then the usual sockets. */
  host?: string;
  /** Docker context by name. Default: DOCKER_CONTEXT, then the current one of `config.json`. */
  context?: string;
  tls?: TlsFiles;
  /** Engine API version such as `1.45`. Default: negotiated, 1.41 to 1.56, no newer than DOCKER_API_VERSION. */
  apiVersion?: string;
  /** Environment to look into. Default: `process.env`. */
  env?: Readonly<Record<string, string | undefined>>;
  logger?: Logger;
  /**
   * What becomes of an order (`host`, `DOCKER_HOST`) that leads to Podman: it is used as if it was Docker, or `UNAVAILABLE`
   * with its address in `details.podman`. Default: `used`.
   */
  podman?: 'used' | 'refused';
}

/** Where and how to reach Podman's API service. */
export interface PodmanConfig {
  type: 'podman';
  /** `unix:///path` or `tcp://host:port`. Default: CONTAINER_HOST, then the sockets of root, user and podman machine. */
  host?: string;
  rootless?: RootlessMode;
  /** Start `podman system service` when nothing answers. Default: false. */
  autoStart?: boolean;
  /** Path of the podman binary for `autoStart`. Default: `podman` on PATH. */
  podmanPath?: string;
  env?: Readonly<Record<string, string | undefined>>;
  logger?: Logger;
}

/** Config of any engine: `type` says which; the fields beside it belong to that engine. */
export type BackendConfig =
  | DockerConfig
  | PodmanConfig
  | { type: Exclude<BackendType, 'docker' | 'podman'>; [field: string]: unknown };
