import type { FileContents, Project, Service } from '../../compose/index.ts';
import { asWherryError, type Backend, cancelled } from '../../core/index.ts';
import type { ContainerStep, Plan } from '../plan.ts';
import type { OnProgress } from '../progress.ts';
import type { ProjectWatch } from '../watch.ts';
import { runHooks } from './exec-hooks.ts';
import { PreStart } from './pre-start.ts';

export interface UpHooksInput {
  backend: Backend;
  project: Project;
  files: FileContents;
  watch: ProjectWatch;
  signal: AbortSignal;
  report: OnProgress;
}

/** The hooks of the containers that an `up` starts and stops. */
export class UpHooks {
  readonly #input: UpHooksInput;
  readonly #preStart: PreStart;

  constructor(input: UpHooksInput) {
    this.#input = input;
    const { backend, project, files, signal, report: onProgress } = input;
    this.#preStart = new PreStart({
      backend,
      project,
      files: async () => files,
      signal,
      onProgress,
    });
  }

  async beforeStart(step: ContainerStep, id: string, plan: Plan): Promise<void> {
    const service = this.#serviceOf(step);
    if (service === undefined) return;
    const othersRun = (): boolean =>
      plan.steps.some(
        (other) =>
          other.kind === 'container' &&
          other.service === service.name &&
          other.action === 'keep' &&
          other.current !== null &&
          this.#runs(other.current),
      );
    await this.#preStart.before(service, { id, name: step.name }, othersRun);
  }

  async afterStart(step: ContainerStep, id: string): Promise<void> {
    const service = this.#serviceOf(step);
    if (service === undefined) return;
    const { backend, signal, report: onProgress } = this.#input;
    await runHooks('post_start', service, { id, name: step.name }, { backend, signal, onProgress });
  }

  /** The peer runs none of these when it replaces a container: here a failure is told and stops nothing. */
  async beforeStop(step: ContainerStep, id: string): Promise<void> {
    const service = this.#serviceOf(step);
    if (service === undefined || service.preStop.length === 0 || !this.#runs(id)) return;
    const { backend, signal, report: onProgress } = this.#input;
    const container = { id, name: step.currentName ?? step.name };
    try {
      await runHooks('pre_stop', service, container, { backend, signal, onProgress });
    } catch (thrown) {
      if (signal.aborted) throw cancelled(signal);
      const error = asWherryError(thrown);
      const { name } = container;
      onProgress({ kind: 'hook', hook: 'pre_stop', service: service.name, container: name, line: '', error });
    }
  }

  #runs(id: string): boolean {
    return this.#input.watch.state(id)?.phase === 'running';
  }

  /** A container whose service is gone has no hooks. */
  #serviceOf({ service }: ContainerStep): Service | undefined {
    const { services } = this.#input.project;
    return Object.hasOwn(services, service) ? services[service] : undefined;
  }
}
