import { takingOver } from './anonymous-volumes.ts';
import { Replacement } from './container-replacement.ts';
import { start, startAgain, startExisting, stop, stopAndRemove } from './container-verbs.ts';
import { create, stepSpec } from './make-container.ts';
import type { ContainerStep } from './plan.ts';
import type { UpContext } from './up-run.ts';

/** Resolves to the id of the container that a service has, or will have. */
export type ContainerOf = (service: string) => Promise<string | null>;

/** The two halves of a container step: what may be done ahead, and what waits for other services. */
export interface ContainerWork {
  /** Makes the container where there is none to use; resolves to the id that the step is about. */
  make(containerOf: ContainerOf): Promise<string | null>;
  /** Starts, replaces, stops or removes. */
  finish(): Promise<string | null>;
  /** Takes back what `make` made for a replacement that does not happen, and what made way for it. */
  undo(containerOf: ContainerOf): Promise<void>;
}

export function containerWork(context: UpContext, step: ContainerStep): ContainerWork {
  switch (step.action) {
    case 'create':
      return new Creation(context, step);
    case 'recreate':
      return new Replacement(context, step);
    case 'start':
      return existing(context, step, () => startExisting(context, step));
    case 'stop':
      return existing(context, step, () => stop(context, step));
    case 'remove':
      return existing(context, step, () => stopAndRemove(context, step));
    case 'keep':
      return existing(context, step, async () => undefined);
  }
}

function existing(context: UpContext, step: ContainerStep, finish: () => Promise<void>): ContainerWork {
  return {
    make: async () => step.current,
    finish: async () => {
      await finish();
      return step.current;
    },
    undo: async () => {
      const { current, action, reason } = step;
      const ran = reason === 'dependency-recreated' || reason === 'dependency-restarted';
      if (action === 'start' && ran && current !== null && dependencyCameBack(context, step))
        await startAgain(context, current);
    },
  };
}

/** Whether something that the service depends on, or is in the namespaces of, is what it was before. */
function dependencyCameBack({ cameBack, desired, plan }: UpContext, { service }: ContainerStep): boolean {
  const { dependsOn = {}, namespaces = [] } = desired.get(service) ?? {};
  const others = new Set([...Object.keys(dependsOn), ...namespaces]);
  return plan.steps.some(
    (step) => step.kind === 'container' && others.has(step.service) && cameBack.has(step.id),
  );
}

class Creation implements ContainerWork {
  readonly #context: UpContext;
  readonly #step: ContainerStep;
  #id: string | null = null;

  constructor(context: UpContext, step: ContainerStep) {
    this.#context = context;
    this.#step = step;
  }

  async make(containerOf: ContainerOf): Promise<string> {
    const spec = await stepSpec(this.#context, this.#step, containerOf);
    const left = this.#context.leftVolumes.get(this.#step.inherits ?? '') ?? [];
    this.#id = await create(this.#context, takingOver(spec, left));
    this.#context.story.named(this.#id, this.#step);
    return this.#id;
  }

  async finish(): Promise<string | null> {
    if (this.#step.start && this.#id !== null) await start(this.#context, this.#step, this.#id);
    return this.#id;
  }

  /**
   * A container that was made and not started is what the next `up` goes on with. One that made way for it together with
   * the container whose namespaces it was in leaves its volumes to it, and where that container came back it runs again.
   */
  async undo(containerOf: ContainerOf): Promise<void> {
    const { cameBack } = this.#context;
    const { id: step, inherits, reason, start: isToRun } = this.#step;
    if (this.#id !== null || inherits === undefined || reason === 'volume-changed') return;
    const lasting = { ...this.#context, signal: new AbortController().signal };
    // What keeps it from being made has been told.
    const id = await new Creation(lasting, this.#step).make(containerOf).catch(() => null);
    if (id === null || !dependencyCameBack(this.#context, this.#step)) return;
    cameBack.set(step, id);
    if (isToRun) await startAgain(lasting, id);
  }
}
