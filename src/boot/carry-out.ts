import type { Project } from '../compose/index.ts';
import { asWherryError } from '../core/errors.ts';
import { type Backend, cancelled, isWherryError, throwIfAborted, WherryError } from '../core/index.ts';
import { Limit } from './limit.ts';
import { type ObservedContainer, observeContainers } from './observed.ts';
import type { ChangeRow, ChangeSummary, ServiceOptions } from './options.ts';
import { dependantsOf } from './plan-down.ts';
import type { BootProgress, ServiceVerb } from './progress.ts';

type Change = ChangeRow['change'];
type VerbState = Extract<BootProgress, { kind: 'verb' }>['state'];

/** What is done to each container, and in which order. */
export interface Verb {
  name: ServiceVerb;
  order: Order;
  carryOut: (one: ObservedContainer, call: VerbCall) => Promise<Change>;
  /** What those that come after it wait for beside. */
  afterwards?: (one: ObservedContainer, signal: AbortSignal) => Promise<void>;
}

interface VerbCall {
  signal: AbortSignal;
  /** Called when there is something to do. */
  begin: () => void;
  /** What became of those that went before it. */
  others: readonly ChangeRow[];
}

type Order = 'dependants-first' | 'dependencies-first' | 'any';

/** Does `verb` to each container of the chosen services; what fails is in its row. Fails with `CANCELLED`. */
export async function carryOut(
  backend: Backend,
  options: ServiceOptions,
  verb: Verb,
): Promise<ChangeSummary> {
  const began = performance.now();
  return carryOutOn(await choose(backend, options), options, { began, verb });
}

/** The same to containers that are chosen already; what took until then, since `began`, counts. */
export async function carryOutOn(
  chosen: readonly ObservedContainer[],
  options: ServiceOptions,
  { began, verb }: { began: number; verb: Verb },
): Promise<ChangeSummary> {
  const limit = new Limit(options.parallel ?? 8);
  const signal = options.signal ?? new AbortController().signal;
  const before = predecessors(chosen, verb.order);
  const done = new Map<string, Promise<ChangeRow>>();
  const begin = (one: ObservedContainer): Promise<ChangeRow> => {
    const known = done.get(one.id);
    if (known !== undefined) return known;
    const others = (before.get(one.id) ?? []).map(begin);
    const row = Promise.all(others)
      .then((before) => limitedRow(one, verb, { limit, signal, others: before, options }))
      .then((done) => told(options, one, done));
    done.set(one.id, row);
    return row;
  };
  const rows = await Promise.all(chosen.map(begin));
  if (signal.aborted) throw cancelled(signal);
  return summary(rows, began);
}

async function limitedRow(
  one: ObservedContainer,
  verb: Verb,
  call: {
    limit: Limit;
    signal: AbortSignal;
    others: readonly ChangeRow[];
    options: ServiceOptions;
  },
): Promise<ChangeRow> {
  const { limit, signal, others, options } = call;
  const began = performance.now();
  const tell = (state: VerbState, error: WherryError | null): void =>
    options.onProgress?.({
      kind: 'verb',
      verb: verb.name,
      service: one.service,
      container: one.name,
      state,
      error,
    });
  const row = (change: Change, error: WherryError | null): ChangeRow => {
    const durationMs = performance.now() - began;
    return { kind: 'container', name: one.name, service: one.service, change, durationMs, error };
  };
  try {
    const begin = (): void => tell('working', null);
    const change = await limit.run(() => verb.carryOut(one, { signal, begin, others }), signal);
    tell(change === 'kept' ? 'kept' : 'done', null);
    await verb.afterwards?.(one, signal);
    return row(change, null);
  } catch (thrown) {
    if (isWherryError(thrown, 'NOT_FOUND')) return row('removed', null);
    const error = asWherryError(thrown);
    tell('failed', error);
    return row('failed', error);
  }
}

/** Publishes what happened to the container. */
function told({ events, projectName }: ServiceOptions, one: ObservedContainer, row: ChangeRow): ChangeRow {
  const { id, name, image, service } = one;
  const subject = { id, name, image, project: projectName, service };
  if (row.change === 'started') {
    events?.publish('container.started', 'boot', service, { ...subject, startedAt: new Date() });
  } else if (row.change === 'stopped' || row.change === 'killed') {
    events?.publish('container.stopped', 'boot', service, { ...subject, exitCode: null });
  }
  return row;
}

/** For each container those that go before it. */
function predecessors(
  chosen: readonly ObservedContainer[],
  order: Order,
): ReadonlyMap<string, readonly ObservedContainer[]> {
  const before = new Map<string, ObservedContainer[]>();
  if (order === 'any') return before;
  const add = (one: ObservedContainer, first: ObservedContainer): void => {
    before.set(one.id, [...(before.get(one.id) ?? []), first]);
  };
  for (const [service, dependants] of dependantsOf(chosen)) {
    for (const dependency of chosen.filter((one) => one.service === service)) {
      for (const dependant of dependants) {
        if (order === 'dependants-first') add(dependency, dependant);
        else add(dependant, dependency);
      }
    }
  }
  return before;
}

/** The containers of the services that were asked for. Fails with `NOT_FOUND` for one that nobody knows. */
export async function choose(
  backend: Backend,
  options: ServiceOptions,
): Promise<readonly ObservedContainer[]> {
  return chosenOf(await observed(backend, options), options);
}

/** All containers of the project. */
export async function observed(
  backend: Backend,
  { projectName, signal }: ServiceOptions,
): Promise<readonly ObservedContainer[]> {
  throwIfAborted(signal);
  return await observeContainers(backend, projectName, { signal });
}

/** Those of the services that were asked for, as {@link choose} says. */
export function chosenOf(
  all: readonly ObservedContainer[],
  { projectName, project, services, oneOff, orphans }: ServiceOptions,
): readonly ObservedContainer[] {
  const candidates = all.filter((one) => oneOff === true || !one.oneOff);
  if (services === undefined || services.length === 0)
    return project === undefined || orphans !== 'left'
      ? candidates
      : candidates.filter((one) => isDeclared(project, one.service));
  for (const name of services) {
    if (project !== undefined && isDeclared(project, name)) continue;
    if (!candidates.some((one) => one.service === name)) throw noContainer(projectName, name, candidates);
  }
  return candidates.filter((one) => services.includes(one.service));
}

/** Containers of services that run. */
export function running(all: readonly ObservedContainer[]): readonly ObservedContainer[] {
  return all.filter((one) => !one.oneOff && isUp(one));
}

/** Whether the project has the service, also one whose profile is off. */
function isDeclared({ services, disabledServices, jobs }: Project, service: string): boolean {
  return [services, disabledServices, jobs].some((declared) => Object.hasOwn(declared, service));
}

/** Whether it has a process. */
export function isUp({ status }: ObservedContainer): boolean {
  return status === 'running' || status === 'paused' || status === 'starting';
}

function noContainer(project: string, name: string, all: readonly ObservedContainer[]): WherryError {
  const known = [...new Set(all.map((one) => one.service))];
  return new WherryError('NOT_FOUND', `the project "${project}" has no container of a service "${name}"`, {
    hint:
      known.length === 0
        ? `nothing of "${project}" is there: bring it up first`
        : `there are containers of ${known.join(', ')}`,
    details: { service: name },
  });
}

/** What became of all of them. */
export function summary(rows: readonly ChangeRow[], began: number): ChangeSummary {
  const durationMs = performance.now() - began;
  return { rows, durationMs, ok: rows.every((row) => row.error === null), warnings: [] };
}
