import { label, ownerValue } from '../../core/index.ts';
import type { ConformanceCase } from '../case.ts';
import { idleAfter } from '../context.ts';
import { deepEqual, equal, includes, ok, pause, within } from '../expect.ts';

/** A new client with nothing but the engine and the labels sees the same world. */
export const recoveryCases: readonly ConformanceCase[] = [
  {
    name: 'recovery: a second client finds by label what the first made, with all that is known of it',
    run: async (t) => {
      const name = t.unique('found');
      const id = await t.idle({ name, environment: { KEPT: 'yes' } });
      const mine = await t.backend.inspect(id);
      const second = await t.reopen();
      const rows = await second.list({ all: true, labels: [t.selector, `${label.owner}=${ownerValue}`] });
      deepEqual(
        rows.map((row) => row.name),
        [name],
        'containers of ours with the label',
      );
      const theirs = await second.inspect(rows[0]?.id ?? '');
      equal(theirs.id, mine.id, 'id');
      equal(theirs.specHash, mine.specHash, 'hash of the spec');
      deepEqual(theirs.spec, mine.spec, 'spec in force');
      equal(theirs.startedAt?.getTime(), mine.startedAt?.getTime(), 'start time');
    },
  },
  {
    name: 'recovery: a second client waits for, reads and ends what the first started',
    run: async (t) => {
      const id = await t.start({ command: idleAfter('first words') });
      await t.outputWith(id, 'first words');
      const second = await t.reopen();
      const waiting = second.wait(id);
      await second.stop(id);
      const [theirs, mine] = await within(20_000, Promise.all([waiting, t.backend.wait(id)]), 'both waits');
      equal(theirs.exitCode, 0, 'exit code for the second');
      equal(theirs.run, mine.run, 'the run for both');
      let text = '';
      for await (const { data } of second.logs(id).chunks()) text += Buffer.from(data).toString();
      includes(text, 'first words', 'logs for the second');
      await second.remove(id);
    },
  },
  {
    name: 'recovery: an exit that happened while nobody watched is known',
    run: async (t) => {
      const first = await t.reopen();
      const id = await first.create({
        image: t.fixtures.shell,
        command: ['sh', '-c', 'sleep 0.3; echo unseen; exit 21'],
        labels: t.labels,
      });
      await first.start(id);
      await first[Symbol.asyncDispose]();
      const result = await within(20_000, t.backend.wait(id), 'wait by another client');
      equal(result.exitCode, 21, 'exit code');
      equal((await t.output(id)).stdout, 'unseen\n', 'output');
    },
  },
  {
    name: 'recovery: a client that is disposed ends its events, twice without harm, and nothing on the engine',
    needs: ['events'],
    run: async (t) => {
      const second = await t.reopen();
      const id = await t.idle();
      const read = async (): Promise<string> => {
        for await (const _ of second.events());
        return 'ended';
      };
      const reading = read().catch(() => 'failed');
      await pause(200);
      await second[Symbol.asyncDispose]();
      await second[Symbol.asyncDispose]();
      ok(await within(10_000, reading, 'the events of a disposed client'), 'the stream came to an end');
      equal((await t.backend.inspect(id)).status, 'running', 'the container of the other client');
    },
  },
];
