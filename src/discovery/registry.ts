import { type FSWatcher, watch } from 'node:fs';
import { homedir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import {
  type CallOptions,
  type EventBus,
  type Logger,
  silentLogger,
  throwIfAborted,
  WherryError,
} from '../core/index.ts';
import { timerDelay } from '../core/timer.ts';
import { Discoverer } from './discoverer.ts';
import { ChangeQueue, changesBetween, type RegistryChange } from './registry-changes.ts';
import { dueAt, isExpired, parseEntry, type RegisteredService, toEntry } from './registry-entry.ts';
import { type Entries, RegistryFile, type RegistryRecovery } from './registry-file.ts';
import { type DiscoveredService, serviceId } from './service.ts';

export interface ServiceRegistryOptions {
  /** The file, which any number of processes may share. Default: `wherry/services.json` in `XDG_STATE_HOME`. */
  path?: string | undefined;
  /** Looks whether entries are still there. Default: one without an engine, which connects to what it can. */
  discoverer?: Discoverer | undefined;
  /** ms between two looks at an entry, by whichever process. Default: 30 000. */
  interval?: number | undefined;
  /** ms after which an entry that nobody saw is dropped, where its source does not say. Default: three intervals. */
  ttl?: number | undefined;
  /** Where `service.discovered` and `service.lost` are published, once for each entry that comes or goes. */
  events?: EventBus | undefined;
  /** Told of damaged files and of failed looks. Default: silent. */
  logger?: Logger | undefined;
  /** Default: the wall clock. */
  now?: (() => Date) | undefined;
}

/** What of a registry is wanted; all that is given must match. */
export interface RegistryFilter {
  name?: string | undefined;
  source?: DiscoveredService['source'] | undefined;
  freshness?: RegisteredService['freshness'] | undefined;
}

/**
 * Services that were found, kept in a file that processes share: written whole and synced, so that a crash at any time
 * loses nothing that was acknowledged. Entries are looked for again at an interval by one of the processes, and dropped
 * when nobody saw them for their `ttl`. It does not keep the process alive, except for who watches it.
 */
export class ServiceRegistry implements AsyncDisposable {
  readonly #file: RegistryFile;
  readonly #options: ServiceRegistryOptions;
  readonly #discoverer: Discoverer;
  readonly #logger: Logger;
  readonly #interval: number;
  readonly #ttl: number;
  readonly #closed = new AbortController();
  readonly #watchers = new Set<ChangeQueue>();
  readonly #background = new Set<Promise<void>>();
  #known: ReadonlyMap<string, RegisteredService> = new Map();
  #files: FSWatcher | undefined;
  #timer: NodeJS.Timeout | undefined;
  #reading: Promise<void> = Promise.resolve();
  #nextReading: Promise<void> | undefined;

  private constructor(options: ServiceRegistryOptions) {
    const { path, interval = 30_000, discoverer, logger } = options;
    if (!(interval > 0))
      throw new WherryError('INVALID', `the interval is ${interval}, but must be more than 0 ms`);
    this.#options = options;
    this.#file = new RegistryFile(path === undefined ? defaultPath() : resolve(path), (recovery) =>
      this.#recovered(recovery),
    );
    this.#interval = interval;
    this.#ttl = options.ttl ?? 3 * interval;
    this.#discoverer = discoverer ?? new Discoverer();
    this.#logger = logger ?? silentLogger;
  }

  /**
   * Opens the registry, and makes its file when there is none. Entries whose time is over are dropped. Fails with
   * `PERMISSION`, `NO_SPACE`, and `UNSUPPORTED` for the file of a newer version.
   */
  static async open(options: ServiceRegistryOptions = {}): Promise<ServiceRegistry> {
    const registry = new ServiceRegistry(options);
    await registry.#change(() => undefined);
    registry.#followFile();
    return registry;
  }

  /** Absolute. */
  get path(): string {
    return this.#file.path;
  }

  /** Adds services, or sees known ones again. Resolves when they are on the disk. Fails with `INVALID` for what is no service. */
  async register(...services: readonly DiscoveredService[]): Promise<readonly RegisteredService[]> {
    for (const service of services) checkReadable(toEntry(service, { known: undefined, ttl: this.#ttl }));
    const made: RegisteredService[] = [];
    await this.#change((entries) => {
      for (const service of services) {
        const entry = toEntry(service, {
          known: entries.get(serviceId(service)),
          ttl: this.#ttl,
        });
        entries.set(entry.id, entry);
        made.push(entry);
      }
    });
    return made;
  }

  /** Removes the entry with this id, or all with this name. Resolves to how many there were. */
  async unregister(idOrName: string): Promise<number> {
    let count = 0;
    await this.#change((entries) => {
      for (const { id, name } of [...entries.values()])
        if ((id === idOrName || name === idOrName) && entries.delete(id)) count += 1;
    });
    return count;
  }

  /** All entries that match, as any process wrote them last, by name and place. */
  async list(filter: RegistryFilter = {}): Promise<readonly RegisteredService[]> {
    await this.#refresh();
    const { name, source, freshness } = filter;
    const now = this.#now();
    return [...this.#known.values()]
      .filter((entry) => !isExpired(entry, now))
      .filter((entry) => name === undefined || entry.name === name)
      .filter((entry) => source === undefined || entry.source === source)
      .filter((entry) => freshness === undefined || entry.freshness === freshness)
      .sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  /** Looks for every entry now. */
  async verify(options: CallOptions = {}): Promise<readonly RegisteredService[]> {
    throwIfAborted(options.signal);
    await this.#look(() => true, options.signal);
    return this.list();
  }

  /** What is in the registry as `added`, then what any process changes. Ends with `signal`, or when the loop is left. */
  async *watch(options: CallOptions = {}): AsyncGenerator<RegistryChange, void, undefined> {
    const queue = new ChangeQueue();
    const end = (): void => queue.end();
    const { signal } = options;
    if (signal?.aborted || this.#closed.signal.aborted) return;
    signal?.addEventListener('abort', end, { once: true });
    try {
      for (const service of await this.list()) queue.add({ kind: 'added', service });
      this.#watchers.add(queue);
      this.#files?.ref();
      for (let change = await queue.next(); change !== undefined; change = await queue.next()) yield change;
    } finally {
      signal?.removeEventListener('abort', end);
      this.#watchers.delete(queue);
      if (this.#watchers.size === 0) this.#files?.unref();
    }
  }

  /** Ends all watching and looking; entries stay for other processes. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed.abort();
    clearTimeout(this.#timer);
    this.#files?.close();
    for (const queue of this.#watchers) queue.end();
    await Promise.allSettled([this.#file.idle(), this.#reading, ...this.#background]);
  }

  /** Every change drops what is over. */
  async #change(apply: (entries: Entries) => void): Promise<void> {
    if (this.#closed.signal.aborted) throw new WherryError('CONFLICT', 'the service registry is closed');
    await this.#file.change((entries) => {
      apply(entries);
      const now = this.#now();
      for (const entry of [...entries.values()]) if (isExpired(entry, now)) entries.delete(entry.id);
    });
    await this.#refresh();
  }

  #recovered(recovery: RegistryRecovery): void {
    const { kept, lost, damagedFile } = recovery;
    this.#logger.warn(
      `the service registry ${this.path} was damaged: ${kept} entries were kept, ${lost} lost; the damaged file is ${damagedFile}`,
      { ...recovery },
    );
    for (const queue of this.#watchers) queue.add({ kind: 'recovered', ...recovery });
  }

  /** One reading after the other, so that the latest is told last; all who ask while one goes on share the next. */
  #refresh(): Promise<void> {
    this.#nextReading ??= this.#reading
      .catch(() => undefined)
      .then(() => {
        this.#nextReading = undefined;
        return this.#readOnce();
      });
    this.#reading = this.#nextReading;
    return this.#nextReading;
  }

  async #readOnce(): Promise<void> {
    const { entries, lost } = await this.#file.read();
    const before = this.#known;
    this.#known = entries;
    for (const change of changesBetween(before, entries, this.#now())) {
      for (const queue of this.#watchers) queue.add(change);
      this.#publish(change);
    }
    this.#schedule();
    if (lost !== null) this.#inBackground(this.#change(() => undefined));
  }

  #publish(change: ReturnType<typeof changesBetween>[number]): void {
    // What was there when the registry was opened is nothing new.
    if (this.#files === undefined) return;
    const { name, host, port, protocol, source } = change.service;
    const data = { host, port, protocol, foundBy: source };
    const { events } = this.#options;
    if (change.kind === 'added') events?.publish('service.discovered', 'discovery', name, data);
    else if (change.kind !== 'changed')
      events?.publish('service.lost', 'discovery', name, { ...data, reason: change.kind });
  }

  /** Other processes put a new file in the place of the old one, which only the directory tells. */
  #followFile(): void {
    const name = basename(this.path);
    this.#files = watch(dirname(this.path), { persistent: false }, (_, changed) => {
      if (changed === null || changed === name) this.#inBackground(this.#refresh());
    });
    this.#files.on('error', (error) => {
      this.#logger.warn('changes of the service registry by other processes are seen late', { error });
    });
  }

  #schedule(): void {
    clearTimeout(this.#timer);
    if (this.#closed.signal.aborted || this.#known.size === 0) return;
    const next = [...this.#known.values()].map((entry) =>
      Math.min(dueAt(entry, this.#interval), entry.seenAt.getTime() + entry.ttl),
    );
    const wait = Math.max(10, Math.min(...next) - this.#now().getTime());
    this.#timer = setTimeout(() => this.#inBackground(this.#lookAtDue()), timerDelay(wait));
    this.#timer.unref();
  }

  async #lookAtDue(): Promise<void> {
    const now = this.#now();
    await this.#look((entry) => dueAt(entry, this.#interval) <= now.getTime(), undefined);
  }

  /** Claims the entries first, by saying that they are being looked for: so one process looks, not all of them. */
  async #look(wanted: (entry: RegisteredService) => boolean, signal: AbortSignal | undefined): Promise<void> {
    const claimed: RegisteredService[] = [];
    await this.#change((entries) => {
      for (const entry of entries.values())
        if (wanted(entry)) claimed.push({ ...entry, checkedAt: this.#now() });
      for (const entry of claimed) entries.set(entry.id, entry);
    });
    if (claimed.length === 0) return;
    const end = signal === undefined ? this.#closed.signal : AbortSignal.any([signal, this.#closed.signal]);
    const sightings = await this.#discoverer.verify(claimed, { signal: end });
    await this.#change((entries) => {
      for (const [index, { id }] of claimed.entries()) {
        const known = entries.get(id);
        const sighting = sightings[index];
        if (known === undefined || sighting === undefined) continue;
        if (sighting.presence === 'present')
          entries.set(id, toEntry(sighting.service, { known, ttl: this.#ttl }));
        else if (sighting.presence === 'absent') entries.set(id, { ...known, freshness: 'stale' });
      }
    });
  }

  #inBackground(work: Promise<void>): void {
    const quiet = work
      .catch((error: unknown) => {
        if (!this.#closed.signal.aborted)
          this.#logger.error('the service registry could not be brought up to date', { error });
      })
      .finally(() => this.#background.delete(quiet));
    this.#background.add(quiet);
  }

  #now(): Date {
    return this.#options.now?.() ?? new Date();
  }
}

function defaultPath(): string {
  const state = process.env.XDG_STATE_HOME;
  const base = state === undefined || state === '' ? join(homedir(), '.local', 'state') : state;
  return join(base, 'wherry', 'services.json');
}

/** What could not be read back would count as damage. */
function checkReadable(entry: RegisteredService): void {
  if (parseEntry(JSON.parse(JSON.stringify(entry))) !== null) return;
  throw new WherryError('INVALID', `${entry.id} is no service that a registry can hold`, {
    hint: 'give it a name, a host, a port or null, a protocol, a source, dates and metadata of texts',
    details: { entry },
  });
}
