import type { ConformanceCase } from '../case.ts';
import { idleScript, nothingLeft } from '../context.ts';
import { equal, eventually, failsWith, includes, ok } from '../expect.ts';

/** From create to remove. */
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
    name: 'lifecycle: stop keeps the record, its logs and its exit code; a second stop is a no-op',
    run: async (t) => {
      const id = await t.start({ command: ['sh', '-c', `echo before stop; ${idleScript}`] });
      await t.outputWith(id, 'before stop');
      await t.backend.stop(id);
      equal((await t.backend.inspect(id)).status, 'exited', 'status after stop');
      includes((await t.output(id)).stdout, 'before stop', 'logs after stop');
      await t.backend.stop(id);
      equal((await t.backend.inspect(id)).exitCode, 0, 'exit code after a second stop');
      await t.backend.remove(id);
    },
  },
  {
    name: 'lifecycle: stop of one that never ran is a no-op',
    run: async (t) => {
      const id = await t.create();
      await t.backend.stop(id);
      equal((await t.backend.inspect(id)).status, 'created', 'status');
    },
  },
  {
    name: 'lifecycle: stop sends SIGTERM and lets the process clean up',
    run: async (t) => {
      const script = 'trap "echo cleaning; exit 42" TERM; echo ready; while :; do sleep 3600 & wait $!; done';
      const id = await t.start({ command: ['sh', '-c', script] });
      await t.outputWith(id, 'ready');
      await t.backend.stop(id);
      equal((await t.backend.inspect(id)).exitCode, 42, 'exit code of the trap');
      includes((await t.output(id)).stdout, 'cleaning', 'output of the trap');
    },
  },
  {
    name: 'lifecycle: stop kills what outlives its grace',
    needs: ['stopTimeout'],
    run: async (t) => {
      const id = await t.start({
        command: ['sh', '-c', 'trap "echo ignored" TERM; echo ready; while :; do sleep 0.1; done'],
      });
      await t.outputWith(id, 'ready');
      await t.backend.stop(id, { timeout: 1_000 });
      const info = await t.backend.inspect(id);
      equal(info.status, 'exited', 'status');
      equal(info.exitCode, 137, 'exit code of a killed process');
      equal(info.oomKilled, false, 'oomKilled of a killed process');
      includes((await t.output(id)).stdout, 'ignored', 'SIGTERM came before the kill');
    },
  },
  {
    name: 'lifecycle: the grace period of the spec is used when stop names none',
    run: async (t) => {
      const script = 'n=0; trap "n=1" TERM; echo ready; while :; do sleep 0.1; [ $n = 0 ] || echo tick; done';
      const id = await t.start({ command: ['sh', '-c', script], stopGracePeriod: 1_000 });
      await t.outputWith(id, 'ready');
      await t.backend.stop(id);
      equal((await t.backend.inspect(id)).exitCode, 137, 'exit code');
      const ticks = (await t.output(id)).stdout.split('tick').length - 1;
      ok(
        ticks > 0 && ticks < 60,
        `it lived about ${ticks} ticks of 0.1 s after SIGTERM, not the default 10 s`,
      );
    },
  },
  {
    name: 'lifecycle: the stop signal of the spec is the one that stop sends',
    run: async (t) => {
      const script =
        'trap "exit 5" TERM; trap "exit 6" QUIT; echo ready; while :; do sleep 3600 & wait $!; done';
      const id = await t.start({ command: ['sh', '-c', script], stopSignal: 'SIGQUIT' });
      await t.outputWith(id, 'ready');
      await t.backend.stop(id);
      equal((await t.backend.inspect(id)).exitCode, 6, 'exit code of the trap for the stop signal');
    },
  },
  {
    name: 'lifecycle: the stop signal of the image is kept, and one given with stop goes before it',
    run: async (t) => {
      const script =
        'trap "exit 5" TERM; trap "exit 7" USR1; trap "exit 8" USR2; echo ready; while :; do sleep 3600 & wait $!; done';
      const spec = { image: t.fixtures.configured, command: ['sh', '-c', script] };
      const id = await t.start(spec);
      await t.outputWith(id, 'ready');
      await t.backend.stop(id);
      equal((await t.backend.inspect(id)).exitCode, 7, "exit code of the trap for the image's STOPSIGNAL");
      const other = await t.start(spec);
      await t.outputWith(other, 'ready');
      await t.backend.stop(other, { stopSignal: 'SIGUSR2' });
      equal(
        (await t.backend.inspect(other)).exitCode,
        8,
        'exit code of the trap for the signal given with stop',
      );
    },
  },
  {
    name: 'lifecycle: kill sends one signal and does not wait',
    run: async (t) => {
      const script = 'trap "echo got usr1" USR1; echo ready; while :; do sleep 3600 & wait $!; done';
      const id = await t.start({ command: ['sh', '-c', script] });
      await t.outputWith(id, 'ready');
      await t.backend.kill(id, { killSignal: 'SIGUSR1' });
      await t.outputWith(id, 'got usr1');
      equal((await t.backend.inspect(id)).status, 'running', 'status after a signal that it handles');
      await t.backend.kill(id);
      equal((await t.backend.wait(id)).exitCode, 137, 'exit code after the default signal');
    },
  },
  {
    name: 'lifecycle: kill of one that does not run is a conflict',
    run: async (t) => {
      const created = await t.create();
      await failsWith('CONFLICT', () => t.backend.kill(created), 'kill of a created one');
      const { id } = await t.shell('true');
      await failsWith('CONFLICT', () => t.backend.kill(id), 'kill of an exited one');
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
    name: 'lifecycle: rename changes the name and nothing else',
    needs: ['rename'],
    run: async (t) => {
      const [old, fresh] = [t.unique('old'), t.unique('new')];
      const id = await t.idle({ name: old });
      await t.backend.rename(id, fresh);
      const info = await t.backend.inspect(fresh);
      equal(info.name, fresh, 'name');
      equal(info.id, (await t.backend.inspect(id)).id, 'id');
      equal(info.status, 'running', 'status');
      await failsWith('NOT_FOUND', () => t.backend.inspect(old), 'inspect of the old name');
      const other = await t.create({ name: old });
      await failsWith('ALREADY_EXISTS', () => t.backend.rename(other, fresh), 'rename to a taken name');
    },
  },
  {
    name: 'lifecycle: a running one is removed only by force',
    run: async (t) => {
      const id = await t.idle();
      await failsWith('CONFLICT', () => t.backend.remove(id), 'remove of a running one');
      equal((await t.backend.inspect(id)).status, 'running', 'status after the refused remove');
      await t.backend.remove(id, { force: true });
      await failsWith('NOT_FOUND', () => t.backend.inspect(id), 'inspect after remove by force');
    },
  },
  {
    name: 'lifecycle: remove is final',
    run: async (t) => {
      const name = t.unique('gone');
      const { id } = await t.shell('echo text', { name });
      await t.backend.remove(id);
      for (const word of [id, name]) {
        await failsWith('NOT_FOUND', () => t.backend.inspect(word), `inspect of ${word}`);
        await failsWith('NOT_FOUND', () => t.backend.remove(word), `second remove of ${word}`);
      }
      await nothingLeft(t, 'remove');
      await t.create({ name });
    },
  },
  {
    name: 'lifecycle: a taken name is refused and the first keeps it',
    run: async (t) => {
      const name = t.unique('taken');
      const id = await t.create({ name });
      await failsWith('ALREADY_EXISTS', () => t.create({ name }), 'create with a taken name');
      equal((await t.backend.inspect(name)).id, (await t.backend.inspect(id)).id, 'owner of the name');
    },
  },
  {
    name: 'lifecycle: id, short id and exact name mean the same container',
    run: async (t) => {
      const name = `${t.unique('a.b')}`;
      const twin = name.replace('.', 'x');
      const id = await t.create({ name });
      const other = await t.create({ name: twin });
      await t.create({ name: `${name}-longer` });
      const full = (await t.backend.inspect(id)).id;
      for (const word of [id, full, full.slice(0, 12), name]) {
        equal((await t.backend.inspect(word)).id, full, `inspect of "${word}"`);
      }
      const found = await t.backend.list({ all: true, names: [name] });
      equal(found.map((row) => row.name).join(), name, 'list by exact name');
      await failsWith('NOT_FOUND', () => t.backend.inspect(name.slice(0, -1)), 'inspect of part of a name');
      equal((await t.backend.inspect(twin)).id, (await t.backend.inspect(other)).id, 'inspect of the twin');
      equal((await t.backend.inspect(id)).name, name, 'name without a slash');
    },
  },
  {
    name: 'lifecycle: what is not there is NOT_FOUND for every verb',
    run: async (t) => {
      const ghost = t.unique('ghost');
      const { backend } = t;
      const verbs: [string, () => PromiseLike<unknown>][] = [
        ['start', () => backend.start(ghost)],
        ['stop', () => backend.stop(ghost)],
        ['restart', () => backend.restart(ghost)],
        ['kill', () => backend.kill(ghost)],
        ['remove', () => backend.remove(ghost)],
        ['remove by force', () => backend.remove(ghost, { force: true })],
        ['wait', () => backend.wait(ghost)],
        ['inspect', () => backend.inspect(ghost)],
        ['logs', () => backend.logs(ghost)[Symbol.asyncIterator]().next()],
        ['resize', () => backend.resize(ghost, { columns: 80, rows: 24 })],
      ];
      const { exec, stats, copy, pause, rename, update, processes } = t.capabilities;
      if (exec.supported) verbs.push(['exec', () => backend.execCapture(ghost, { command: ['true'] })]);
      if (stats.supported) verbs.push(['stats', () => backend.stats(ghost)[Symbol.asyncIterator]().next()]);
      if (pause.supported) verbs.push(['pause', () => backend.pause(ghost)]);
      if (pause.supported) verbs.push(['resume', () => backend.resume(ghost)]);
      if (rename.supported) verbs.push(['rename', () => backend.rename(ghost, t.unique())]);
      if (update.supported)
        verbs.push(['update', () => backend.update(ghost, { resources: { cpuShares: 512 } })]);
      if (processes.supported) verbs.push(['processes', () => backend.processes(ghost)]);
      if (copy.supported) {
        verbs.push(['copyOut', () => backend.copyOut(ghost, '/etc')[Symbol.asyncIterator]().next()]);
      }
      for (const [verb, call] of verbs) await failsWith('NOT_FOUND', call, `${verb} of an unknown container`);
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
    name: 'lifecycle: a stop ends also what restarts always',
    needs: ['restartPolicy'],
    run: async (t) => {
      const id = await t.idle({ restart: { name: 'always' } });
      await t.backend.stop(id);
      equal((await t.backend.inspect(id)).status, 'exited', 'status after stop');
      equal((await t.backend.inspect(id)).spec.restart?.name, 'always', 'policy in inspect');
    },
  },
  {
    name: 'lifecycle: 32 creates at once give 32 containers',
    alone: true,
    run: async (t) => {
      const ids = await Promise.all(Array.from({ length: 32 }, () => t.create()));
      equal(new Set(ids).size, 32, 'different ids');
      const rows = await t.backend.list({ all: true, labels: [t.selector] });
      equal(rows.length, 32, 'containers in the list');
      equal(new Set(rows.map(({ name }) => name)).size, 32, 'different names');
      await Promise.all(ids.map((id) => t.backend.remove(id)));
      await nothingLeft(t, '32 removes at once');
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
      const id = await t.start({ command: ['sleep', '3601'] });
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
