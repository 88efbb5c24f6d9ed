import type { BackendType } from './config.ts';
import type { ContainerStats } from './container.ts';
import type { WherryError } from './errors.ts';

/** Space of one file system. */
export interface DiskSpace {
  /** Where it was looked at. */
  path: string;
  /** Bytes. */
  total: number;
  used: number;
  /** Bytes that an ordinary user may still write. */
  available: number;
  /** As `df` counts it: used of what an ordinary user can have. */
  percent: number;
}

/** Bytes of a machine's network interfaces to the outside. */
export interface NetworkTraffic {
  /** Since the interfaces came up. */
  rx: number;
  tx: number;
  /** Bytes a second since the sample before; null on the first. */
  rxRate: number | null;
  txRate: number | null;
}

/** Share of time in which tasks waited for a resource: percent over 10, 60 and 300 s, and ms since boot. */
export interface Stall {
  avg10: number;
  avg60: number;
  avg300: number;
  total: number;
}

/** `some`: at least one task waited; `full`: all of them did, null where the kernel does not tell. */
export interface Pressure {
  some: Stall;
  full: Stall | null;
}

/** Figures of one machine at one time. A figure that cannot be known there is null, never zero. */
export interface SystemResources {
  time: Date;
  cpus: number;
  /** Percent of all cores since the sample before; null on the first. */
  cpuPercent: number | null;
  /** Runnable tasks, averaged over 1, 5 and 15 minutes. */
  load: readonly [one: number, five: number, fifteen: number] | null;
  /** Bytes. */
  memoryTotal: number;
  /** Bytes that are not available to new programs. */
  memoryUsed: number | null;
  memoryPercent: number | null;
  disks: readonly DiskSpace[];
  /** Of the fullest of `disks`. */
  diskPercent: number | null;
  network: NetworkTraffic | null;
  /** Null where the kernel does not measure it. */
  pressure: { cpu: Pressure | null; memory: Pressure | null; io: Pressure | null } | null;
}

/** Figures of one container at one time, with what follows from the sample before. */
export interface ContainerResources extends ContainerStats {
  /** Address of its engine. */
  engine: string;
  image: string;
  project: string | null;
  service: string | null;
  /** 100 is one whole core, as `docker stats` counts. */
  cpuPercent: number | null;
  /** CPU time since it started, in s; null where only the engine's rates are known. */
  cpuSeconds: number | null;
  /** Of its limit, or of the machine. */
  memoryPercent: number | null;
  /** Bytes a second since the sample before. */
  networkRxRate: number | null;
  networkTxRate: number | null;
  blockReadRate: number | null;
  blockWriteRate: number | null;
  /** Restarts by the engine's restart policy. */
  restartCount: number | null;
}

/** How an engine's containers were looked at. */
export interface EngineSample {
  type: BackendType;
  address: string;
  /** `cgroup`: the kernel's files on this machine; `engine`: the engine's own stream; null: not known yet. */
  source: 'cgroup' | 'engine' | null;
  /** Why its containers are missing; null when they are there. */
  error: WherryError | null;
}

/** All that a monitor saw at one time. */
export interface ResourceSnapshot {
  time: Date;
  /** Null where the machine itself is not looked at. */
  system: SystemResources | null;
  /** Those that run (also paused), by engine and name. */
  containers: readonly ContainerResources[];
  engines: readonly EngineSample[];
}
