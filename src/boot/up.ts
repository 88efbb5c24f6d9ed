import { type FileContents, imageName, type Project, readFileContents } from '../compose/index.ts';
import { asWherryError } from '../core/errors.ts';
import { type Backend, type CallOptions, throwIfAborted, type WherryError } from '../core/index.ts';
import { firesAfter } from '../core/timer.ts';
import { traced } from '../tracing/index.ts';
import { BootStory } from './boot-story.ts';
import { type DesiredService, desiredServices } from './desired.ts';
import { checkEngine } from './engine-gate.ts';
import { died } from './failure.ts';
import { UpHooks } from './hooks/up-hooks.ts';
import { performImageStep } from './image-work.ts';
import { ImageBuilds } from './images/image-builds.ts';
import { Limit } from './limit.ts';
import { withModels } from './models/with-models.ts';
import type { UpOptions, UpPlanOptions } from './options.ts';
import type { ImageStep, Plan, ProviderStep } from './plan.ts';
import { planUp } from './plan-up.ts';
import { findPortHolder, heldPorts, type PortHolder } from './port-holder.ts';
import type { OnProgress } from './progress.ts';
import { lockProject } from './project-lock.ts';
import { Providers } from './providers/providers.ts';
import { rolloutsOf } from './rollout.ts';
import { behindProxy } from './serve/behind-proxy.ts';
import { lookAtProject, type ProjectState, variantKey } from './state.ts';
import { type BootSummary, summarize, whyNotBooted } from './summary.ts';
import { asHeld, upRows } from './up-rows.ts';
import { type StepOutcome, type UpContext, UpRun } from './up-run.ts';
import { ProjectWatch, phaseOf } from './watch.ts';

/** The plan that `up` would carry out now; changes nothing. */
export async function previewUp(
  backend: Backend,
  project: Project,
  options: UpPlanOptions & CallOptions = {},
): Promise<Plan> {
  const holder = await findPortHolder(backend.address, project.name, options);
  const knowing = await withModels(backend, project, { ...options, effect: 'look' });
  const { plan } = await preview(backend, behindProxy(knowing, holder?.services ?? []), options);
  return plan;
}

/**
 * Brings the services of a project up: makes what is missing, replaces what changed, starts each service as soon as what
 * it depends on is as far as it asks, all within the limit of parallel calls. Resolves with `ok: false` when services
 * failed (others go on); rejects for what concerns all: `CANCELLED` after everything under way has settled,
 * `UNAVAILABLE`, `NOT_FOUND` for a service or an external network that is not there, `INVALID`.
 */
export async function up(backend: Backend, project: Project, options: UpOptions = {}): Promise<BootSummary> {
  const { signal, onProgress } = options;
  throwIfAborted(signal);
  const began = performance.now();
  const onWait = ({ pid, since }: { pid: number; since: Date }): void =>
    onProgress?.({ kind: 'locked', project: project.name, pid, since });
  await using _lock = await lockProject(backend.address, project.name, { signal, onWait });
  // Awaited here: the lock must not be let go before.
  return await traced('boot', { 'wherry.project': project.name }, async (span) => {
    const holder = await findPortHolder(backend.address, project.name, { signal });
    const knowing = await withModels(backend, project, { ...options, effect: 'make' });
    const held = behindProxy(knowing, holder?.services ?? []);
    const summary = await new Up(backend, held, { ...options, holder }, began).run();
    if (!summary.ok) span.fail(whyNotBooted(summary));
    if (holder === null) return summary;
    const ports = await heldPorts(backend.address, project.name);
    return { ...summary, rows: asHeld(summary.rows, knowing, ports, backend.address) };
  });
}

class Up {
  readonly #backend: Backend;
  readonly #project: Project;
  #options: UpOptions & { holder: PortHolder | null };
  readonly #began: number;
  readonly #signal: AbortSignal;
  readonly #desired: ReadonlyMap<string, DesiredService>;
  readonly #story: BootStory;
  readonly #watch: ProjectWatch;

  constructor(
    backend: Backend,
    project: Project,
    options: UpOptions & { holder: PortHolder | null },
    began: number,
  ) {
    this.#backend = backend;
    this.#project = project;
    this.#options = options;
    this.#began = began;
    this.#signal = options.signal ?? new AbortController().signal;
    this.#desired = desiredServices(project, options.scale ?? {});
    const { events, onProgress } = options;
    const desired = this.#desired;
    this.#story = new BootStory({ backend, project: project.name, desired, events, onProgress });
    this.#watch = new ProjectWatch(backend, project.name, this.#story);
  }

  async run(): Promise<BootSummary> {
    const { events, logger } = this.#options;
    const project = this.#project.name;
    const services = this.#options.services ?? [...this.#desired.keys()];
    events?.publish('boot.started', 'boot', project, { project, services });
    const summary = await this.#boot();
    await this.#story.told();
    const failed = summary.rows.filter((row) => row.error !== null).map((row) => row.name);
    const { counts, durationMs } = summary;
    events?.publish('boot.completed', 'boot', project, { project, counts, durationMs, failed });
    logger?.info('boot completed', { project, ...counts, durationMs: Math.round(durationMs) });
    return summary;
  }

  async #boot(): Promise<BootSummary> {
    const since = new Date();
    const first = await this.#withAnswers(await preview(this.#backend, this.#project, this.#options));
    for (const { id, name, service, status, health, exitCode } of first.state.containers) {
      this.#story.named(id, { name, service });
      this.#watch.seed({ id, phase: phaseOf(status), health, exitCode });
    }
    const quiet = first.plan.unchanged && (this.#options.wait !== true || this.#allReady(first));
    if (quiet) {
      this.#options.onProgress?.({ kind: 'planned', plan: first.plan });
      return this.#finish(first.plan, keptOutcomes(first.plan), first.state);
    }
    await checkEngine(first.plan, {
      backend: this.#backend,
      project: this.#project,
      desired: this.#desired,
      signal: this.#signal,
    });
    this.#watch.begin(since);
    try {
      const context = await this.#refreshed(first);
      const { plan } = context;
      this.#options.onProgress?.({ kind: 'planned', plan });
      const outcomes = await new UpRun(context).run();
      const { wait, healthBy, waitTimeout = 120_000 } = this.#options;
      if (wait === true && healthBy === 'engine')
        await this.#watch.confirmed(AbortSignal.any([this.#signal, firesAfter(waitTimeout)]));
      return await this.#finish(plan, outcomes, first.state);
    } finally {
      await this.#watch.close();
    }
  }

  /** Asks what only a person may decide. */
  async #withAnswers(preview: Preview): Promise<Preview> {
    const { mayReplaceVolume } = this.#options;
    const replaceVolumes: string[] = [];
    for (const name of preview.plan.divergedVolumes) {
      if (await mayReplaceVolume?.(name, { signal: this.#signal })) replaceVolumes.push(name);
    }
    throwIfAborted(this.#signal);
    if (replaceVolumes.length === 0) return preview;
    this.#options = { ...this.#options, replaceVolumes };
    const { state: current } = preview;
    const plan = planUp({ project: this.#project, current, options: this.#options, now: new Date() });
    return { plan, state: current };
  }

  /** Whether all that is kept is as `wait` wants it, as far as the list tells. */
  #allReady({ plan, state }: Preview): boolean {
    const kept = new Set(
      plan.steps.flatMap((step) => (step.kind === 'container' ? (step.current ?? []) : [])),
    );
    return state.containers
      .filter(({ id }) => kept.has(id))
      .every(({ service, status, health }) => {
        if (status !== 'running') return status === 'exited';
        if (this.#desired.get(service)?.probe !== undefined) return false;
        return (
          health === 'healthy' || (health === 'none' && !hasHealthCheck(this.#desired.get(service), state))
        );
      });
  }

  /** Images that existing containers use may change by a pull or a build, so these come first; the plan is made anew then. */
  async #refreshed(first: Preview): Promise<UpContext> {
    const context = await this.#context(first);
    const early = earlyProviders(first.plan);
    const refreshes = this.#usedImages(first);
    if (refreshes.length === 0 && early.length === 0) return context;
    const failedImages = new Map<string, WherryError>();
    await Promise.all([
      ...refreshes.map((step) => this.#refresh(context, step, failedImages)),
      this.#provide(context, early),
    ]);
    throwIfAborted(this.#signal);
    const current = { ...first.state, images: context.images };
    const refreshed = new Set(
      refreshes.map((step) => variantKey(step)).filter((key) => !failedImages.has(key)),
    );
    const { options } = context;
    const { provided } = context.providers;
    const plan = planUp({ project: this.#project, current, options, now: new Date(), refreshed, provided });
    const rollouts = rolloutsOf(plan, this.#desired);
    return { ...context, plan, failedImages, rollouts, cameBack: new Map() };
  }

  /** Those to pull or build that containers were made from, or mount. */
  #usedImages({ plan, state }: Preview): readonly ImageStep[] {
    const used = new Set(state.containers.map((one) => one.service));
    const mounted = new Set(
      [...used].flatMap((name) => this.#desired.get(name)?.mountedImages.map(({ image }) => image) ?? []),
    );
    return plan.steps.filter(
      (step): step is ImageStep =>
        step.kind === 'image' &&
        (mounted.has(step.image) || step.services.some((service) => used.has(service))),
    );
  }

  /** What they give decides whether what exists is up to date. A failure is told where the plan comes to that provider. */
  async #provide({ providers, report }: UpContext, steps: readonly ProviderStep[]): Promise<void> {
    const done = new Map<string, Promise<void>>();
    for (const step of steps) {
      const before = step.needs.map((need) => done.get(need.step));
      const run = Promise.all(before).then(() => {
        report({ kind: 'step', step, state: 'working', durationMs: 0, error: null });
        return providers.up(step);
      });
      done.set(step.id, run);
    }
    await Promise.allSettled(done.values());
  }

  /** A failure is told where the plan comes to that image. */
  async #refresh(context: UpContext, step: ImageStep, failed: Map<string, WherryError>): Promise<void> {
    const began = performance.now();
    const tell = (state: 'working' | 'ready'): void =>
      context.report({ kind: 'step', step, state, durationMs: performance.now() - began, error: null });
    try {
      tell('working');
      await context.limit.run(() => performImageStep(context, step), this.#signal);
      tell('ready');
    } catch (error) {
      failed.set(variantKey(step), asWherryError(error));
    }
  }

  /** What the plan builds, and what that takes as contexts. */
  #builds({ steps }: Plan, files: FileContents, report: OnProgress): ImageBuilds {
    const users = new Map(
      steps.flatMap((step) =>
        step.kind === 'image' && step.action === 'build' ? [[step.image, step.services] as const] : [],
      ),
    );
    const project = this.#project;
    return new ImageBuilds({
      backend: this.#backend,
      project,
      files,
      renews: (service) => this.#options.build === 'always' || users.has(imageName(project, service)),
      signal: this.#signal,
      onProgress: (image, { name }, progress) =>
        report({ kind: 'image', image, services: users.get(image) ?? [name], progress }),
    });
  }

  async #context({ plan, state }: Preview): Promise<UpContext> {
    const files = await readFileContents(this.#project);
    const report: OnProgress = (progress) => this.#options.onProgress?.(progress);
    return {
      backend: this.#backend,
      project: this.#project,
      desired: this.#desired,
      plan,
      rollouts: rolloutsOf(plan, this.#desired),
      cameBack: new Map(),
      options: this.#options,
      holder: this.#options.holder,
      images: new Map(state.images),
      builds: this.#builds(plan, files, report),
      leftVolumes: new Map(),
      networkIds: new Map([...(state.networks ?? [])].map(([name, { ids = [name] }]) => [name, ids])),
      failedImages: new Map(),
      files,
      watch: this.#watch,
      limit: new Limit(this.#options.parallel ?? 8),
      signal: this.#signal,
      report,
      story: this.#story,
      providers: new Providers({
        project: this.#project,
        signal: this.#signal,
        report,
        onProvided: this.#options.onProvided,
      }),
      hooks: new UpHooks({
        backend: this.#backend,
        project: this.#project,
        files,
        watch: this.#watch,
        signal: this.#signal,
        report,
      }),
    };
  }

  async #finish(plan: Plan, outcomes: readonly StepOutcome[], state: ProjectState): Promise<BootSummary> {
    const checked = await Promise.all(outcomes.map((outcome) => this.#stillThere(outcome)));
    const rows = await upRows({
      backend: this.#backend,
      project: this.#project,
      desired: this.#desired,
      outcomes: checked,
      state,
      watch: this.#watch,
      signal: this.#signal,
    });
    return summarize(rows, performance.now() - this.#began, plan.warnings);
  }

  /** What was started and has already ended badly is not up, whether somebody waited for it or not. */
  async #stillThere(outcome: StepOutcome): Promise<StepOutcome> {
    const { step, container, error } = outcome;
    if (error !== null || container === null || step.kind !== 'container' || !step.start) return outcome;
    if (this.#options.earlyExit === 'passes') return outcome;
    const known = this.#watch.state(container);
    const ended = known?.phase === 'exited' && known.exitCode !== 0;
    if (!ended || this.#desired.get(step.service)?.restart.name !== 'no') return outcome;
    return { ...outcome, error: await died(this.#backend, { id: container, name: step.name }) };
  }
}

interface Preview {
  plan: Plan;
  state: ProjectState;
}

async function preview(
  backend: Backend,
  project: Project,
  options: UpPlanOptions & CallOptions,
): Promise<Preview> {
  const { signal } = options;
  const variants = [...desiredServices(project, options.scale ?? {}).values()].flatMap(
    ({ image, platform, mountedImages, declared }) =>
      declared.provider === undefined ? [{ image, platform }, ...mountedImages] : [],
  );
  const state = await lookAtProject(backend, project, variants, { signal });
  return { plan: planUp({ project, current: state, options, now: new Date() }), state };
}

/** Those that need nothing but others of their kind. */
function earlyProviders({ steps }: Plan): ProviderStep[] {
  const early = new Map<string, ProviderStep>();
  for (const step of steps) {
    if (step.kind === 'provider' && step.needs.every((need) => early.has(need.step)))
      early.set(step.id, step);
  }
  return [...early.values()];
}

function keptOutcomes(plan: Plan): StepOutcome[] {
  return plan.steps.map((step) => ({
    step,
    error: null,
    container: step.kind === 'container' ? step.current : null,
    durationMs: 0,
  }));
}

/** As far as file and image say it. */
function hasHealthCheck(service: DesiredService | undefined, { images }: ProjectState): boolean {
  if (service?.healthcheck !== 'image') return service?.healthcheck === 'own';
  return images.get(variantKey(service))?.healthcheck === true;
}
