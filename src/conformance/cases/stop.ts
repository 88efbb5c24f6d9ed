import type { ConformanceCase } from '../case.ts';
import { idleAfter } from '../context.ts';
import { equal, failsWith, includes, ok } from '../expect.ts';

/** How a run is ended from outside. */
export const stopCases: readonly ConformanceCase[] = [
  {
    name: 'stop: it keeps the record, its logs and its exit code; a second stop is a no-op',
    run: async (t) => {
      const id = await t.start({ command: idleAfter('before stop') });
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
    name: 'stop: on one that never ran it is a no-op',
    run: async (t) => {
      const id = await t.create();
      await t.backend.stop(id);
      equal((await t.backend.inspect(id)).status, 'created', 'status');
    },
  },
  {
    name: 'stop: it sends SIGTERM and lets the process clean up',
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
    name: 'stop: it kills what outlives its grace',
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
    name: 'stop: it ends also what is paused',
    needs: ['pause'],
    run: async (t) => {
      const id = await t.idle();
      await t.backend.pause(id);
      await t.backend.stop(id, { timeout: 1_000 });
      equal((await t.backend.inspect(id)).status, 'exited', 'status');
    },
  },
  {
    name: 'stop: the grace period of the spec is used when stop names none',
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
    name: 'stop: the signal of the spec is the one that is sent',
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
    name: 'stop: the signal of the image is kept, and one given with stop goes before it',
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
    name: 'kill: it sends one signal and does not wait',
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
    name: 'kill: one that does not run is a conflict',
    run: async (t) => {
      const created = await t.create();
      await failsWith('CONFLICT', () => t.backend.kill(created), 'kill of a created one');
      const { id } = await t.shell('true');
      await failsWith('CONFLICT', () => t.backend.kill(id), 'kill of an exited one');
    },
  },
  {
    name: 'stop: it ends also what restarts always',
    needs: ['restartPolicy'],
    run: async (t) => {
      const id = await t.idle({ restart: { name: 'always' } });
      await t.backend.stop(id);
      equal((await t.backend.inspect(id)).status, 'exited', 'status after stop');
      equal((await t.backend.inspect(id)).spec.restart?.name, 'always', 'policy in inspect');
    },
  },
];
