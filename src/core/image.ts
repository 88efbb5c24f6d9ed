import type { SpecProblem } from './plan.ts';
import type { Secret } from './secret.ts';
import type { HealthCheckSpec, PullPolicy } from './spec.ts';

/** What pulls, pushes and builds report on their way. */
export type ImageProgress =
  | {
      kind: 'layer';
      /** Short id of the layer, or the step of the engine. */
      id: string;
      status: string;
      /** Bytes done, null when not told. */
      current: number | null;
      /** Bytes in all, null when not told. */
      total: number | null;
    }
  | { kind: 'status'; status: string }
  | { kind: 'output'; text: string }
  | { kind: 'digest'; digest: string }
  | { kind: 'image'; id: string };

export interface RegistryCredentials {
  username?: string;
  password?: Secret;
  identityToken?: Secret;
  serverAddress?: string;
}

export interface PullOptions {
  platform?: string | undefined;
  /** Default: what the user's `config.json` and credential helpers say. */
  credentials?: RegistryCredentials | undefined;
  policy?: PullPolicy;
  onProgress?: ((progress: ImageProgress) => void) | undefined;
  signal?: AbortSignal | undefined;
}

export interface PushOptions {
  credentials?: RegistryCredentials | undefined;
  platform?: string | undefined;
  onProgress?: ((progress: ImageProgress) => void) | undefined;
  signal?: AbortSignal | undefined;
}

/** What to build from: an open union by `kind`; an engine refuses the kinds that it does not know. */
export type BuildInput = DockerfileBuild | { kind: string & {}; [field: string]: unknown };

/** A Dockerfile and its context directory. */
export interface DockerfileBuild {
  kind: 'dockerfile';
  /** Directory, or a tar stream. `.dockerignore` in a directory is honoured. */
  context: string | AsyncIterable<Uint8Array>;
  /** Path of the Dockerfile, relative to the context or absolute. Default: `Dockerfile`. */
  dockerfile?: string;
  /** Text of the Dockerfile, instead of `dockerfile`. */
  dockerfileInline?: string;
  /** Further names for the result. */
  tags?: readonly string[];
  args?: Readonly<Record<string, string>>;
  labels?: Readonly<Record<string, string>>;
  target?: string;
  platform?: string;
  network?: string;
  /** Bytes of /dev/shm in build containers. */
  shmSize?: number;
  /** Bytes that a step may use; not with BuildKit. */
  memory?: number;
  noCache?: boolean;
  /** Pull newer base images. Default: false. */
  pull?: boolean;
  /** Stages that are built anew, whatever the cache has; an engine that cannot tell stages apart builds all anew. */
  noCacheFilter?: readonly string[];
  /**
   * Images to take cache from, or `type=…,key=value` as BuildKit has it (`registry`, `gha`; Docker only, else left out
   * with a warning in the progress).
   */
  cacheFrom?: readonly string[];
  /**
   * Where the cache goes: `type=inline`, `type=registry,ref=…,mode=max` as BuildKit has it. Docker refuses what its image
   * store cannot (`BUILD_FAILED`); elsewhere left out with a warning in the progress.
   */
  cacheTo?: readonly string[];
  /**
   * Further contexts by the name that `FROM`, `COPY --from` and `RUN --mount=from` use: a directory with its own
   * `.dockerignore`, `docker-image://REFERENCE`, or (Docker 23.0 and newer) the URL of a repository or a file.
   */
  additionalContexts?: Readonly<Record<string, string>>;
  /** What steps may ask for: `security.insecure`, `network.host`. Docker only, which allows what its daemon is set up for. */
  entitlements?: readonly string[];
  /**
   * Provenance attestation: `true`, `false`, or parameters such as `mode=max`. Kept by Docker's containerd image store;
   * elsewhere left out with a warning in the progress. Default: none.
   */
  provenance?: string;
  /** SBOM attestation: `true`, `false`, or parameters such as `generator=IMAGE`; as {@link provenance}. Default: none. */
  sbom?: string;
  extraHosts?: Readonly<Record<string, readonly string[]>>;
  /** Secrets for `RUN --mount=type=secret,id=…`; needs BuildKit. */
  secrets?: Readonly<Record<string, Secret>>;
  /** Sockets of SSH agents by id, for `RUN --mount=type=ssh,id=…`; empty is the user's own. Needs BuildKit. */
  ssh?: Readonly<Record<string, string>>;
  ulimits?: Readonly<Record<string, { soft: number; hard: number }>>;
}

export interface BuildOptions {
  /** Default: the engine's own (BuildKit where it is there and wanted). */
  builder?: 'classic' | 'buildkit';
  onProgress?: ((progress: ImageProgress) => void) | undefined;
  signal?: AbortSignal | undefined;
}

export interface ImageInfo {
  id: string;
  /**
   * What a container of this engine's platform runs: it stays the same where only what is told of an image changed, such as
   * an attestation. Undefined: as `id`.
   */
  contentId?: string | undefined;
  /** `sha256:…` of the manifest; null for a local build on an engine that has none. */
  digest: string | null;
  tags: readonly string[];
  digests: readonly string[];
  createdAt: Date | null;
  /** When it got its last name, where the engine tells (`inspect`). */
  taggedAt?: Date | undefined;
  /** Bytes on disk. */
  size: number;
  os: string | null;
  architecture: string | null;
  labels: Readonly<Record<string, string>>;
  /** The image's own settings that matter to who runs it. */
  config: {
    entrypoint: readonly string[] | null;
    command: readonly string[] | null;
    environment: readonly string[];
    workingDir: string;
    user: string;
    exposedPorts: readonly string[];
    volumes: readonly string[];
    stopSignal: string | null;
    healthcheck: HealthCheckSpec | null;
  } | null;
}

export interface CallOptions {
  signal?: AbortSignal | undefined;
}

/** One image, by the reference that `backend.image(ref)` was given. Making it does no I/O and never fails. */
export interface Image {
  readonly name: string;
  pull(options?: PullOptions): Promise<void>;
  push(options?: PushOptions): Promise<void>;
  /** Builds and tags the result with `name`. Fails with `UNSUPPORTED` for kinds that the engine does not know. */
  build(input: BuildInput, options?: BuildOptions): Promise<ImageInfo>;
  /** Every field for which `build` would refuse the input here; empty: none. Builds nothing. */
  checkBuild?(
    input: BuildInput,
    options?: Pick<BuildOptions, 'builder' | 'signal'>,
  ): Promise<readonly SpecProblem[]>;
  exists(options?: CallOptions): Promise<boolean>;
  /** Of the variant for `platform` where one is given: `NOT_FOUND` when only others are there. */
  inspect(options?: CallOptions & { platform?: string | undefined }): Promise<ImageInfo>;
  tag(name: string, options?: CallOptions): Promise<void>;
  /** Removes the name, and the image with its last name. */
  remove(options?: CallOptions & { force?: boolean; noPrune?: boolean }): Promise<void>;
  digest(options?: CallOptions): Promise<string | null>;
  /** All names of the same image. */
  tags(options?: CallOptions): Promise<readonly string[]>;
  /** The image as a tar stream in the engine's own format (docker-archive or OCI layout). */
  save(options?: CallOptions): AsyncIterable<Uint8Array>;
}

/** What concerns many images at once. */
export interface Images {
  list(
    options?: CallOptions & { all?: boolean; labels?: readonly string[]; reference?: string },
  ): Promise<readonly ImageInfo[]>;
  /** Reads a tar stream that `save` wrote; resolves to the names (or ids) that it brought. */
  load(
    archive: AsyncIterable<Uint8Array>,
    options?: CallOptions & { onProgress?: (progress: ImageProgress) => void },
  ): Promise<readonly string[]>;
  /** Several images in one tar stream. */
  save(names: readonly string[], options?: CallOptions): AsyncIterable<Uint8Array>;
}
