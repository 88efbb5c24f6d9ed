import { type Project, readFileContents, type Service } from '../../compose/index.ts';
import { type Backend, isWherryError } from '../../core/index.ts';
import { type ObservedContainer, observeContainers } from '../observed.ts';
import type { OnProgress } from '../progress.ts';
import { runHooks } from './exec-hooks.ts';
import { PreStart } from './pre-start.ts';

export interface ServiceHooksInput {
  backend: Backend;
  projectName: string;
  /** Without it no hooks are known. */
  project: Project | undefined;
  onProgress?: OnProgress | undefined;
}

/** The hooks of containers that are started and stopped as they are. */
export class ServiceHooks {
  readonly #input: ServiceHooksInput;
  #preStart: PreStart | undefined;

  constructor(input: ServiceHooksInput) {
    this.#input = input;
  }

  /** Fails when a hook fails: the container is not to be started then. */
  async beforeStart(one: ObservedContainer, signal: AbortSignal): Promise<void> {
    const { backend, project, projectName, onProgress } = this.#input;
    const service = this.#serviceOf(one);
    if (project === undefined || service === undefined || service.preStart.length === 0) return;
    this.#preStart ??= new PreStart({
      backend,
      project,
      files: () => readFileContents(project),
      signal,
      onProgress,
    });
    await this.#preStart.before(service, one, async () => {
      const all = await observeContainers(backend, projectName, { signal });
      return all.some(
        (other) => other.service === one.service && !other.oneOff && other.status === 'running',
      );
    });
  }

  /** Fails when a hook fails. */
  async afterStart(one: ObservedContainer, signal: AbortSignal): Promise<void> {
    const service = this.#serviceOf(one);
    if (service !== undefined) await runHooks('post_start', service, one, { ...this.#input, signal });
  }

  /** Fails when a hook fails: the container is not to be stopped then, as the peer has it. */
  async beforeStop(one: ObservedContainer, signal: AbortSignal): Promise<void> {
    const service = this.#serviceOf(one);
    if (service === undefined || one.status !== 'running') return;
    try {
      await runHooks('pre_stop', service, one, { ...this.#input, signal });
    } catch (error) {
      // It ended or went meanwhile.
      if (!isWherryError(error, 'NOT_FOUND', 'CONFLICT')) throw error;
    }
  }

  /** One-off containers have no hooks; services without an active profile have. */
  #serviceOf({ service, oneOff }: ObservedContainer): Service | undefined {
    const { project } = this.#input;
    if (project === undefined || oneOff) return undefined;
    const all = { ...project.disabledServices, ...project.services };
    return Object.hasOwn(all, service) ? all[service] : undefined;
  }
}
