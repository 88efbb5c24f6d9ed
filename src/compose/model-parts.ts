import type { Origin } from './model.ts';

/** Parts of the Compose model that few services use; {@link Service} has them. Sizes are bytes, durations milliseconds. */

/** A command that runs at a point of a container's life. */
export interface Hook {
  /** Empty: the image's own, only before the start. */
  command: string[];
  /** Only before the start, in a container of its own. Default: the image of the service. */
  image?: string;
  user?: string;
  privileged: boolean;
  workingDir?: string;
  environment: Record<string, string | null>;
  /** Only before the start: for each container of the service, not once for all. */
  perReplica: boolean;
}

export type WatchAction = 'rebuild' | 'restart' | 'sync' | 'sync+exec' | 'sync+restart';

/** What happens when files change. */
export interface WatchTrigger {
  /** Absolute. */
  path: string;
  action: WatchAction;
  /** Where files go in the container; needed by the actions that sync. */
  target?: string;
  /** Patterns as in `.dockerignore`. */
  ignore: string[];
  /** Patterns; empty: everything. */
  include: string[];
  exec?: Hook;
  /** Files go into the container once before anything changes. */
  initialSync: boolean;
}

/** A service that a program outside of the engine provides. */
export interface Provider {
  type: string;
  options: Record<string, string[]>;
}

/** A language model that a service uses. */
export interface ModelUse {
  /** Name of the variable that gets its address. */
  endpointVar?: string;
  /** Name of the variable that gets its name. */
  modelVar?: string;
}

/** A language model of the project. */
export interface LanguageModel {
  key: string;
  origin: Origin;
  /** What it is called where its progress is shown. Default: its key. */
  name?: string;
  model: string;
  /** Tokens. */
  contextSize?: number;
  runtimeFlags: string[];
}

/** Devices such as GPUs that a driver of the engine hands out. */
export interface DeviceRequest {
  capabilities: string[];
  driver?: string;
  /** -1: all. */
  count?: number;
  deviceIds: string[];
  options: Record<string, string>;
}

/** When a job runs. */
export interface JobTriggers {
  /** By a command. Default true. */
  manual: boolean;
  schedule: JobSchedule[];
}

export interface JobSchedule {
  /** Five fields, or `@daily` and the like. */
  cron: string;
  /** As `Europe/Paris`. Default: that of the machine. */
  timezone?: string;
  /** What happens while the last run is not over. Default `forbid`. */
  concurrency: 'forbid' | 'queue';
  /** How often a job runs for all the times that were missed. Default `one`. */
  missedFires: 'one' | 'skip';
}

/** Limits of block I/O. */
export interface BlockIo {
  /** 10 to 1000. */
  weight?: number;
  weightDevice: { path: string; weight: number }[];
  /** Bytes a second, as is `deviceWriteBps`. */
  deviceReadBps: DeviceRate[];
  deviceWriteBps: DeviceRate[];
  /** Operations a second, as is `deviceWriteIops`. */
  deviceReadIops: DeviceRate[];
  deviceWriteIops: DeviceRate[];
}

export interface DeviceRate {
  path: string;
  rate: number;
}

export interface CredentialSpec {
  config?: string;
  file?: string;
  registry?: string;
}

/** How containers of a service are replaced. */
export interface UpdateConfig {
  /** How many at a time; 0: all. */
  parallelism?: number;
  delay?: number;
  failureAction?: 'continue' | 'pause' | 'rollback';
  monitor?: number;
  maxFailureRatio?: number;
  order?: 'start-first' | 'stop-first';
}

/** On which hosts containers of a service may run. */
export interface Placement {
  constraints: string[];
  /** Labels over whose values containers are spread. */
  preferences: string[];
  maxReplicasPerNode?: number;
}

/** What a host has to have left. */
export interface Reservations {
  /** Cores. */
  cpus?: number;
  devices: DeviceRequest[];
  genericResources: { kind: string; value: number }[];
}
