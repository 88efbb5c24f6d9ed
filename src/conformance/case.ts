import type {
  Backend,
  BackendCapabilities,
  CapabilityName,
  ContainerSpec,
  NetworkSpec,
  VolumeSpec,
} from '../core/index.ts';

/** One promise of the contract, and how to see whether an engine keeps it. */
export interface ConformanceCase {
  /** `topic: what holds`; unique in the table. */
  name: string;
  /**
   * What the engine must be able to do for `run`. Where one of these is false, the case checks instead that the engine
   * refuses it with `UNSUPPORTED` and makes nothing.
   */
  needs?: readonly CapabilityName[];
  /** ms. Default: 60 000. */
  timeout?: number;
  /** It loads the machine or counts what is on it: never at the same time as another case. Default: false. */
  alone?: boolean;
  /** Rejects when the promise is broken. All that it made through the context is removed afterwards. */
  run(context: ConformanceContext): Promise<void>;
}

/** What a case works with. Whatever is made through it carries the label of the case and is removed when the case ends. */
export interface ConformanceContext {
  readonly backend: Backend;
  readonly capabilities: BackendCapabilities;
  readonly fixtures: Fixtures;
  /** Fires when the time of the case is over. */
  readonly signal: AbortSignal;
  /** Address at which published ports of the engine answer. */
  readonly host: string;
  /** Labels of everything that this case makes. */
  readonly labels: Readonly<Record<string, string>>;
  /** `key=value` that selects everything that this case made. */
  readonly selector: string;

  /** A name that nobody else has. */
  unique(stem?: string): string;
  /** Creates a container from the shell image, unless `spec` says otherwise. */
  create(spec?: Partial<ContainerSpec>): Promise<string>;
  /** Creates and starts one. */
  start(spec?: Partial<ContainerSpec>): Promise<string>;
  /** Starts one that runs until it is told to stop, and then ends at once with exit code 0. */
  idle(spec?: Partial<ContainerSpec>): Promise<string>;
  /** Creates, starts, waits, and reads all output. */
  run(spec?: Partial<ContainerSpec>): Promise<FinishedRun>;
  /** {@link run} with a shell script. */
  shell(script: string, spec?: Partial<ContainerSpec>): Promise<FinishedRun>;
  /** All that a container wrote until now. */
  output(id: string): Promise<ContainerOutput>;
  /** Resolves when the output of the container contains `text`. */
  outputWith(id: string, text: string): Promise<void>;
  /** Makes a network; resolves to its name. */
  network(spec?: Partial<NetworkSpec>): Promise<string>;
  /** Makes a volume; resolves to its name. */
  volume(spec?: Partial<VolumeSpec>): Promise<string>;
  /** Has an image removed at the end; resolves to its name. */
  imageName(stem: string): string;
  /** Runs at the end of the case, last come first served, also when it failed. */
  defer(undo: () => Promise<unknown>): void;
  /** A second client of the same engine that shares nothing with the first; the case is skipped where none can be had. */
  reopen(): Promise<Backend>;
  /** Ends the case as skipped. */
  skip(reason: string): never;
}

export interface ContainerOutput {
  stdout: string;
  stderr: string;
  /** Everything of stdout, or of the merged stream. */
  bytes: Buffer;
}

export interface FinishedRun extends ContainerOutput {
  id: string;
  exitCode: number;
}

/** The images that the cases run, by name. */
export interface Fixtures {
  /** busybox; CMD is `sh`. */
  readonly shell: string;
  /** ENTRYPOINT `echo entrypoint`, CMD `default`. */
  readonly entrypoint: string;
  /** USER, WORKDIR, ENV, EXPOSE, VOLUME, STOPSIGNAL and LABEL set; see `fixtures/images.ts`. */
  readonly configured: string;
  /** No shell: `/hello` prints a line and exits with 7 (the ENTRYPOINT), `/udp-echo` answers datagrams on port 9999. */
  readonly bare: string;
}

/** How one case ended. `refused`: the engine lacks what the case needs, and says so as the contract wants. */
export interface CaseResult {
  name: string;
  status: 'passed' | 'refused' | 'skipped' | 'failed';
  /** Why it was refused or skipped. */
  reason: string | null;
  /** What it failed with. */
  error: unknown;
  durationMs: number;
}

export interface ConformanceReport {
  results: readonly CaseResult[];
  passed: number;
  refused: number;
  skipped: number;
  failed: number;
}

/** Thrown to leave a case that cannot be judged here. */
export class Skipped extends Error {}
