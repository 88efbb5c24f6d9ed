import { isWherryError } from '../../core/index.ts';
import type { ConformanceCase } from '../case.ts';
import { equal, eventually, failsWith, includes, ok } from '../expect.ts';

/** From create to the end of a run. */
export const lifecycleCases: readonly ConformanceCase[] = [
  {
    name: 'lifecycle: the engine is healthy and tells who it is',
    run: async ({ backend }) => {
      await backend.healthCheck();
      const info = await backend.info();
      equal(info.type, backend.type, 'type of the engine');
      ok(info.version !== '', 'the engine has a version');
      ok(info.architecture !== '', 'the engine has an architecture');
    },
  },
  {
    name: 'lifecycle: create runs nothing',
    run: async (t) => {
      const id = await t.create({ command: ['sh', '-c', 'echo ran'] });
      const info = await t.backend.inspect(id);
      equal(info.status, 'created', 'status');
      equal(info.exitCode, null, 'exit code before the first run');
      equal(info.startedAt, null, 'start time before the first run');
      equal(info.finishedAt, null, 'end time before the first run');
      equal(info.pid, null, 'pid before the first run');
      equal((await t.output(id)).stdout, '', 'output before the first run');
    },
  },
  {
    name: 'lifecycle: a started one runs and an ended one tells its exit code and times',
    run: async (t) => {
      const id = await t.idle();
      const running = await t.backend.inspect(id);
      equal(running.status, 'running', 'status while it runs');
      equal(running.exitCode, null, 'exit code while it runs');
      equal(running.finishedAt, null, 'end time while it runs');
      ok(running.startedAt instanceof Date, 'it has a start time');
      await t.backend.stop(id);
      const ended = await t.backend.inspect(id);
      equal(ended.status, 'exited', 'status after the end');
      equal(ended.exitCode, 0, 'exit code after the end');
      equal(ended.pid, null, 'pid after the end');
      ok(
        ended.finishedAt && ended.startedAt && ended.finishedAt >= ended.startedAt,
        'it ended after its start',
      );
    },
  },
  {
    name: 'lifecycle: one with autoRemove is gone once it has ended',
    run: async (t) => {
      const id = await t.create({ command: ['sleep', '3600'], autoRemove: true });
      equal((await t.backend.inspect(id)).spec.autoRemove, true, 'autoRemove of its spec');
      await t.backend.start(id);
      await t.backend.kill(id);
      const isGone = (): Promise<boolean> =>
        t.backend.inspect(id).then(
          () => false,
          (error: unknown) => isWherryError(error, 'NOT_FOUND'),
        );
      await eventually(isGone, 'it is removed');
      const restart = { name: 'always' } as const;
      await failsWith(
        'INVALID',
        () => t.create({ autoRemove: true, restart }),
        'autoRemove with a restart policy',
      );
    },
  },
  {
    name: 'lifecycle: start of a running one is a no-op',
    run: async (t) => {
      const id = await t.idle();
      const before = await t.backend.inspect(id);
      await t.backend.start(id);
      const after = await t.backend.inspect(id);
      equal(after.startedAt?.getTime(), before.startedAt?.getTime(), 'start time after a second start');
      equal(after.pid, before.pid, 'pid after a second start');
    },
  },
  {
    name: 'lifecycle: an exited one runs again with a fresh exit code',
    run: async (t) => {
      const first = await t.shell('if [ -e /ran ]; then exit 4; else touch /ran; exit 3; fi');
      equal(first.exitCode, 3, 'exit code of the first run');
      await t.backend.start(first.id);
      const second = await t.backend.wait(first.id);
      equal(second.exitCode, 4, 'exit code of the second run');
      equal((await t.backend.inspect(first.id)).exitCode, 4, 'exit code in inspect after the second run');
    },
  },
  {
    name: 'lifecycle: restart begins a new run',
    run: async (t) => {
      const id = await t.idle();
      const before = await t.backend.inspect(id);
      await t.backend.restart(id);
      const after = await t.backend.inspect(id);
      equal(after.status, 'running', 'status after restart');
      ok(
        (after.startedAt?.getTime() ?? 0) > (before.startedAt?.getTime() ?? 0),
        `start time moved on: ${before.startedAt?.toISOString()} → ${after.startedAt?.toISOString()}`,
      );
      await t.backend.stop(id);
      await t.backend.restart(id);
      equal((await t.backend.inspect(id)).status, 'running', 'status after restart of an exited one');
    },
  },
  {
    name: 'lifecycle: pause freezes, resume goes on',
    needs: ['pause'],
    run: async (t) => {
      const id = await t.idle();
      await t.backend.pause(id);
      equal((await t.backend.inspect(id)).status, 'paused', 'status after pause');
      await failsWith('CONFLICT', () => t.backend.pause(id), 'pause of a paused one');
      await t.backend.resume(id);
      equal((await t.backend.inspect(id)).status, 'running', 'status after resume');
      await failsWith('CONFLICT', () => t.backend.resume(id), 'resume of a running one');
    },
  },
  {
    name: 'lifecycle: a process that cannot be started fails the start with the reason',
    run: async (t) => {
      const id = await t.create({ command: ['/no/such/program'] });
      const error = await failsWith(
        ['NOT_FOUND', 'INVALID', 'ENGINE'],
        () => t.backend.start(id),
        'start of a missing program',
      );
      includes(error.message, '/no/such/program', 'message of the failed start');
      const { status } = await t.backend.inspect(id);
      ok(status === 'created' || status === 'exited', `status after the failed start: ${status}`);
    },
  },
  {
    name: 'lifecycle: the restart policy restarts what failed, within its bound',
    needs: ['restartPolicy'],
    run: async (t) => {
      const id = await t.create({
        command: ['sh', '-c', 'echo run; exit 9'],
        restart: { name: 'on-failure', maximumRetryCount: 2 },
      });
      await t.backend.start(id);
      const info = await eventually(async () => {
        const now = await t.backend.inspect(id);
        return now.status === 'exited' && now.restartCount === 2 ? now : undefined;
      }, 'two restarts, then exited');
      equal(info.exitCode, 9, 'exit code of the last run');
      equal((await t.output(id)).stdout, 'run\nrun\nrun\n', 'output of all runs');
      const { id: good } = await t.shell('true', { restart: { name: 'on-failure', maximumRetryCount: 2 } });
      equal((await t.backend.inspect(good)).restartCount, 0, 'restarts of one that succeeds');
    },
  },
  {
    name: 'lifecycle: an init reaps what is left behind and passes signals on',
    needs: ['init', 'exec'],
    run: async (t) => {
      const script =
        'trap "exit 3" TERM; (sleep 0.1 & exec true); echo ready; while :; do sleep 3600 & wait $!; done';
      const id = await t.start({ command: ['sh', '-c', script], init: true });
      await t.outputWith(id, 'ready');
      const comm = await t.backend.execCapture(id, { command: ['cat', '/proc/1/comm'] });
      ok(comm.stdout.trim() !== 'sh', `PID 1 is an init, not ${comm.stdout.trim()}`);
      await eventually(async () => {
        const { stdout } = await t.backend.execCapture(id, {
          command: ['sh', '-c', 'cat /proc/[0-9]*/stat'],
        });
        return !/\) Z /.test(stdout);
      }, 'no zombie is left');
      await t.backend.stop(id);
      equal((await t.backend.inspect(id)).exitCode, 3, 'exit code of the process behind the init');
    },
  },
  {
    name: 'lifecycle: processes lists what runs inside',
    needs: ['processes'],
    run: async (t) => {
      // A started process is the runtime's for a moment: what it wrote shows that it is the user's.
      const id = await t.start({ command: ['sh', '-c', 'echo up; exec sleep 3601'] });
      await t.outputWith(id, 'up');
      const table = await t.backend.processes(id);
      ok(table.titles.length > 0, 'the table has titles');
      equal(table.processes.length, 1, 'processes in the container');
      ok(table.processes[0]?.join(' ').includes('sleep 3601'), `the command is told: ${table.processes[0]}`);
      await t.backend.kill(id);
      await t.backend.wait(id);
      await failsWith('CONFLICT', () => t.backend.processes(id), 'processes of an exited one');
    },
  },
];
