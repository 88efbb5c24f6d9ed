import { EventBus } from '../src/core/index.ts';
import { IdleShutdown, LazyBooter, LifecycleManager } from '../src/lifecycle/index.ts';
import { atMost, find, race, type Table } from './measure.ts';

const rounds = 5;
const leases = 200_000;
const subscribers = 1000;
const events = 200;

/** What a lease of a service that is up costs, and what an event costs each of a thousand subscribers. */
export async function lifecycleTables(): Promise<Table[]> {
  return [await leaseTable(), await fanOutTable()];
}

async function leaseTable(): Promise<Table> {
  const booter = new LazyBooter({ name: 'service', start: async () => undefined });
  const idle = new LazyBooter({ name: 'idle', start: async () => undefined });
  await using _shutdown = new IdleShutdown(idle, { timeout: 3_600_000 });
  await using manager = new LifecycleManager();
  const start = async (): Promise<void> => undefined;
  manager.register({ name: 'free', lazyBoot: true, start });
  manager.register({ name: 'bounded', lazyBoot: true, maxConcurrent: 4, start });
  await using _use = await booter.acquire();
  await idle.ensureStarted();
  const rows = await race(
    {
      'an async function that does nothing': each(start),
      'LazyBooter, in use by others': each(async () => (await booter.acquire()).release()),
      'LazyBooter with IdleShutdown, idle before and after': each(async () =>
        (await idle.acquire()).release(),
      ),
      LifecycleManager: each(async () => void (await manager.acquire('free')).release()),
      'LifecycleManager, with maxConcurrent': each(
        async () => void (await manager.acquire('bounded')).release(),
      ),
    },
    rounds,
  );
  return {
    title: 'A lease of a service that is up',
    about: `Acquired and released, ${leases.toLocaleString('en')} times in a row.`,
    unit: 'µs',
    rows,
    verdicts: rows.slice(1).map(({ name, value }) => atMost(name, value, 5, 'µs')),
  };
}

/** µs for one call, over many. */
function each(run: () => Promise<void>): () => Promise<number> {
  return async () => {
    const began = performance.now();
    for (let count = 0; count < leases; count += 1) await run();
    return ((performance.now() - began) * 1000) / leases;
  };
}

async function fanOutTable(): Promise<Table> {
  const rows = await race(
    {
      handlers: async () => {
        const bus = new EventBus();
        let seen = 0;
        for (let count = 0; count < subscribers; count += 1)
          bus.subscribe({}, () => {
            seen += 1;
          });
        const began = performance.now();
        for (let count = 0; count < events; count += 1) publish(bus);
        return perDelivery(performance.now() - began, seen);
      },
      'async iterators': async () => {
        const bus = new EventBus();
        let seen = 0;
        const readers = Array.from({ length: subscribers }, async () => {
          for await (const _ of bus.events()) seen += 1;
        });
        const began = performance.now();
        for (let count = 0; count < events; count += 1) publish(bus);
        bus.close();
        await Promise.all(readers);
        return perDelivery(performance.now() - began, seen);
      },
    },
    rounds,
  );
  return {
    title: 'One event to a thousand subscribers',
    about: `${events} events to ${subscribers} subscribers, until the last one has seen the last; per delivery.`,
    unit: 'µs',
    rows,
    verdicts: ['handlers', 'async iterators'].map((name) => atMost(name, find(rows, name), 5, 'µs')),
  };
}

function publish(bus: EventBus): void {
  bus.publish('remote.host.online', 'bench', 'host', { host: 'host' });
}

function perDelivery(ms: number, seen: number): number {
  if (seen !== subscribers * events) throw new Error(`${seen} deliveries of ${subscribers * events}`);
  return (ms * 1000) / seen;
}
