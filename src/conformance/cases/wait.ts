import type { ConformanceCase } from '../case.ts';
import { equal, failsWith, ok, within } from '../expect.ts';

/** The end of a run, for whoever asks, whenever they ask. */
export const waitCases: readonly ConformanceCase[] = [
  {
    name: 'wait: the exit code arrives as it was, from 0 to 255',
    run: async (t) => {
      for (const code of [0, 1, 125, 255]) {
        const run = await t.shell(`echo still here; exit ${code}`);
        equal(run.exitCode, code, 'exit code from wait');
        equal((await t.backend.inspect(run.id)).exitCode, code, 'exit code from inspect');
        equal(run.stdout, 'still here\n', 'output of a run that failed');
      }
    },
  },
  {
    name: 'wait: many waiters get one answer, also after the exit',
    run: async (t) => {
      const id = await t.create({ command: ['sh', '-c', 'exit 11'] });
      const early = Array.from({ length: 8 }, () => t.backend.wait(id));
      await t.backend.start(id);
      const answers = await Promise.all(early);
      answers.push(await t.backend.wait(id), await t.backend.wait(id));
      for (const { exitCode, run } of answers) {
        equal(exitCode, 11, 'exit code for each waiter');
        equal(run, answers[0]?.run, 'the run for each waiter');
      }
    },
  },
  {
    name: 'wait: on a created one it waits for the next run and misses no exit',
    run: async (t) => {
      const id = await t.create({ command: ['sh', '-c', 'exit 12'] });
      let subscribed = (): void => {};
      const ready = new Promise<void>((resolve) => {
        subscribed = resolve;
      });
      const waiting = t.backend.wait(id, { onSubscribed: subscribed });
      await within(10_000, Promise.race([ready, waiting]), 'onSubscribed');
      await t.backend.start(id);
      equal((await within(20_000, waiting, 'wait')).exitCode, 12, 'exit code');
    },
  },
  {
    name: 'wait: two runs are two results',
    run: async (t) => {
      const { id } = await t.shell('exit 0');
      const first = await t.backend.wait(id);
      await t.backend.start(id);
      const second = await t.backend.wait(id);
      ok(first.run !== second.run, `two runs are told apart: ${first.run}`);
    },
  },
  {
    name: 'wait: next-exit looks only ahead',
    run: async (t) => {
      const { id } = await t.shell('if [ -e /ran ]; then exit 2; else touch /ran; exit 1; fi');
      let subscribed = (): void => {};
      const ready = new Promise<void>((resolve) => {
        subscribed = resolve;
      });
      const waiting = t.backend.wait(id, { condition: 'next-exit', onSubscribed: subscribed });
      await within(10_000, Promise.race([ready, waiting]), 'onSubscribed');
      await t.backend.start(id);
      equal(
        (await within(20_000, waiting, 'wait for the next exit')).exitCode,
        2,
        'exit code of the next run',
      );
    },
  },
  {
    name: 'wait: removed resolves when it is gone',
    run: async (t) => {
      const id = await t.idle();
      let subscribed = (): void => {};
      const ready = new Promise<void>((resolve) => {
        subscribed = resolve;
      });
      const waiting = t.backend.wait(id, { condition: 'removed', onSubscribed: subscribed });
      await within(10_000, Promise.race([ready, waiting]), 'onSubscribed');
      await t.backend.stop(id);
      await t.backend.remove(id);
      equal((await within(20_000, waiting, 'wait until removed')).exitCode, 0, 'exit code');
    },
  },
  {
    name: 'wait: removed tells how the last run ended',
    run: async (t) => {
      const { id } = await t.shell('exit 3');
      let subscribed = (): void => {};
      const ready = new Promise<void>((resolve) => {
        subscribed = resolve;
      });
      const waiting = t.backend.wait(id, { condition: 'removed', onSubscribed: subscribed });
      await within(10_000, Promise.race([ready, waiting]), 'onSubscribed');
      await t.backend.remove(id);
      equal((await within(20_000, waiting, 'wait until removed')).exitCode, 3, 'exit code');
    },
  },
  {
    name: 'wait: the exit code of one that its engine removes at once is told',
    run: async (t) => {
      const id = await t.create({ command: ['sh', '-c', 'exit 3'], autoRemove: true });
      let subscribed = (): void => {};
      const ready = new Promise<void>((resolve) => {
        subscribed = resolve;
      });
      const waiting = t.backend.wait(id, { condition: 'next-exit', onSubscribed: subscribed });
      await within(10_000, Promise.race([ready, waiting]), 'onSubscribed');
      await t.backend.start(id);
      equal((await within(20_000, waiting, 'wait for the exit')).exitCode, 3, 'exit code');
    },
  },
  {
    name: 'wait: an end by signal is told, or null where the engine cannot',
    run: async (t) => {
      const id = await t.start({ command: ['sleep', '3600'] });
      await t.backend.kill(id);
      equal((await t.backend.wait(id)).exitCode, 137, 'exit code of a killed process');
      const info = await t.backend.inspect(id);
      const wanted = t.capabilities.exitSignal.supported ? 'SIGKILL' : null;
      equal(info.signal, wanted, 'signal in inspect');
      const { id: clean } = await t.shell('exit 137');
      equal(
        (await t.backend.inspect(clean)).signal,
        null,
        'signal of a process that exits with 137 by itself',
      );
    },
  },
  {
    name: 'wait: exitSignal tells which signal ended it',
    needs: ['exitSignal'],
    run: async (t) => {
      const id = await t.idle({ init: t.capabilities.init.supported });
      await t.backend.kill(id, { killSignal: 'SIGKILL' });
      await t.backend.wait(id);
      equal((await t.backend.inspect(id)).signal, 'SIGKILL', 'signal');
    },
  },
  {
    name: 'wait: it can be cancelled, and the container lives on',
    run: async (t) => {
      const id = await t.idle();
      const abort = new AbortController();
      const waiting = t.backend.wait(id, { signal: abort.signal, onSubscribed: () => abort.abort() });
      await failsWith('CANCELLED', () => within(10_000, waiting, 'a cancelled wait'), 'a cancelled wait');
      equal((await t.backend.inspect(id)).status, 'running', 'status after the cancelled wait');
    },
  },
];
