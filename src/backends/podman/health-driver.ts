import { isWherryError } from '../../core/errors.ts';
import type { Logger } from '../../core/logger.ts';
import type { EngineConnection } from '../engine-api/connection.ts';
import { containerPath } from '../engine-api/container-path.ts';
import { containerRecord } from '../engine-api/lifecycle.ts';
import type { ContainerRecord } from '../engine-api/records.ts';
import { engineTime } from '../engine-api/status.ts';
import { isOlder } from './version.ts';

const defaultInterval = 30_000;
const nanoseconds = 1e6;

/**
 * Runs the health checks of containers whose engine does not: Podman leaves that to systemd timers, and without systemd
 * nobody runs them. Podman keeps the results and tells them as its own. A check that somebody else ran within its
 * interval is not run again.
 */
export class HealthDriver {
  readonly #connection: EngineConnection;
  readonly #logger: Logger;
  /** Podman 4 tells the state before a check in the event of that check: the next one tells a change. */
  readonly #tellsLate: boolean;
  readonly #watched = new Map<string, NodeJS.Timeout | undefined>();
  #closed = false;

  constructor(connection: EngineConnection, version: string, logger: Logger) {
    this.#connection = connection;
    this.#tellsLate = isOlder(version, [5, 0]);
    this.#logger = logger;
  }

  /** Sees to the checks of this container as long as it runs. */
  watch(record: ContainerRecord): void {
    if (this.#closed || this.#watched.has(record.Id) || !isChecked(record)) return;
    this.#schedule(record.Id, intervalOf(record));
  }

  close(): void {
    this.#closed = true;
    for (const timer of this.#watched.values()) clearTimeout(timer);
    this.#watched.clear();
  }

  #schedule(id: string, delay: number): void {
    const timer = setTimeout(() => {
      this.#check(id).catch((error: unknown) => {
        this.#watched.delete(id);
        if (this.#closed || isWherryError(error, 'NOT_FOUND', 'CONFLICT')) return;
        this.#logger.warn('a health check could not be run', { container: id, error });
      });
    }, delay);
    // Others keep this process alive, if it is to live.
    timer.unref();
    this.#watched.set(id, timer);
  }

  async #check(id: string): Promise<void> {
    const record = await containerRecord(this.#connection, id);
    if (!isChecked(record)) return void this.#watched.delete(id);
    const interval = intervalOf(record);
    // Of a run that has just begun nothing is known yet, as with Docker.
    const since = Date.now() - Math.max(lastCheck(record), timeOf(record.State.StartedAt));
    if (since >= interval / 2) {
      await this.#run(id);
      if (this.#tellsLate && (await this.#hasChanged(record))) await this.#run(id);
    }
    if (!this.#closed && this.#watched.has(id)) this.#schedule(id, interval);
  }

  async #run(id: string): Promise<void> {
    const path = `/v4.0.0/libpod${containerPath(id, 'healthcheck')}`;
    await this.#connection.json({ path, versioned: false });
  }

  /** The answer to a check tells only how that one went, not what the container is after all its retries. */
  async #hasChanged({ Id: id, State: before }: ContainerRecord): Promise<boolean> {
    const { State: after } = await containerRecord(this.#connection, id);
    return after.StartedAt === before.StartedAt && after.Health?.Status !== before.Health?.Status;
  }
}

function isChecked(record: ContainerRecord): boolean {
  const [kind] = record.Config.Healthcheck?.Test ?? [];
  return (
    record.State.Running === true && record.State.Paused !== true && kind !== undefined && kind !== 'NONE'
  );
}

function intervalOf(record: ContainerRecord): number {
  const interval = (record.Config.Healthcheck?.Interval ?? 0) / nanoseconds;
  return interval > 0 ? interval : defaultInterval;
}

function lastCheck(record: ContainerRecord): number {
  return timeOf(record.State.Health?.Log?.at(-1)?.Start);
}

function timeOf(text: string | undefined): number {
  return engineTime(text)?.getTime() ?? 0;
}
