import type { ContainerStats } from './container.ts';

/** The figures of a container that was not measured. */
export const noFigures: Readonly<Omit<ContainerStats, 'id' | 'name' | 'time'>> = {
  cpu: null,
  cpuLimit: null,
  memory: null,
  memoryLimit: null,
  networkRx: null,
  networkTx: null,
  blockRead: null,
  blockWrite: null,
  pids: null,
};
