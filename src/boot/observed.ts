import type { ContainerStatus, EngineHealth, PublishedPort } from '../core/index.ts';

/** One container of a project, as `ps` shows it. */
export interface ServiceRow {
  service: string;
  /** Number of the replica, from 1; 0 for a one-off container. */
  number: number;
  oneOff: boolean;
  id: string;
  name: string;
  image: string;
  command: string;
  status: ContainerStatus;
  health: EngineHealth;
  exitCode: number | null;
  createdAt: Date;
  ports: readonly PublishedPort[];
}

/** One project on an engine, as `ls` shows it. */
export interface ProjectRow {
  name: string;
  /** Number of containers by status. */
  status: Readonly<Partial<Record<ContainerStatus, number>>>;
  configFiles: readonly string[];
  workingDirectory: string | null;
}
