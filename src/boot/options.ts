import type { Project } from '../compose/index.ts';
import type { CallOptions, EventBus, Logger, WherryError } from '../core/index.ts';
import type { OnProgress } from './progress.ts';
import type { ProvidedVariables } from './providers/messages.ts';

/** Options that all verbs of a project share. */
export interface BootOptions {
  /** Engine calls at once. Default: 8. */
  parallel?: number | undefined;
  signal?: AbortSignal | undefined;
  onProgress?: OnProgress | undefined;
  /** Where lifecycle events are published. */
  events?: EventBus | undefined;
  /** Default: silent. */
  logger?: Logger | undefined;
}

/** Options that decide what `up` plans. */
export interface UpPlanOptions {
  /** Only these and what they depend on. Default: all services of the project. */
  services?: readonly string[] | undefined;
  /** When images are pulled. Default: each service's own policy, else `missing`. */
  pull?: 'always' | 'missing' | 'never' | undefined;
  /** Build: every image that can be built, only those that are missing (the default), or none. */
  build?: 'always' | 'missing' | 'never' | undefined;
  /** Make every container anew. Excludes `noRecreate`. */
  forceRecreate?: boolean | undefined;
  /** Make the containers of what the named services depend on anew as well. Excludes `noRecreate`. */
  alwaysRecreateDeps?: boolean | undefined;
  /** Keep existing containers also when their configuration changed. */
  noRecreate?: boolean | undefined;
  /** Remove containers of services that the project does not have any more. Default: only warn. */
  removeOrphans?: boolean | undefined;
  /** Say nothing of such containers. Default: false. */
  ignoreOrphans?: boolean | undefined;
  /** `all`: also networks and volumes that no service uses. Default: `used`. */
  resources?: 'used' | 'all' | undefined;
  /** Leave out what the named services depend on. */
  noDeps?: boolean | undefined;
  /** Create only. */
  noStart?: boolean | undefined;
  /** Number of containers by service, over the file's own. */
  scale?: Readonly<Record<string, number>> | undefined;
  /** Anonymous volumes are made anew when a container is. Default: false. */
  renewAnonymousVolumes?: boolean | undefined;
  /**
   * Names of volumes that are made anew where they differ from the file, with the containers that use them; THEIR DATA IS
   * LOST. Default: none: they stay as they are, with a warning.
   */
  replaceVolumes?: 'all' | readonly string[] | undefined;
}

export interface UpOptions extends BootOptions, UpPlanOptions {
  /** Resolve only when every service is running and, with a health check, healthy. Default: false. */
  wait?: boolean | undefined;
  /** ms for each gate (a dependency's condition, and `wait`). Default: none: the engine's own retries decide. */
  waitTimeout?: number | undefined;
  /**
   * While a gate waits for health, run the container's health check at once and ever more rarely, not only when the
   * engine does (first after a whole interval). Default: true.
   */
  eager?: boolean | undefined;
  /**
   * Whose word about health `wait` takes in the end, for who asks the engine next: `anybody` (default) or the engine's own,
   * for which it waits up to `waitTimeout`, or two minutes.
   */
  healthBy?: 'anybody' | 'engine' | undefined;
  /**
   * What becomes of a service without a restart policy whose container has ended with another exit code than 0 by the
   * time that all is up: it `fails`, or `passes` for who follows its end himself. Default: `fails`.
   */
  earlyExit?: 'fails' | 'passes' | undefined;
  /** Gets the variables that the provider of a service gave. */
  onProvided?: ((service: string, variables: ProvidedVariables) => void) | undefined;
  /** ms between stop signal and kill for containers that are replaced. Default: the container's own grace. */
  timeout?: number | undefined;
  /** Asked for each volume that differs from the file whether it may be made anew, without its data. Default: no. */
  mayReplaceVolume?: ((name: string, options: CallOptions) => Promise<boolean>) | undefined;
}

export interface DownOptions extends BootOptions {
  projectName: string;
  /** Also removes named volumes, and tells orphans from services; without it everything goes by labels. */
  project?: Project | undefined;
  /** Only these services' containers; networks and volumes stay then. Default: all. */
  services?: readonly string[] | undefined;
  /** Also remove the project's volumes (named and anonymous). Default: false. */
  volumes?: boolean | undefined;
  /** Also remove containers of services that `project` does not have. Without `project` everything goes. */
  removeOrphans?: boolean | undefined;
  /** Also remove images: all that services use, or only those without a name of their own (built by us). */
  images?: 'all' | 'local' | undefined;
  /** ms between stop signal and kill. Default: each container's own grace. */
  timeout?: number | undefined;
}

/** Which containers of a project a verb is for. */
export interface ServiceOptions extends BootOptions {
  projectName: string;
  /** What its files say: without it no hooks run around starts and stops. */
  project?: Project | undefined;
  /** Default: all services. A name without any container that `project` does not have either fails with `NOT_FOUND`. */
  services?: readonly string[] | undefined;
  /** Also one-off containers (`run`). Default: false. */
  oneOff?: boolean | undefined;
  /** What becomes, without `services`, of containers of services that `project` does not have. Default: they count. */
  orphans?: 'count' | 'left' | undefined;
}

export interface StopServicesOptions extends ServiceOptions {
  /** ms between stop signal and kill. Default: each container's own grace. */
  timeout?: number | undefined;
}

export interface RestartServicesOptions extends StopServicesOptions {
  /** Leave dependants with `restart: true` alone. Default: false. */
  noDeps?: boolean | undefined;
}

export interface StartServicesOptions extends ServiceOptions {
  /** Resolve only when every service is running and, with a health check, healthy. Default: false. */
  wait?: boolean | undefined;
  /** ms for each gate. */
  waitTimeout?: number | undefined;
  /**
   * While a gate waits for health, run the container's health check at once and ever more rarely, not only when the
   * engine does (first after a whole interval). Default: true.
   */
  eager?: boolean | undefined;
}

export interface PauseServicesOptions extends ServiceOptions {
  /** What becomes of one that is paused already: it is `kept`, or `fails` with `CONFLICT`. Default: `kept`. */
  paused?: 'kept' | 'fails' | undefined;
}

export interface ResumeServicesOptions extends ServiceOptions {
  /** What becomes of one that runs and is not paused: it is `kept`, or `fails` with `CONFLICT`. Default: `kept`. */
  running?: 'kept' | 'fails' | undefined;
}

export interface KillServicesOptions extends ServiceOptions {
  /** With `project` and without `services`: also containers of services that it does not have. Default: false. */
  removeOrphans?: boolean | undefined;
  /** Default: SIGKILL. */
  killSignal?: string | undefined;
}

export interface RemoveServicesOptions extends ServiceOptions {
  /** Stop running ones first; without it they are left alone. Default: false. */
  stop?: boolean | undefined;
  /** Also their anonymous volumes. Default: false. */
  volumes?: boolean | undefined;
  /** Asked once, with the names of what is about to go, before anything is done. Default: nobody is asked. */
  mayRemove?: ((names: readonly string[], options: CallOptions) => Promise<boolean>) | undefined;
}

/** What became of one container or resource. */
export interface ChangeRow {
  kind: 'container' | 'network' | 'volume' | 'image' | 'provider';
  name: string;
  /** Null for what belongs to no service. */
  service: string | null;
  change:
    | 'stopped'
    | 'started'
    | 'restarted'
    | 'killed'
    | 'paused'
    | 'resumed'
    | 'removed'
    | 'kept'
    | 'failed';
  durationMs: number;
  error: WherryError | null;
}

/** The outcome of `down`, `stop` and the other verbs. */
export interface ChangeSummary {
  rows: readonly ChangeRow[];
  durationMs: number;
  /** No row failed. */
  ok: boolean;
  warnings: readonly string[];
}
