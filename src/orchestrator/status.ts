import { type ContainerSummary, composeLabel } from '../core/index.ts';

/**
 * How a service is, by its containers.
 *
 * | status | meaning |
 * |---|---|
 * | `running` | all run; those that ended did so with exit code 0 |
 * | `starting` | they run, and a health check has not passed yet |
 * | `unhealthy` | a health check fails |
 * | `partial` | some run, some do not |
 * | `stopped` | there are containers, and none runs |
 * | `absent` | there are no containers |
 */
export type ServiceStatus = 'running' | 'starting' | 'unhealthy' | 'partial' | 'stopped' | 'absent';

export interface LiveStatus {
  status: ServiceStatus;
  containers: { running: number; total: number };
}

/** The status of what these containers belong to. */
export function statusOf(containers: readonly ContainerSummary[]): LiveStatus {
  const counted = containers.filter(({ labels }) => labels[composeLabel.oneOff] !== 'True');
  const running = counted.filter(({ status }) => status === 'running' || status === 'starting');
  return { status: word(counted, running), containers: { running: running.length, total: counted.length } };
}

function word(all: readonly ContainerSummary[], running: readonly ContainerSummary[]): ServiceStatus {
  if (all.length === 0) return 'absent';
  if (running.length === 0) return 'stopped';
  if (running.some(({ health }) => health === 'unhealthy')) return 'unhealthy';
  const isDone = (one: ContainerSummary): boolean => one.status === 'exited' && one.exitCode === 0;
  if (all.some((one) => !running.includes(one) && !isDone(one))) return 'partial';
  const waits = running.some(({ health, status }) => health === 'starting' || status === 'starting');
  return waits ? 'starting' : 'running';
}
