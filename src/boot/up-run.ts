import { eagerGates, type FileContents, type Project } from '../compose/index.ts';
import { asWherryError } from '../core/errors.ts';
import { type Backend, cancelled, isWherryError, type VolumeMount, type WherryError } from '../core/index.ts';
import { traced } from '../tracing/index.ts';
import type { BootStory } from './boot-story.ts';
import { type ContainerWork, containerWork } from './container-work.ts';
import type { DesiredService } from './desired.ts';
import { dependencyFailed } from './failure.ts';
import { type GateCondition, noHealthCheck, pass } from './gate.ts';
import type { UpHooks } from './hooks/up-hooks.ts';
import { performImageStep } from './image-work.ts';
import type { ImageBuilds } from './images/image-builds.ts';
import type { Limit } from './limit.ts';
import type { UpOptions } from './options.ts';
import { passProbe } from './outside-probe.ts';
import type { ContainerStep, Need, Plan, Step } from './plan.ts';
import type { PortHolder } from './port-holder.ts';
import type { BootProgress, StepState } from './progress.ts';
import type { Providers } from './providers/providers.ts';
import { performResourceStep } from './resource-work.ts';
import type { Rollout } from './rollout.ts';
import { type ImageState, variantKey } from './state.ts';
import { type ProjectWatch, phaseOf } from './watch.ts';

export interface UpContext {
  backend: Backend;
  project: Project;
  desired: ReadonlyMap<string, DesiredService>;
  plan: Plan;
  options: UpOptions;
  /** Who holds the published ports in place of the engine; null when nobody does. */
  holder: PortHolder | null;
  images: Map<string, ImageState>;
  builds: ImageBuilds;
  /** Ids of the networks that were there, by name. */
  networkIds: ReadonlyMap<string, readonly string[]>;
  /** Anonymous volumes of containers that were removed, for those that take them over. */
  leftVolumes: Map<string, readonly VolumeMount[]>;
  /** Content of secrets and configs. */
  files: FileContents;
  watch: ProjectWatch;
  limit: Limit;
  signal: AbortSignal;
  report: (progress: BootProgress) => void;
  story: BootStory;
  hooks: UpHooks;
  /** Of services that are updated in batches, by name. */
  rollouts: ReadonlyMap<string, Rollout>;
  /** Ids of old containers that are not replaced after all, by the id of their step. */
  cameBack: Map<string, string>;
  providers: Providers;
  /** Pulls and builds that failed before the plan was made. */
  failedImages: ReadonlyMap<string, WherryError>;
}

/** How one step ended. */
export interface StepOutcome {
  step: Step;
  /** Null: it is done, and every condition that somebody waited for was met. */
  error: WherryError | null;
  /** Id of the container; null when there is none. */
  container: string | null;
  durationMs: number;
}

/** One step under way. `made` and `done` reject with the step's error. */
interface Progressing {
  step: Step;
  made: Promise<string | null>;
  done: Promise<string | null>;
  /** Gates on it that were opened or are waited for, by condition. */
  gates: Map<GateCondition, Promise<void>>;
  began: number | null;
}

/** Carries out the steps of a plan, each as soon as what it needs is far enough. Every step gets an outcome. */
export class UpRun {
  readonly #context: UpContext;
  readonly #progressing = new Map<string, Progressing>();
  /** Conditions that other steps wait for, by step. */
  readonly #awaited = new Map<string, Set<GateCondition>>();

  constructor(context: UpContext) {
    this.#context = context;
    for (const { step, until } of context.plan.steps.flatMap(({ needs }) => needs)) {
      if (until !== 'healthy' && until !== 'completed') continue;
      this.#awaited.set(step, (this.#awaited.get(step) ?? new Set()).add(until));
    }
  }

  /** Resolves when every step has ended. Fails with `CANCELLED` when the signal fired, after all that was under way has settled. */
  async run(): Promise<readonly StepOutcome[]> {
    const { plan, signal } = this.#context;
    for (const step of plan.steps) this.#begin(step);
    const outcomes = await Promise.all([...this.#progressing.values()].map((one) => this.#outcome(one)));
    if (signal.aborted) throw cancelled(signal);
    return outcomes;
  }

  /** Steps stand after what they need, so that what they wait for has begun before them. */
  #begin(step: Step): void {
    const progressing: Progressing = {
      step,
      made: Promise.resolve(null),
      done: Promise.resolve(null),
      gates: new Map(),
      began: null,
    };
    this.#progressing.set(step.id, progressing);
    if (step.kind === 'container') {
      const work = containerWork(this.#context, step);
      progressing.made = this.#make(progressing, step, work);
      progressing.done = this.#start(progressing, step, work);
    } else {
      progressing.done = this.#perform(progressing, step);
      progressing.made = progressing.done;
    }
    progressing.made.catch(() => undefined);
    progressing.done.catch(() => undefined);
  }

  async #perform(progressing: Progressing, step: Exclude<Step, ContainerStep>): Promise<null> {
    await this.#needs(step.needs);
    this.#work(progressing);
    const { limit, signal, providers } = this.#context;
    if (step.kind === 'provider') {
      await providers.up(step);
      this.#tell(progressing, 'ready');
      return null;
    }
    const work = step.kind === 'image' ? performImageStep : performResourceStep;
    await limit.run(() => work(this.#context, step as never), signal);
    this.#tell(progressing, 'ready');
    return null;
  }

  async #make(progressing: Progressing, step: ContainerStep, work: ContainerWork): Promise<string | null> {
    await this.#needs(step.needs.filter((need) => !this.#isGate(need)));
    if (step.action === 'create' || step.action === 'recreate') this.#work(progressing);
    return work.make((other) => this.#containerOf(other));
  }

  async #start(progressing: Progressing, step: ContainerStep, work: ContainerWork): Promise<string | null> {
    try {
      await progressing.made;
      const gates = step.needs.filter((need) => this.#isGate(need));
      if (gates.length > 0) this.#tell(progressing, 'waiting');
      await this.#needs(gates);
      this.#work(progressing);
      const id = await work.finish();
      this.#tell(progressing, this.#conditions(step).length > 0 ? 'started' : 'ready');
      return id;
    } catch (error) {
      await work.undo((other) => this.#containerOf(other));
      throw error;
    }
  }

  /** Whether a need holds back the start only; everything else holds back the making too. */
  #isGate(need: Need): boolean {
    const step = this.#progressing.get(need.step)?.step;
    if (step?.kind !== 'container' || need.until === 'created' || need.until === 'replaced') return false;
    return step.action !== 'remove';
  }

  async #needs(needs: readonly Need[]): Promise<void> {
    await Promise.all(needs.map((need) => this.#need(need)));
  }

  async #need(need: Need): Promise<void> {
    const other = this.#progressing.get(need.step);
    if (other === undefined) return;
    try {
      if (need.until === 'created') await other.made;
      else await other.done;
      if (need.until === 'healthy' || need.until === 'completed') await this.#gate(other, need.until);
    } catch (error) {
      const { signal } = this.#context;
      if (signal.aborted) throw cancelled(signal);
      if (need.required) throw becauseOf(other.step, asWherryError(error));
    }
  }

  /** One wait for each condition, however many steps wait for it. */
  #gate(progressing: Progressing, condition: GateCondition): Promise<void> {
    const known = progressing.gates.get(condition);
    if (known !== undefined) return known;
    const gate = this.#open(progressing, condition);
    gate.catch(() => undefined);
    progressing.gates.set(condition, gate);
    return gate;
  }

  async #open(progressing: Progressing, condition: GateCondition): Promise<void> {
    const { step, done } = progressing;
    const { backend, watch, desired, options, signal } = this.#context;
    const id = await done;
    if (step.kind !== 'container' || id === null) return;
    const service = desired.get(step.service);
    if (service === undefined) return;
    if (condition === 'healthy' && !(await this.#hasHealthCheck(service, id))) {
      // One that ends at once says more than that it has no health check.
      await this.#gate(progressing, 'settled');
      throw noHealthCheck(service.name);
    }
    if (condition === 'healthy' && step.action === 'keep') await this.#lookAtHealth(id);
    const eager = options.eager !== false && eagerGates(service.declared);
    const { restart, probe } = service;
    const gate = { id, name: step.name, condition, restart, timeout: options.waitTimeout, eager };
    const isProbed = condition === 'healthy' && probe !== undefined;
    const passing = (): Promise<void> =>
      isProbed ? passProbe(backend, watch, gate, probe, signal) : pass(backend, watch, gate, signal);
    if (condition !== 'healthy') return passing();
    await traced('health', { 'container.id': id, 'container.name': step.name }, passing);
  }

  /** Not every engine's list tells the health of what was there before. */
  async #lookAtHealth(id: string): Promise<void> {
    const { backend, signal, watch } = this.#context;
    const known = watch.state(id);
    if (known?.phase !== 'running' || (known.health !== null && known.health !== 'none')) return;
    const { status, health, exitCode } = await backend.inspect(id, { signal });
    watch.seed({ id, phase: phaseOf(status), health, exitCode });
  }

  async #hasHealthCheck(service: DesiredService, id: string): Promise<boolean> {
    if (service.probe !== undefined) return true;
    if (service.healthcheck !== 'image') return service.healthcheck === 'own';
    const { backend, images, signal, watch } = this.#context;
    const health = watch.state(id)?.health;
    if (health !== undefined && health !== null && health !== 'none') return true;
    const image = images.get(variantKey(service));
    if (image !== undefined) return image.healthcheck;
    return (await backend.inspect(id, { signal })).health !== 'none';
  }

  /** What the outcome of a container step waits for: what others wait for, and with `wait` that it is up. */
  #conditions(step: ContainerStep): GateCondition[] {
    const { options } = this.#context;
    const wanted = [...(this.#awaited.get(step.id) ?? [])];
    const runs = step.start || step.action === 'keep';
    if (options.wait === true && options.noStart !== true && runs && !wanted.includes('completed')) {
      const job = step.action === 'keep' && this.#context.watch.state(step.current ?? '')?.phase === 'exited';
      if (!job) wanted.push('settled');
    }
    return wanted;
  }

  async #outcome(progressing: Progressing): Promise<StepOutcome> {
    const { step } = progressing;
    const finish = (container: string | null, error: WherryError | null): StepOutcome => ({
      step,
      error,
      container,
      durationMs: progressing.began === null ? 0 : performance.now() - progressing.began,
    });
    try {
      const container = await progressing.done;
      if (step.kind === 'container') await this.#ready(progressing, step, container);
      return finish(container, null);
    } catch (thrown) {
      const error = asWherryError(thrown);
      const container = await progressing.made.catch(() => null);
      this.#tell(progressing, isWherryError(error, 'DEPENDENCY') ? 'skipped' : 'failed', error);
      return finish(container, error);
    }
  }

  async #ready(progressing: Progressing, step: ContainerStep, container: string | null): Promise<void> {
    const conditions = this.#conditions(step);
    if (conditions.length === 0 || container === null) return;
    await Promise.all(conditions.map((condition) => this.#readyFor(progressing, step, condition, container)));
    this.#tell(progressing, 'ready');
  }

  async #readyFor(
    progressing: Progressing,
    step: ContainerStep,
    condition: GateCondition,
    container: string,
  ): Promise<void> {
    const service = this.#context.desired.get(step.service);
    const checked =
      condition === 'settled' && service !== undefined && (await this.#hasHealthCheck(service, container));
    if (checked) return this.#gate(progressing, 'healthy');
    // A container that ran before this began has settled.
    if (condition === 'settled' && step.action === 'keep') return;
    return this.#gate(progressing, condition);
  }

  async #containerOf(service: string): Promise<string | null> {
    for (const { step, made } of this.#progressing.values()) {
      if (
        step.kind === 'container' &&
        step.service === service &&
        step.action !== 'remove' &&
        step.action !== 'stop'
      ) {
        return this.#context.cameBack.get(step.id) ?? made;
      }
    }
    return null;
  }

  #work(progressing: Progressing): void {
    if (progressing.began === null) progressing.began = performance.now();
    this.#tell(progressing, 'working');
  }

  #tell({ step, began }: Progressing, state: StepState, error: WherryError | null = null): void {
    if (step.kind === 'container' && step.action === 'keep' && state === 'working') return;
    const durationMs = began === null ? 0 : performance.now() - began;
    this.#context.report({ kind: 'step', step, state, durationMs, error });
  }
}

/** What a service is made of is its own: only other services are dependencies. */
function becauseOf(step: Step, error: WherryError): WherryError {
  return step.kind === 'container' || step.kind === 'provider'
    ? dependencyFailed(step.service, error)
    : error;
}
