import { eagerGates, outsideProbe } from '../compose/index.ts';
import type { Backend } from '../core/index.ts';
import { carryOutOn, chosenOf, isUp, observed, running, type Verb } from './carry-out.ts';
import { dependencyFailed } from './failure.ts';
import { type GateCondition, pass } from './gate.ts';
import type { ObservedContainer } from './observed.ts';
import type { ChangeRow, ChangeSummary, ServiceOptions, StartServicesOptions } from './options.ts';
import { passProbe } from './outside-probe.ts';
import { sharersOf } from './sharers.ts';
import { hooksOf, stopServices } from './stop-services.ts';
import { ProjectWatch, phaseOf } from './watch.ts';

/**
 * Starts containers that do not run with what they depend on, that first; a dependant waits for its condition. What runs
 * in the namespaces of one of them restarts: they are gone.
 */
export async function startServices(backend: Backend, options: StartServicesOptions): Promise<ChangeSummary> {
  const hooks = hooksOf(backend, options);
  const around = {
    before: (one: ObservedContainer, signal: AbortSignal) => hooks.beforeStart(one, signal),
    after: (one: ObservedContainer, signal: AbortSignal) => hooks.afterStart(one, signal),
  };
  const since = new Date();
  const all = await observed(backend, options);
  const wishes = { ...options, services: withDependencies(all, options) };
  const idle = chosenOf(all, wishes).filter((one) => !isUp(one));
  const cutOff = idle.length === 0 ? [] : await sharersOf(backend, idle, running(all), wishes);
  if (cutOff.length === 0) return start(backend, wishes, around, { all, since });
  const sharers = cutOff.map((one) => one.service);
  const stopped = await stopServices(backend, { ...wishes, services: sharers });
  const { services } = wishes;
  const together = services === undefined ? services : [...services, ...sharers];
  const started = await start(backend, { ...wishes, services: together }, around);
  return { ...started, rows: asRestarts(started.rows, stopped.rows) };
}

/** What is done around a start. */
export type Around = (one: ObservedContainer, signal: AbortSignal) => Promise<void>;

/** Starts what is chosen and does not run, in dependency order. `known`: what a list said that was asked for then. */
export async function start(
  backend: Backend,
  options: StartServicesOptions,
  hooks: { before?: Around; after: Around },
  known?: { all: readonly ObservedContainer[]; since: Date },
): Promise<ChangeSummary> {
  const [began, since] = [performance.now(), known?.since ?? new Date()];
  const chosen = chosenOf(known?.all ?? (await observed(backend, options)), options);
  const watch = new ProjectWatch(backend, options.projectName);
  const awaited = conditionsFor(chosen);
  // What happened since the list was asked for is not in it.
  if (options.wait === true || awaited.size > 0) watch.begin(since);
  try {
    const verb: Verb = {
      name: 'start',
      order: 'dependencies-first',
      carryOut: async (one, { signal, begin, others }) => {
        refuseWithout(one, others);
        const change = isUp(one) ? 'kept' : 'started';
        watch.seed({ id: one.id, phase: phaseOf(one.status), health: one.health, exitCode: one.exitCode });
        if (change === 'started') {
          begin();
          await hooks.before?.(one, signal);
          watch.starting(one.id);
          await backend.start(one.id, { signal });
          watch.started(one.id);
          await hooks.after(one, signal);
        }
        return change;
      },
      afterwards: async (one, signal) => {
        const condition = awaited.get(one.service);
        if (options.wait === true || condition !== undefined)
          await ready(backend, watch, one, { ...options, condition, signal });
      },
    };
    return await carryOutOn(chosen, options, { began, verb });
  } finally {
    await watch.close();
  }
}

/** Rows of what was started, as those of restarts where it was stopped before. */
export function asRestarts(
  started: readonly ChangeRow[],
  stopped: readonly ChangeRow[],
): readonly ChangeRow[] {
  return started.map((row) => {
    const before = stopped.find((other) => other.name === row.name);
    if (before === undefined) return row;
    const error = row.error ?? before.error;
    return { ...row, change: error === null ? 'restarted' : 'failed', error };
  });
}

/** The services that were asked for, and all that they depend on as far as it is there; undefined: all of the project. */
function withDependencies(
  all: readonly ObservedContainer[],
  { services = [] }: ServiceOptions,
): readonly string[] | undefined {
  if (services.length === 0) return undefined;
  const there = all.filter((one) => !one.oneOff);
  const names = new Set(services);
  for (const name of names)
    for (const one of there.filter(({ service }) => service === name))
      for (const { service } of one.dependsOn)
        if (there.some((other) => other.service === service)) names.add(service);
  return [...names];
}

/** What the dependants among them wait for, by service. */
function conditionsFor(chosen: readonly ObservedContainer[]): ReadonlyMap<string, GateCondition> {
  const conditions = new Map<string, GateCondition>();
  for (const { dependsOn } of chosen)
    for (const { service, condition } of dependsOn) {
      const gate = gates[condition];
      if (gate !== undefined) conditions.set(service, gate);
    }
  return conditions;
}

const gates: Readonly<Record<string, GateCondition | undefined>> = {
  service_healthy: 'healthy',
  service_completed_successfully: 'completed',
};

/** Fails with `DEPENDENCY` when one whose condition it waits for failed. */
function refuseWithout({ dependsOn }: ObservedContainer, others: readonly ChangeRow[]): void {
  for (const { service, error } of others) {
    const isGate = dependsOn.some((one) => one.service === service && gates[one.condition] !== undefined);
    if (error !== null && isGate && service !== null) throw dependencyFailed(service, error);
  }
}

/** `condition` is what dependants wait for; without one it is `wait`'s. */
async function ready(
  backend: Backend,
  watch: ProjectWatch,
  one: ObservedContainer,
  options: StartServicesOptions & { condition: GateCondition | undefined; signal: AbortSignal },
): Promise<void> {
  const { id, name } = one;
  const { eager = true, waitTimeout: timeout, signal } = options;
  const info = await backend.inspect(id, { signal });
  const upOrHealthy = info.health === 'none' ? 'settled' : 'healthy';
  const condition = options.condition === 'completed' ? 'completed' : upOrHealthy;
  const restart = info.spec.restart ?? { name: 'no' };
  const declared = options.project?.services[one.service];
  const probe = declared && condition !== 'completed' ? outsideProbe(declared) : undefined;
  if (condition === 'settled' && probe === undefined && isUp(one)) return;
  const isEager = eager && (declared === undefined || eagerGates(declared));
  const gate = { id, name, condition, restart, timeout, eager: isEager } as const;
  if (probe !== undefined) await passProbe(backend, watch, { ...gate, condition: 'healthy' }, probe, signal);
  else await pass(backend, watch, gate, signal);
  if (condition === 'healthy' || probe !== undefined)
    options.onProgress?.({
      kind: 'verb',
      verb: 'start',
      service: one.service,
      container: name,
      state: 'healthy',
      error: null,
    });
}
