import type { HostAccess, MonitorClock } from './index.ts';

/** A machine whose files are a map, and whose figures stand still. */
export function fakeHost(
  files: Record<string, string>,
  overrides: Partial<HostAccess> & { links?: Record<string, string> } = {},
): HostAccess {
  return {
    platform: 'linux',
    read: (path) => files[path] ?? null,
    readLink: (path) => overrides.links?.[path] ?? null,
    diskSpace: () => null,
    cpuTimes: () => ({ cpus: 4, busy: 0, total: 0 }),
    totalMemory: () => 16_000,
    freeMemory: () => 4000,
    loadAverage: () => [0.1, 0.2, 0.3],
    ...overrides,
  };
}

/** A clock whose hands are turned by hand; who sleeps is woken when his time has come. */
export class FakeClock implements MonitorClock {
  #time = 0;
  readonly #sleepers: Set<{ until: number; wake: () => void }> = new Set();

  now(): Date {
    return new Date(this.#time);
  }

  monotonic(): number {
    return this.#time;
  }

  sleep(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const sleeper = {
        until: this.#time + ms,
        wake: () => {
          this.#sleepers.delete(sleeper);
          resolve();
        },
      };
      this.#sleepers.add(sleeper);
      signal.addEventListener('abort', sleeper.wake, { once: true });
      if (signal.aborted) sleeper.wake();
    });
  }

  /** When the sleepers will wake. */
  get due(): number[] {
    return [...this.#sleepers].map(({ until }) => until);
  }

  pass(ms: number): void {
    this.#time += ms;
    for (const sleeper of [...this.#sleepers]) if (sleeper.until <= this.#time) sleeper.wake();
  }
}
