import type { EngineEvent, EventOptions } from '../../core/index.ts';
import type { ConformanceCase, ConformanceContext } from '../case.ts';
import { deepEqual, equal, eventually, failsWith, ok, within } from '../expect.ts';

/** What the engine reports, in the order in which it happened. */
export const eventCases: readonly ConformanceCase[] = [
  {
    name: 'events: a life is seen in order',
    needs: ['events'],
    run: async (t) => {
      const name = t.unique('seen');
      await using seen = await follow(t, { labels: [t.selector] });
      const id = await t.idle({ name });
      const full = (await t.backend.inspect(id)).id;
      await t.backend.stop(id);
      await t.backend.remove(id);
      await seen.until('removed');
      deepEqual(
        seen.types().filter((type) => type !== 'stopped'),
        ['created', 'started', 'died', 'removed'],
        'events of one life',
      );
      for (const event of seen.events) {
        if (event.type === 'resync') continue;
        equal(event.subject.id, full, `id in ${event.type}`);
        equal(event.subject.name, name, `name in ${event.type}`);
        ok(event.time instanceof Date && !Number.isNaN(event.time.getTime()), `time of ${event.type}`);
        if (event.type === 'created') equal(event.subject.image, t.fixtures.shell, 'image in created');
        if (event.type === 'died') equal(event.exitCode ?? 0, 0, 'exit code in died');
      }
    },
  },
  {
    name: 'events: a stop that was asked for is told',
    needs: ['events', 'stopEvents'],
    run: async (t) => {
      const id = await t.idle();
      await using seen = await follow(t, { labels: [t.selector] });
      await t.backend.stop(id);
      await seen.until('stopped');
      // Engines tell of the death and of the completed stop in either order.
      await seen.until('died');
    },
  },
  {
    name: 'events: an end by itself is a death without a stop',
    needs: ['events'],
    run: async (t) => {
      await using seen = await follow(t, { labels: [t.selector] });
      await t.shell('exit 7');
      const died = await seen.until('died');
      deepEqual(seen.types(), ['created', 'started', 'died'], 'events');
      ok(died.type === 'died' && (died.exitCode === 7 || died.exitCode === null), 'exit code in died');
    },
  },
  {
    name: 'events: pause, resume and rename',
    needs: ['events', 'pause', 'rename'],
    run: async (t) => {
      const [old, fresh] = [t.unique('old'), t.unique('new')];
      const id = await t.idle({ name: old });
      const { id: full } = await t.backend.inspect(id);
      await using seen = await follow(t, { containers: [full] });
      await t.backend.pause(id);
      await t.backend.resume(id);
      await t.backend.rename(id, fresh);
      const renamed = await seen.until('renamed');
      deepEqual(
        seen.types().filter((type) => type !== 'started'),
        ['paused', 'resumed', 'renamed'],
        'events',
      );
      ok(
        renamed.type === 'renamed' && renamed.subject.name === fresh,
        `new name: ${JSON.stringify(renamed)}`,
      );
      ok(
        renamed.type === 'renamed' && (renamed.previousName === old || renamed.previousName === null),
        'old name',
      );
    },
  },
  {
    name: 'events: only those of the containers and labels asked for',
    needs: ['events'],
    run: async (t) => {
      const wanted = await t.create({ labels: { colour: 'blue' } });
      const other = await t.create();
      const { name } = await t.backend.inspect(wanted);
      await using byName = await follow(t, { containers: [name] });
      await using byLabel = await follow(t, { labels: [t.selector, 'colour=blue'] });
      for (const id of [other, wanted]) {
        await t.backend.start(id);
        await t.backend.wait(id);
      }
      await byName.until('died');
      await byLabel.until('died');
      for (const { types } of [byName, byLabel].map((each) => ({ types: each.types() }))) {
        // An event of just before may still have been on its way.
        deepEqual(
          types.filter((type) => type !== 'created'),
          ['started', 'died'],
          'events',
        );
      }
    },
  },
  {
    name: 'events: many listeners see the same',
    needs: ['events'],
    run: async (t) => {
      const listeners = await Promise.all(
        Array.from({ length: 5 }, () => follow(t, { labels: [t.selector] })),
      );
      await t.shell('true');
      for (const listener of listeners) {
        await listener.until('died');
        deepEqual(listener.types(), ['created', 'started', 'died'], 'events');
        await listener[Symbol.asyncDispose]();
      }
    },
  },
  {
    name: 'events: since brings what happened before, until ends the stream',
    needs: ['events'],
    run: async (t) => {
      const since = new Date(Date.now() - 1_000);
      const run = await t.shell('exit 4');
      const { id } = await t.backend.inspect(run.id);
      const past = async (): Promise<string[]> => {
        const types: string[] = [];
        const until = new Date(Date.now() + 200);
        for await (const event of t.backend.events({ since, until, containers: [id] }))
          types.push(event.type);
        return types;
      };
      deepEqual(await within(20_000, past(), 'events until now'), ['created', 'started', 'died'], 'events');
    },
  },
  {
    name: 'events: an OOM kill is an event where the engine tells',
    needs: ['events', 'memory', 'oomReport'],
    run: async (t) => {
      await using seen = await follow(t, { labels: [t.selector] });
      const memory = 32 * 1024 * 1024;
      await t.run({
        command: ['tail', '/dev/zero'],
        resources: t.capabilities.memorySwap.supported ? { memory, memorySwap: memory } : { memory },
      });
      const died = await seen.until('died');
      ok(
        seen.types().includes('oom') || (died.type === 'died' && died.oomKilled !== false),
        `the OOM kill is told: ${seen.types()}`,
      );
    },
  },
  {
    name: 'events: the stream can be cancelled and left',
    needs: ['events'],
    run: async (t) => {
      const nobody = { containers: [t.unique('nobody')] };
      const abort = new AbortController();
      const stream = t.backend.events({ ...nobody, signal: abort.signal })[Symbol.asyncIterator]();
      const next = stream.next();
      setTimeout(() => abort.abort(), 100);
      await failsWith('CANCELLED', () => within(10_000, next, 'cancelled events'), 'cancelled events');
      const open = t.backend.events(nobody)[Symbol.asyncIterator]();
      const idle = open.next();
      await within(
        10_000,
        Promise.all([idle, open.return?.()]).catch(() => {}),
        'events that are left',
      );
    },
  },
];

class Follower implements AsyncDisposable {
  readonly events: EngineEvent[] = [];
  readonly #abort = new AbortController();
  #failure: unknown;
  #done: Promise<void> = Promise.resolve();

  listen(t: ConformanceContext, options: EventOptions): void {
    const read = async (): Promise<void> => {
      for await (const event of t.backend.events({ ...options, signal: this.#abort.signal })) {
        this.events.push(event);
      }
    };
    this.#done = read().catch((error: unknown) => {
      if (!this.#abort.signal.aborted) this.#failure = error;
    });
  }

  types(): string[] {
    return this.events.map(({ type }) => type);
  }

  async until(type: EngineEvent['type']): Promise<EngineEvent> {
    return eventually(
      async () => {
        if (this.#failure !== undefined) throw this.#failure;
        return this.events.find((event) => event.type === type);
      },
      `the event "${type}" (seen: ${this.types().join(', ')})`,
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#abort.abort();
    await within(10_000, this.#done, 'the end of a cancelled event stream');
  }
}

/** Listens from now on. The contract has no word for "the stream is open", so it listens from a moment ago. */
async function follow(t: ConformanceContext, options: EventOptions): Promise<Follower> {
  const follower = new Follower();
  follower.listen(t, options);
  await new Promise((resolve) => setTimeout(resolve, 300));
  return follower;
}
