import type { ProjectServer, ServeEvent } from '../../boot/index.ts';
import { throwIfAborted } from '../../core/errors.ts';
import type { EventBus } from '../../core/event-bus.ts';
import { bracketed } from '../../core/host-port.ts';
import type { Context } from '../context.ts';
import type { Invocation } from '../declaration.ts';
import { deferred } from '../deferred.ts';
import { exitCode } from '../exit-codes.ts';
import { commandEvents } from '../history.ts';
import { placed } from '../isolation.ts';
import type { Output } from '../output/output.ts';
import { took } from '../output/time.ts';
import { printable } from '../output/width.ts';
import { requireProject } from '../scope.ts';
import { t } from '../text.ts';
import { usage } from '../usage.ts';
import { Refusals } from './refusals.ts';
import type { openMetrics as openMetricsOf, ServedMetrics } from './serve-metrics.ts';

export interface ServeOptions {
  /** First bring up what is not held. */
  up: boolean;
  /** ms. */
  drain: number | undefined;
  /** Where to serve metrics. */
  metrics: string | undefined;
  /** File for lifecycle events. */
  history: string | undefined;
}

/**
 * Holds the ports of services that scale to zero, and restarts services that ask for it when they are unhealthy, until
 * Ctrl-C, which lets clients leave; a second Ctrl-C cuts them. What was served is stopped then. With metrics there may be
 * no such services: then the metrics are all that is served.
 */
export async function serve(invocation: Invocation<ServeOptions>): Promise<number> {
  const { context, options } = invocation;
  if (context.globals.dryRun) throw usage(t('dryRun.notThere', { command: 'serve' }));
  const { output, logger, signal } = context;
  await using story = await commandEvents(context, options.history);
  const { events } = story;
  await using metrics =
    options.metrics === undefined
      ? null
      : await openMetrics(options.metrics, { backend: await context.backend(), events, logger });
  throwIfAborted(signal);
  if (metrics !== null) {
    const { url } = metrics;
    if (output.json) output.value({ time: new Date(), kind: 'metrics', url }, 'line');
    else output.line(t('serve.metrics', { url }));
  }
  if (options.up) await (await import('./serve-up.ts')).bringUpOthers(invocation, events);
  await using jobs = await openJobs(invocation, events);
  const hasMore = metrics !== null || jobs !== null || (await hasRestarts(invocation));
  if (!hasMore || (await hasServices(invocation)))
    return await serveServices(invocation, { metrics, events });
  await using _restarts = await restarts(invocation, events);
  return await interruption(context);
}

async function openMetrics(...[listen, parts]: Parameters<typeof openMetricsOf>): Promise<ServedMetrics> {
  const { openMetrics: open } = await import('./serve-metrics.ts');
  return open(listen, parts);
}

async function hasRestarts({ context }: Invocation<ServeOptions>): Promise<boolean> {
  const scope = await context.scope();
  if (scope.kind === 'engine' || scope.project === null) return false;
  const { restartedServices } = await import('../../boot/index.ts');
  return restartedServices(scope.project).length > 0;
}

/** Restarts what is unhealthy; null when no service asks for it. */
async function restarts(
  { context, words }: Invocation<ServeOptions>,
  events: EventBus,
): Promise<AsyncDisposable | null> {
  const { output, logger } = context;
  const scope = await context.scope();
  if (scope.kind === 'engine' || scope.project === null) return null;
  const boot = await import('../../boot/index.ts');
  const services = boot
    .restartedServices(scope.project)
    .filter((name) => words.length === 0 || words.includes(name));
  if (services.length === 0) return null;
  const { unhealthyLine } = await import('../output/unhealthy.ts');
  const watching = await boot.restartUnhealthy(await context.backend(), scope.project, {
    services,
    events,
    logger,
    onUnhealthy: (event) => {
      if (output.json) output.value({ time: new Date(), ...event }, 'line');
      else output.line(unhealthyLine(event));
    },
  });
  if (!output.json) output.line(t('unhealthy.watched', { services: services.join(', ') }));
  return watching;
}

/** Runs the jobs of the project that have a schedule, unless services are named; null when there are none. */
async function openJobs(
  { context, words }: Invocation<ServeOptions>,
  events: EventBus,
): Promise<AsyncDisposable | null> {
  if (words.length > 0) return null;
  const scope = await context.scope();
  if (scope.kind === 'engine' || scope.project === null) return null;
  const { scheduledJobs } = await import('../../boot/index.ts');
  if (scheduledJobs(scope.project).length === 0) return null;
  const { openJobs: open } = await import('./serve-jobs.ts');
  return open(context, events);
}

/** Services that are named are wanted; else whether the project has any to serve. */
async function hasServices({ context, words }: Invocation<ServeOptions>): Promise<boolean> {
  if (words.length > 0) return true;
  const scope = await context.scope();
  if (scope.kind === 'engine' || scope.project === null) return false;
  const { servedServices } = await import('../../boot/index.ts');
  return servedServices(scope.project).length > 0;
}

async function interruption({ interrupts }: Context): Promise<number> {
  const { promise: interrupted, resolve: interrupt } = deferred<void>();
  using _answer = interrupts.intercept(() => interrupt());
  await interrupted;
  return exitCode.success;
}

async function serveServices(
  invocation: Invocation<ServeOptions>,
  { metrics, events }: { metrics: ServedMetrics | null; events: EventBus },
): Promise<number> {
  const { context, words, options } = invocation;
  const { output, interrupts } = context;
  const { project } = await placed(context, await requireProject(context, words));
  const backend = await context.backend();
  const boot = await import('../../boot/index.ts');
  const opening = new AbortController();
  const cutting = new AbortController();
  const { promise: interrupted, resolve: interrupt } = deferred<void>();
  let received = 0;
  using _answer = interrupts.intercept(() => {
    received += 1;
    if (received > 2) interrupts.exit();
    opening.abort();
    interrupt();
    if (received === 1) return;
    output.note(t('serve.cutting'));
    cutting.abort();
  });
  const story = new ServeStory(output);
  let server: ProjectServer;
  try {
    server = await boot.serve(backend, project, {
      services: words.length > 0 ? words : undefined,
      signal: opening.signal,
      logger: context.logger,
      events,
      onServe: (event) => story.tell(event),
    });
  } catch (error) {
    if (opening.signal.aborted) return interrupts.exitCode ?? exitCode.interrupted;
    throw error;
  }
  metrics?.observe(server);
  {
    await using _restarts = await restarts(invocation, events);
    await interrupted;
  }
  const open = server.services().flatMap(({ ports }) => ports.map(({ proxy }) => proxy.active()));
  const clients = open.reduce((sum, count) => sum + count, 0);
  output.note(t('serve.draining', { count: clients }));
  await server.close({ limit: options.drain, signal: cutting.signal });
  return cutting.signal.aborted ? (interrupts.exitCode ?? exitCode.interrupted) : exitCode.success;
}

/** One line for each thing that happens. */
class ServeStory {
  readonly #output: Output;
  readonly #since = new Map<string, number>();
  readonly #refusals = new Refusals((service, reason, more) =>
    this.#line(
      service,
      more === null ? t('serve.refused', { reason }) : t('serve.refusedMore', { count: more, reason }),
    ),
  );

  constructor(output: Output) {
    this.#output = output;
  }

  tell(event: ServeEvent): void {
    const output = this.#output;
    if (output.json) {
      output.value({ time: new Date(), ...event }, 'line');
      return;
    }
    if (event.kind === 'refused') {
      this.#refusals.add(event.service, event.reason.message);
      return;
    }
    const text = this.#text(event);
    if (text !== undefined) this.#line(event.service, text);
  }

  #line(service: string, text: string): void {
    const output = this.#output;
    output.line(`${output.paint('bold', service)}: ${printable(text)}`);
  }

  #text(event: Exclude<ServeEvent, { kind: 'refused' }>): string | undefined {
    switch (event.kind) {
      case 'listening': {
        const { host, number } = event;
        const address = `${bracketed(host)}:${number}`;
        return t('serve.listening', { address, port: `${event.port.target}/${event.port.protocol}` });
      }
      case 'replaced':
        return t('serve.replaced');
      case 'taken-over':
        return t('serve.takenOver');
      case 'changed':
        return this.#transition(event);
    }
  }

  #transition({ service, transition }: ServeEvent & { kind: 'changed' }): string | undefined {
    const { from, to, time, reason, error } = transition;
    switch (to) {
      case 'starting':
        this.#since.set(service, time.getTime());
        return t('serve.starting');
      case 'running': {
        const began = this.#since.get(service);
        if (from === 'starting' && began !== undefined)
          return t('serve.up', { time: took(time.getTime() - began) });
        return from === 'idle' ? undefined : t('serve.found');
      }
      case 'idle':
        return undefined;
      case 'stopping':
        return reason === null ? t('serve.stopping') : t('serve.stoppingBecause', { reason });
      case 'stopped':
        return from === 'stopping' ? t('serve.stopped') : t('serve.gone', { reason: reason ?? '' });
      case 'failed':
        return t('serve.failed', { reason: error?.message ?? '' });
    }
  }
}
