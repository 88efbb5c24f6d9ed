import { setTimeout } from 'node:timers/promises';
import type { Backend } from '../core/backend.ts';
import { composeLabel } from '../core/compose-labels.ts';
import type { EngineEvent } from '../core/engine-event.ts';
import { runLogStart } from '../core/run-log.ts';
import type { LogRecord } from '../core/streams.ts';
import { ContainerLog, type LogPart } from './container-log.ts';
import { deferred } from './deferred.ts';
import { ProjectEnds } from './project-ends.ts';

type Died = Extract<EngineEvent, { type: 'died' }>;
type Resync = Extract<EngineEvent, { type: 'resync' }>;

/** ms within which an engine tells of an end that its list shows already. */
const tellingOfEnd = 3000;

export interface FollowerOptions {
  projectName: string;
  /** Services whose containers count; all when undefined. */
  services: readonly string[] | undefined;
  /** Whose lines are read, also beside `services`. Default: those of `services`. */
  shown?: ReadonlySet<string> | undefined;
  onRecord: (record: LogRecord, name: string, id: string) => void;
  /** The next records are not read before it resolves, so that a slow reader slows us down. */
  afterBatch: () => Promise<void>;
  /** A container of `services` ended and does not come back by itself. */
  onExit?: (exit: Died) => void;
  /** A container of `services` ended and starts again. */
  onRestart?: (exit: Died) => void;
  signal: AbortSignal;
}

/** Follows the logs of a project's containers over restarts, and of those that are added while it runs. */
export class ProjectFollower {
  readonly #backend: Backend;
  readonly #options: FollowerOptions;
  readonly #logs = new Map<string, ContainerLog>();
  /** What is read, or was, by container. */
  readonly #reading = new Map<string, Promise<void>>();
  readonly #controller = new AbortController();
  readonly #signal: AbortSignal;
  readonly #fresh = new Set<string>();
  readonly #running = new Set<string>();
  /** Ends whose last lines are not out, or that may turn out not to be final. */
  readonly #ending = new Set<Promise<void>>();
  readonly #ends: ProjectEnds;
  /** From now on nothing that ends comes back. */
  #isFinal = false;
  #listening: Promise<void> | undefined;
  #onChange: (() => void) | undefined;

  constructor(backend: Backend, options: FollowerOptions) {
    this.#backend = backend;
    this.#options = options;
    this.#signal = AbortSignal.any([options.signal, this.#controller.signal]);
    this.#ends = new ProjectEnds(backend, options.projectName, this.#signal);
  }

  /** Follows each container from its start on; for those that run already see {@link follow}. */
  listen(): void {
    this.#listening ??= this.#listen();
    this.#listening.catch(() => undefined);
  }

  /** Follows a container of a service that exists. */
  follow(id: string, name: string, service: string, part: LogPart): void {
    // One whose start was seen may have ended since.
    if (!this.#isShown(service) || this.#logs.has(id)) return;
    this.#running.add(id);
    this.#begin(id, name, part);
  }

  /** Resolves when no container of the project runs or is about to, and all lines are out. Fails when the engine is gone. */
  async idle(): Promise<void> {
    for (;;) {
      const changed = deferred<void>();
      this.#onChange = changed.resolve;
      if (this.#isQuiet && !(await this.#anyRuns()) && !(await this.#comesBack())) {
        // Something may have ended while we looked, and may not be told yet.
        if (!this.#isQuiet) continue;
        if (this.#ends.owed.size === 0) break;
        if (!(await this.#within(tellingOfEnd, changed.promise)) && this.#isQuiet) break;
        continue;
      }
      await Promise.race([changed.promise, this.#listening]);
      this.#signal.throwIfAborted();
    }
    await Promise.all(this.#reading.values());
  }

  /** From now on nothing that ends is about to start again: each end is told at once. */
  stopping(): void {
    this.#isFinal = true;
  }

  /** Resolves when the end of each container that does not run any more is told, or the engine tells of none. */
  async endsTold(): Promise<void> {
    for (;;) {
      const changed = deferred<void>();
      this.#onChange = changed.resolve;
      if (this.#ending.size === 0 && !(await this.#anyOwed())) return;
      if (!(await this.#within(tellingOfEnd, changed.promise))) return;
    }
  }

  /** Ends all streams, after the lines that are under way. */
  async close(): Promise<void> {
    this.#controller.abort();
    await Promise.allSettled([...this.#reading.values(), this.#listening]);
  }

  async #listen(): Promise<void> {
    for await (const event of this.#backend.events({ labels: this.#labels, signal: this.#signal })) {
      if (event.type === 'resync') {
        await this.#resync(event);
        continue;
      }
      const service = event.subject.labels[composeLabel.service] ?? '';
      if (!this.#counts(service) && !this.#isShown(service)) continue;
      this.#ends.see(event);
      const { id, name } = event.subject;
      if (event.type === 'created') this.#fresh.add(id);
      else if (event.type === 'started') await this.#started(id, name, service);
      else if (event.type === 'died') this.#died(event, service);
    }
  }

  /** After a gap: what ended in it is over, what started in it is followed. */
  async #resync({ containers }: Resync): Promise<void> {
    const alive = containers.filter(isAlive);
    for (const id of this.#running) if (!alive.some((one) => one.id === id)) this.#running.delete(id);
    for (const { id, name, labels } of alive) {
      const service = labels[composeLabel.service] ?? '';
      const isOurs = labels[composeLabel.project] === this.#options.projectName;
      if (isOurs && labels[composeLabel.oneOff] !== 'True') await this.#started(id, name, service);
    }
    this.#onChange?.();
  }

  async #started(id: string, name: string, service: string): Promise<void> {
    if (!this.#isShown(service)) return;
    this.#running.add(id);
    const isKnown = this.#fresh.delete(id) || this.#logs.get(id)?.hasLines === true;
    this.#begin(id, name, isKnown ? {} : { since: await this.#endOfLastRun(id) });
  }

  /** What came before belongs to a run that nobody asked for. */
  async #endOfLastRun(id: string): Promise<Date | undefined> {
    const info = await this.#backend.inspect(id, { signal: this.#signal }).catch(() => undefined);
    return info === undefined ? undefined : runLogStart(info);
  }

  #died(event: Died, service: string): void {
    this.#running.delete(event.subject.id);
    const ending = this.#over(event, service).finally(() => {
      this.#ending.delete(ending);
      this.#onChange?.();
    });
    this.#ending.add(ending);
  }

  /** An engine tells of an end before its list does: whoever looked in between has to look again. */
  async #over(event: Died, service: string): Promise<void> {
    const next = this.#isFinal ? 'nothing' : this.#ends.next(event).catch(() => undefined);
    // What fails here fails for the one who waits until all is idle.
    await this.#logs
      .get(event.subject.id)
      ?.end()
      .catch(() => undefined);
    const followed = await next;
    if (!this.#counts(service)) return;
    if (followed === 'nothing') this.#options.onExit?.(event);
    else if (followed === 'restart') this.#options.onRestart?.(event);
  }

  /** The engine restarts some containers by itself: what it is about to start counts. */
  async #anyRuns(): Promise<boolean> {
    const rows = await this.#backend.list({ all: true, labels: this.#labels }, { signal: this.#signal });
    return rows.some((row) => this.#counts(row.labels[composeLabel.service] ?? '') && isAlive(row));
  }

  /** Whether the engine shows an end that it has not told. */
  async #anyOwed(): Promise<boolean> {
    const rows = await this.#backend.list({ all: true, labels: this.#labels }, { signal: this.#signal });
    const alive = new Set(rows.filter(isAlive).map(({ id }) => id));
    return [...this.#running, ...this.#ends.owed].some((id) => !alive.has(id));
  }

  /** Whether what somebody stopped was stopped to be started again. */
  async #comesBack(): Promise<boolean> {
    await this.#ends.passes();
    return this.#running.size > 0 || (await this.#anyRuns());
  }

  /** Whether something happens within so many ms. */
  async #within(time: number, change: Promise<void>): Promise<boolean> {
    const { signal } = this.#options;
    return Promise.race([
      change.then(() => true),
      setTimeout(time, false, { signal, ref: false }).catch(() => false),
    ]);
  }

  /** Nothing runs, and each end is told, as far as we heard of any. */
  get #isQuiet(): boolean {
    return this.#running.size === 0 && this.#ending.size === 0;
  }

  get #labels(): string[] {
    return [`${composeLabel.project}=${this.#options.projectName}`, `${composeLabel.oneOff}=False`];
  }

  #counts(service: string): boolean {
    return this.#options.services?.includes(service) ?? true;
  }

  #isShown(service: string): boolean {
    return this.#options.shown?.has(service) ?? this.#counts(service);
  }

  #begin(id: string, name: string, part: LogPart): void {
    const log = this.#logs.get(id) ?? this.#newLog(id, name);
    const done = log.begin(part);
    this.#reading.set(id, done);
    done
      .catch(() => undefined)
      .finally(() => {
        // Without an event: it was over before anybody listened.
        this.#running.delete(id);
        this.#onChange?.();
      });
  }

  #newLog(id: string, name: string): ContainerLog {
    const { onRecord, afterBatch } = this.#options;
    // A replacement has the id of the one that it replaces before its name until that one is gone.
    const label = name.replace(/^[0-9a-f]{12}_/, '');
    const log = new ContainerLog(this.#backend, {
      id,
      onRecord: (record) => onRecord(record, label, id),
      afterBatch,
      signal: this.#signal,
    });
    this.#logs.set(id, log);
    return log;
  }
}

function isAlive({ status }: { status: string }): boolean {
  return status === 'running' || status === 'starting' || status === 'paused';
}
