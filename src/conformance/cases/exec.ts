import type { ConformanceCase } from '../case.ts';
import { equal, failsWith, includes, ok, within } from '../expect.ts';
import { configured } from '../fixtures/images.ts';

const sh = (script: string): readonly string[] => ['sh', '-c', script];

/** A second process in a running container. */
export const execCases: readonly ConformanceCase[] = [
  {
    name: 'exec: output of both streams and the exit code',
    needs: ['exec'],
    run: async (t) => {
      const id = await t.idle();
      for (const code of [0, 3, 255]) {
        const result = await t.backend.execCapture(id, {
          command: sh(`echo out; echo err >&2; exit ${code}`),
        });
        equal(result.stdout, 'out\n', 'stdout');
        equal(result.stderr, 'err\n', 'stderr');
        equal(result.exitCode, code, 'exit code');
        equal(result.timedOut, false, 'timedOut');
        equal(result.truncated, false, 'truncated');
        ok(result.durationMs > 0, 'it took time');
      }
    },
  },
  {
    name: 'exec: environment, user and working directory',
    needs: ['exec'],
    run: async (t) => {
      const id = await t.idle({ environment: { OUTER: 'kept' } });
      const result = await t.backend.execCapture(id, {
        command: sh('echo "$GIVEN|$OUTER|$(id -u):$(id -g)|$(pwd)"'),
        environment: { GIVEN: 'a=b "c" $d' },
        user: 'app',
        workingDir: '/etc',
      });
      equal(
        result.stdout,
        `a=b "c" $d|kept|${configured.uid}:${configured.gid}|/etc\n`,
        'what the process saw',
      );
    },
  },
  {
    name: 'exec: stdin is streamed and half-closed while output goes on',
    needs: ['exec'],
    run: async (t) => {
      const id = await t.idle();
      const process = await t.backend.exec(id, { command: sh('cat; echo end of input'), stdin: true });
      await process.write('one\n');
      await process.write('two\n');
      await process.end();
      let text = '';
      const read = async (): Promise<void> => {
        for await (const { data } of process) text += Buffer.from(data).toString();
      };
      await within(20_000, read(), 'output after the half-close');
      equal(text, 'one\ntwo\nend of input\n', 'what came back');
      equal(await process.exitCode(), 0, 'exit code');
    },
  },
  {
    name: 'exec: a megabyte of stdin comes back as it went in',
    needs: ['exec'],
    run: async (t) => {
      const id = await t.idle();
      const input = Buffer.alloc(1024 * 1024, 'all work and no play makes jack a dull boy\n');
      const result = await t.backend.execCapture(id, { command: ['cat'], stdin: input });
      equal(result.stdout.length, input.length, 'bytes that came back');
      ok(result.stdout === input.toString(), 'they are the same');
      equal(result.exitCode, 0, 'exit code');
    },
  },
  {
    name: 'exec: input that nobody reads is no failure',
    needs: ['exec'],
    run: async (t) => {
      const id = await t.idle();
      const input = Buffer.alloc(4 * 1024 * 1024, 'unread\n');
      const short = await t.backend.execCapture(id, {
        command: ['sh', '-c', 'exit 3'],
        stdin: input,
      });
      equal(short.exitCode, 3, 'exit code');
    },
  },
  {
    name: 'exec: input that breaks off breaks the exec, with the fault of its source',
    needs: ['exec'],
    run: async (t) => {
      const id = await t.idle();
      const fault = new Error('the source broke');
      const input = async function* (): AsyncGenerator<string> {
        yield 'half';
        throw fault;
      };
      const error = await failsWith(
        'INVALID',
        () => t.backend.execCapture(id, { command: ['cat'], stdin: input() }),
        'exec whose input breaks off',
      );
      equal(error.cause, fault, 'cause of the error');
    },
  },
  {
    name: 'exec: what no process can be given is INVALID',
    needs: ['exec'],
    run: async (t) => {
      const id = await t.idle();
      const command = ['true'];
      for (const options of [
        { command: [] },
        { command: ['a\0b'] },
        { command, environment: { 'A=B': 'c' } },
        { command, environment: { A: 'b\0c' } },
        { command, timeout: -1 },
      ]) {
        await failsWith('INVALID', () => t.backend.execCapture(id, options), JSON.stringify(options));
      }
    },
  },
  {
    name: 'exec: without stdin the process sees its end at once',
    needs: ['exec'],
    run: async (t) => {
      const id = await t.idle({ stdinOpen: true });
      const result = await within(
        20_000,
        t.backend.execCapture(id, { command: sh('cat; echo done') }),
        'exec that reads stdin',
      );
      equal(result.stdout, 'done\n', 'output');
    },
  },
  {
    name: 'exec: a terminal merges the streams and has the size it was given',
    needs: ['exec'],
    run: async (t) => {
      const id = await t.idle();
      const process = await t.backend.exec(id, {
        command: sh('read go; sleep 0.3; stty size; test -t 1 && echo terminal; echo err >&2; exit 6'),
        tty: true,
        stdin: true,
        size: { columns: 91, rows: 33 },
      });
      await process.resize({ columns: 92, rows: 34 });
      await process.write('\n');
      let text = '';
      const read = async (): Promise<void> => {
        for await (const { kind, data } of process) {
          equal(kind, 'merged', 'kind of the output of a terminal');
          text += Buffer.from(data).toString();
        }
      };
      await within(20_000, read(), 'output of the terminal');
      includes(text, '34 92', 'size after resize');
      includes(text, 'terminal', 'it is a terminal');
      includes(text, 'err', 'stderr is in it');
      equal(await process.exitCode(), 6, 'exit code');
    },
  },
  {
    name: 'exec: a missing program is told as exit code 127',
    needs: ['exec'],
    run: async (t) => {
      const id = await t.idle();
      const result = await within(
        20_000,
        t.backend.execCapture(id, { command: ['/no/such/program'] }),
        'exec of a missing program',
      );
      ok(result.exitCode === 127 || result.exitCode === 126, `exit code: ${result.exitCode}`);
      includes(result.stdout + result.stderr, '/no/such/program', 'the reason is in the output');
      equal((await t.backend.inspect(id)).status, 'running', 'status of the container');
    },
  },
  {
    name: 'exec: in one that does not run is a conflict',
    needs: ['exec'],
    run: async (t) => {
      const attempt = (id: string) => () => t.backend.execCapture(id, { command: ['true'] });
      await failsWith('CONFLICT', attempt(await t.create()), 'exec in a created one');
      await failsWith('CONFLICT', attempt((await t.shell('true')).id), 'exec in an exited one');
      if (t.capabilities.pause.supported) {
        const id = await t.idle();
        await t.backend.pause(id);
        await failsWith('CONFLICT', attempt(id), 'exec in a paused one');
      }
    },
  },
  {
    name: 'exec: a time limit ends it, with what it wrote until then',
    needs: ['exec'],
    run: async (t) => {
      const id = await t.idle();
      const result = await within(
        20_000,
        t.backend.execCapture(id, { command: sh('echo begun; exec sleep 3602'), timeout: 3_000 }),
        'exec with a time limit',
      );
      equal(result.timedOut, true, 'timedOut');
      equal(result.exitCode, null, 'exit code of one that did not end by itself');
      equal(result.stdout, 'begun\n', 'output until then');
    },
  },
  {
    name: 'exec: output beyond the bound is dropped and said so',
    needs: ['exec'],
    run: async (t) => {
      const id = await t.idle();
      const result = await t.backend.execCapture(id, {
        command: sh('head -c 200000 /dev/zero | tr "\\0" x; exit 4'),
        maxOutput: 1_000,
      });
      equal(result.truncated, true, 'truncated');
      equal(result.stdout.length, 1_000, 'bytes kept');
      equal(result.exitCode, 4, 'exit code');
    },
  },
  {
    name: 'exec: it can be aborted and the container lives on',
    needs: ['exec'],
    run: async (t) => {
      const id = await t.idle();
      const abort = new AbortController();
      const process = await t.backend.exec(id, {
        command: sh('echo begun; exec sleep 3603'),
        signal: abort.signal,
      });
      const read = async (): Promise<void> => {
        for await (const _ of process) abort.abort();
      };
      await failsWith('CANCELLED', () => within(10_000, read(), 'an aborted exec'), 'an aborted exec');
      equal((await t.backend.inspect(id)).status, 'running', 'status of the container');
    },
  },
  {
    name: 'exec: the end of the container ends it',
    needs: ['exec'],
    run: async (t) => {
      const id = await t.idle();
      const process = await t.backend.exec(id, { command: sh('echo begun; exec sleep 3604') });
      const read = async (): Promise<number | null> => {
        let killed: Promise<void> | undefined;
        for await (const _ of process) killed ??= t.backend.kill(id);
        await killed;
        return process.exitCode();
      };
      const code = await within(20_000, read(), 'exec in a container that dies');
      ok(code === null || code > 128, `exit code of an exec that was killed with its container: ${code}`);
    },
  },
  {
    name: 'exec: detached it runs on without us',
    needs: ['exec'],
    run: async (t) => {
      const id = await t.start({
        command: ['sh', '-c', 'while [ ! -e /done ]; do sleep 0.05; done; echo seen'],
      });
      await t.backend.exec(id, { command: ['touch', '/done'], detach: true });
      await t.outputWith(id, 'seen');
    },
  },
  {
    name: 'exec: sixteen at once do not mix',
    needs: ['exec'],
    run: async (t) => {
      const id = await t.idle();
      const results = await Promise.all(
        Array.from({ length: 16 }, (_, n) =>
          t.backend.execCapture(id, { command: sh(`cat; exit ${n}`), stdin: `input ${n}` }),
        ),
      );
      for (const [n, result] of results.entries()) {
        equal(result.stdout, `input ${n}`, 'output');
        equal(result.exitCode, n, 'exit code');
      }
    },
  },
];
