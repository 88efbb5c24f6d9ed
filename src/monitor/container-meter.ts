import type { ContainerResources, ContainerStats } from '../core/index.ts';
import { Rate } from './rate.ts';
import type { RunningContainer } from './running-containers.ts';

/** Figures as a source has them. */
export type ContainerFigures = Omit<ContainerStats, 'id' | 'name'> & Pick<ContainerResources, 'cpuSeconds'>;

/** Turns the samples of one container into figures and rates. */
export class ContainerMeter {
  readonly #cpu = new Rate();
  readonly #networkRx = new Rate();
  readonly #networkTx = new Rate();
  readonly #blockRead = new Rate();
  readonly #blockWrite = new Rate();

  /** `time` in ms; cores come from the CPU time where the source has it. */
  measure(
    container: RunningContainer,
    figures: ContainerFigures,
    { engine, time }: { engine: string; time: number },
  ): ContainerResources {
    const { id, name, image, project, service, restartCount } = container;
    const cpu = figures.cpuSeconds === null ? figures.cpu : this.#cpu.next(figures.cpuSeconds, time);
    const { memory, memoryLimit } = figures;
    return {
      ...figures,
      id,
      name,
      image,
      engine,
      project,
      service,
      cpu,
      cpuPercent: cpu === null ? null : 100 * cpu,
      memoryPercent: memory === null || !memoryLimit ? null : (100 * memory) / memoryLimit,
      networkRxRate: this.#networkRx.next(figures.networkRx, time),
      networkTxRate: this.#networkTx.next(figures.networkTx, time),
      blockReadRate: this.#blockRead.next(figures.blockRead, time),
      blockWriteRate: this.#blockWrite.next(figures.blockWrite, time),
      restartCount,
    };
  }
}
