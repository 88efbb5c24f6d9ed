import { setTimeout as sleep } from 'node:timers/promises';
import type { UpdateConfig } from '../compose/index.ts';
import { cancelled, WherryError } from '../core/index.ts';
import { timerDelay } from '../core/timer.ts';
import type { DesiredService } from './desired.ts';
import type { ContainerStep, Plan } from './plan.ts';

/** The rollouts of a plan: of services with several keys of `deploy.update_config`, by name. */
export function rolloutsOf(
  plan: Plan,
  desired: ReadonlyMap<string, DesiredService>,
): ReadonlyMap<string, Rollout> {
  const rollouts = new Map<string, Rollout>();
  for (const { name, declared } of desired.values()) {
    const { order: _order, ...update } = declared.deploy?.updateConfig ?? {};
    const steps = plan.steps.filter((step) => isReplaced(step, name)) as ContainerStep[];
    if (Object.keys(update).length === 0 || steps.length === 0) continue;
    const ids = steps.sort((a, b) => a.number - b.number).map(({ id }) => id);
    rollouts.set(name, new Rollout(name, update, ids));
  }
  return rollouts;
}

function isReplaced(step: Plan['steps'][number], service: string): boolean {
  return step.kind === 'container' && step.service === service && step.action === 'recreate' && step.start;
}

/** How the containers of a service give way to new ones: in batches, and what a failure means for the others. */
export class Rollout {
  readonly #service: string;
  readonly #update: UpdateConfig;
  readonly #steps: readonly string[];
  readonly #size: number;
  readonly #ends: ReadonlyMap<string, PromiseWithResolvers<void>>;
  readonly #ended = new Set<string>();
  readonly #failures: WherryError[] = [];

  constructor(service: string, update: UpdateConfig, steps: readonly string[]) {
    this.#service = service;
    this.#update = update;
    this.#steps = steps;
    this.#size = update.parallelism || steps.length;
    this.#ends = new Map(steps.map((step) => [step, Promise.withResolvers<void>()]));
  }

  /** Whether old containers are kept until all new ones are ready. */
  get rollsBack(): boolean {
    return this.#update.failureAction === 'rollback';
  }

  /** How long a new container is looked at after it became ready, in ms. */
  get monitor(): number {
    return this.#update.monitor ?? 0;
  }

  /** Whether somebody waits until the new container is ready. */
  isAwaited(step: string): boolean {
    const isLast = this.#batch(step) === this.#batch(this.#steps.at(-1) ?? step);
    return this.rollsBack || this.monitor > 0 || !isLast;
  }

  /** Resolves when it is the step's turn. Fails with `DEPENDENCY` when the rollout ended before, `CANCELLED` by `signal`. */
  async turn(step: string, signal: AbortSignal): Promise<void> {
    const before = this.#steps.slice(0, this.#batch(step) * this.#size);
    await this.#all(before);
    this.#checkGoesOn();
    if (signal.aborted) throw cancelled(signal);
    if (before.length === 0 || this.#update.delay === undefined) return;
    await sleep(timerDelay(this.#update.delay), undefined, { signal }).catch(() => {
      throw cancelled(signal);
    });
  }

  /** Tells how the step ended; what is told first holds. */
  end(step: string, error: WherryError | null): void {
    if (this.#ended.has(step)) return;
    this.#ended.add(step);
    if (error !== null) this.#failures.push(error);
    this.#ends.get(step)?.resolve();
  }

  /** Resolves when all have ended. Fails with `DEPENDENCY` when too many failed. */
  async whole(): Promise<void> {
    await this.#all(this.#steps);
    this.#checkGoesOn();
  }

  #batch(step: string): number {
    return Math.floor(this.#steps.indexOf(step) / this.#size);
  }

  async #all(steps: readonly string[]): Promise<void> {
    await Promise.all(steps.map((step) => this.#ends.get(step)?.promise));
  }

  #checkGoesOn(): void {
    const { failureAction = 'pause', maxFailureRatio = 0 } = this.#update;
    const [first] = this.#failures;
    if (first === undefined || failureAction === 'continue') return;
    if (this.#failures.length / this.#steps.length <= maxFailureRatio) return;
    const what = failureAction === 'rollback' ? 'rolled back' : 'paused';
    throw new WherryError('DEPENDENCY', `the update of ${this.#service} is ${what}: ${first.message}`, {
      hint: 'mend what is new about it and bring it up again',
      details: { service: this.#service },
      cause: first,
    });
  }
}
