import type { LogRecord } from '../../core/index.ts';
import type { ConformanceCase, ConformanceContext } from '../case.ts';
import { idleAfter } from '../context.ts';
import { collect, deepEqual, equal, failsWith, includes, ok, within } from '../expect.ts';

const lines = (records: readonly LogRecord[]): string[] => records.map(({ line }) => line);

/** Every byte 64 times over, then some that terminals and text streams like to change. */
const everyByte: { script: string; bytes: Buffer } = {
  script: `for r in $(seq 64); do printf '${Array.from({ length: 256 }, (_, byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('')}'; done; printf '\\000\\377\\r\\n\\033[0m'`,
  bytes: Buffer.concat([
    ...Array.from({ length: 64 }, () => Buffer.from(Array.from({ length: 256 }, (_, byte) => byte))),
    Buffer.from('\0\xff\r\n\x1b[0m', 'latin1'),
  ]),
};

/** Logs and attach: nothing lost, nothing doubled, nothing mixed up. */
export const streamCases: readonly ConformanceCase[] = [
  {
    name: 'logs: stdout and stderr are told apart',
    needs: ['splitStreams'],
    run: async (t) => {
      const run = await t.shell('echo to out; echo to err >&2');
      equal(run.stdout, 'to out\n', 'stdout');
      equal(run.stderr, 'to err\n', 'stderr');
      const records = await collect(t.backend.logs(run.id));
      const seen = records.map(({ kind, line }) => `${kind}: ${line}`).sort();
      deepEqual(seen, ['stderr: to err', 'stdout: to out'], 'records');
      deepEqual(
        lines(await collect(t.backend.logs(run.id, { streams: ['stderr'] }))),
        ['to err'],
        'only stderr',
      );
      deepEqual(
        lines(await collect(t.backend.logs(run.id, { streams: ['stdout'] }))),
        ['to out'],
        'only stdout',
      );
    },
  },
  {
    name: 'logs: 20,000 lines, each once and in order',
    run: async (t) => {
      const { id, stdout } = await t.shell('seq 1 20000');
      const wanted = Array.from({ length: 20_000 }, (_, index) => String(index + 1));
      ok(stdout === `${wanted.join('\n')}\n`, `the bytes of 20,000 lines: ${stdout.length} came`);
      const read: string[] = [];
      for await (const batch of t.backend.logs(id).batches()) for (const { line } of batch) read.push(line);
      equal(read.length, 20_000, 'lines in batches');
      ok(
        read.every((line, index) => line === wanted[index]),
        'every line in its place',
      );
    },
  },
  {
    name: 'logs: bytes of any value arrive as they were written, or as U+FFFD where the engine logs text only',
    run: async (t) => {
      const { bytes } = await t.shell(everyByte.script);
      const text = Buffer.from(everyByte.bytes.toString());
      ok(
        bytes.equals(everyByte.bytes) || bytes.equals(text),
        `${everyByte.bytes.length} bytes were written (${text.length} as text), ${bytes.length} came`,
      );
    },
  },
  {
    name: 'attach: bytes of any value arrive as they were written',
    needs: ['attach'],
    run: async (t) => {
      const id = await t.create({ command: ['sh', '-c', everyByte.script] });
      await using process = await t.backend.attach(id);
      await t.backend.start(id);
      const parts: Uint8Array[] = [];
      const read = async (): Promise<void> => {
        for await (const { data } of process) parts.push(data);
      };
      await within(20_000, read(), 'output to the end');
      const bytes = Buffer.concat(parts);
      ok(bytes.equals(everyByte.bytes), `${everyByte.bytes.length} bytes were written, ${bytes.length} came`);
    },
  },
  {
    name: 'logs: long lines, unfinished lines and multi-byte characters stay whole',
    run: async (t) => {
      const run = await t.shell(
        "head -c 100000 /dev/zero | tr '\\0' x; echo; for i in $(seq 5000); do printf ☃; done; echo; echo; printf 'no end'",
      );
      const read = lines(await collect(t.backend.logs(run.id)));
      deepEqual(
        read.map((line) => line.length),
        [100_000, 5_000, 0, 6],
        'length of each line',
      );
      ok(read[1] === '☃'.repeat(5_000), 'no character was cut');
      equal(read[3], 'no end', 'a last line without a line end');
    },
  },
  {
    name: 'logs: tail gives the last lines',
    run: async (t) => {
      const { id } = await t.shell('seq 1 100');
      deepEqual(lines(await collect(t.backend.logs(id, { tail: 3 }))), ['98', '99', '100'], 'tail 3');
      deepEqual(lines(await collect(t.backend.logs(id, { tail: 0 }))), [], 'tail 0');
      equal((await collect(t.backend.logs(id, { tail: 1_000 }))).length, 100, 'tail of more than there is');
    },
  },
  {
    name: 'logs: followed from its last lines on, each is told once',
    run: async (t) => {
      const { id } = await t.shell('seq 1 100');
      const ended = await collect(t.backend.logs(id, { tail: 3, follow: true }));
      deepEqual(lines(ended), ['98', '99', '100'], 'of one that ended');
      const running = await t.start({ command: ['sh', '-c', 'seq 1 100; sleep 2; seq 101 103'] });
      await t.outputWith(running, '100');
      const followed = await collect(t.backend.logs(running, { tail: 2, follow: true }));
      deepEqual(lines(followed), ['99', '100', '101', '102', '103'], 'of one that goes on');
    },
  },
  {
    name: 'logs: until ends one that is followed',
    run: async (t) => {
      const id = await t.idle();
      const until = new Date(Date.now() + 1_000);
      deepEqual(lines(await collect(t.backend.logs(id, { follow: true, until }))), ['idle'], 'lines');
      equal((await t.backend.inspect(id)).status, 'running', 'the container');
    },
  },
  {
    name: 'logs: a bound that is none is INVALID',
    run: async (t) => {
      const id = await t.create();
      for (const options of [{ tail: -1 }, { tail: 1.5 }, { since: new Date(Number.NaN) }]) {
        await failsWith('INVALID', () => collect(t.backend.logs(id, options)), JSON.stringify(options));
      }
    },
  },
  {
    name: 'logs: every line has its time, and since and until cut by it',
    run: async (t) => {
      const { id } = await t.shell('echo early; sleep 2.2; echo late');
      const records = await collect(t.backend.logs(id));
      deepEqual(lines(records), ['early', 'late'], 'lines');
      const [early, late] = records.map(({ time }) => time);
      ok(
        early && late && late.getTime() - early.getTime() >= 2_000,
        `times of the lines: ${early} and ${late}`,
      );
      const middle = new Date((early.getTime() + late.getTime()) / 2);
      deepEqual(lines(await collect(t.backend.logs(id, { since: middle }))), ['late'], 'since');
      deepEqual(lines(await collect(t.backend.logs(id, { until: middle }))), ['early'], 'until');
      const bare = await collect(t.backend.logs(id, { timestamps: false }));
      deepEqual(
        bare.map(({ line, time, timestamp }) => ({ line, time, timestamp })),
        ['early', 'late'].map((line) => ({ line, time: null, timestamp: null })),
        'without timestamps',
      );
    },
  },
  {
    name: 'logs: follow ends when the container does and misses nothing',
    run: async (t) => {
      const id = await t.start({ command: ['sh', '-c', 'seq 1 2000; sleep 0.5; seq 2001 4000'] });
      const read = lines(await within(30_000, collect(t.backend.logs(id, { follow: true })), 'follow'));
      equal(read.length, 4_000, 'lines');
      ok(
        read.every((line, index) => line === String(index + 1)),
        'every line once and in order',
      );
    },
  },
  {
    name: 'logs: follow and abort',
    run: async (t) => {
      const id = await t.start({ command: idleAfter('first') });
      const abort = new AbortController();
      const read: string[] = [];
      const follow = async (): Promise<void> => {
        for await (const { line } of t.backend.logs(id, { follow: true, signal: abort.signal })) {
          read.push(line);
          abort.abort();
        }
      };
      await failsWith('CANCELLED', () => within(10_000, follow(), 'an aborted follow'), 'an aborted follow');
      deepEqual(read, ['first'], 'lines before the abort');
      await failsWith(
        'CANCELLED',
        () => collect(t.backend.logs(id, { signal: AbortSignal.abort() })),
        'logs with a signal that fired before',
      );
    },
  },
  {
    name: 'logs: leaving the loop closes the stream',
    run: async (t) => {
      const id = await t.start({ command: ['sh', '-c', 'while :; do echo tick; sleep 0.05; done'] });
      const some = async (): Promise<number> => {
        let count = 0;
        for await (const _ of t.backend.logs(id, { follow: true })) {
          count += 1;
          if (count === 3) break;
        }
        return count;
      };
      equal(await within(10_000, some(), 'leaving the loop'), 3, 'lines read');
    },
  },
  {
    name: 'logs: of one that never ran there are none',
    run: async (t) => {
      const id = await t.create();
      deepEqual(await within(10_000, collect(t.backend.logs(id)), 'logs of a created one'), [], 'records');
    },
  },
  {
    name: 'logs: of a terminal they are one merged stream',
    run: async (t) => {
      const { id } = await t.shell('echo to out; echo to err >&2', { tty: true });
      const records = await collect(t.backend.logs(id));
      deepEqual(
        lines(records).map((line) => line.trimEnd()),
        ['to out', 'to err'],
        'lines',
      );
      for (const { kind } of records) equal(kind, 'merged', 'kind of a line from a terminal');
    },
  },
  {
    name: 'attach: talks to the process and half-closes its stdin',
    needs: ['attach'],
    run: async (t) => {
      const id = await t.create({ command: ['sh', '-c', 'cat; echo end of input'], stdinOpen: true });
      await using process = await t.backend.attach(id, { stdin: true });
      await t.backend.start(id);
      await process.write('one\n');
      await process.write(Buffer.from('two\n'));
      await process.end();
      const text = await within(20_000, textOf(process), 'output after the half-close');
      equal(text.stdout, 'one\ntwo\nend of input\n', 'what came back');
      equal((await t.backend.wait(id)).exitCode, 0, 'exit code');
    },
  },
  {
    name: 'attach: sees what a running process writes, also what it wrote before when asked',
    needs: ['attach'],
    run: async (t) => {
      const id = await t.start({
        command: [
          'sh',
          '-c',
          'trap "echo after >&2; exit 0" USR1; echo before; while :; do sleep 3600 & wait $!; done',
        ],
      });
      await t.outputWith(id, 'before');
      await using process = await t.backend.attach(id, { logs: true });
      await t.backend.kill(id, { killSignal: 'SIGUSR1' });
      const text = await within(20_000, textOf(process), 'output to the end');
      equal(text.stdout, 'before\n', 'stdout from its beginning');
      equal(text.stderr, 'after\n', 'stderr');
    },
  },
  {
    name: 'attach: a terminal echoes and can be resized',
    needs: ['attach', 'exec'],
    run: async (t) => {
      const id = await t.start({ command: ['sh'], stdinOpen: true, tty: true });
      await using process = await t.backend.attach(id, { stdin: true });
      await t.backend.resize(id, { columns: 91, rows: 33 });
      await process.write('stty size; exit 5\n');
      const { merged } = await within(20_000, textOf(process), 'output of the terminal');
      includes(merged, '33 91', 'size of the terminal');
      equal((await t.backend.wait(id)).exitCode, 5, 'exit code of the shell');
    },
  },
  {
    name: 'attach: letting go leaves the process alone',
    needs: ['attach'],
    run: async (t) => {
      const id = await t.idle({ stdinOpen: true });
      const process = await t.backend.attach(id, { stdin: true });
      process.close();
      equal((await t.backend.inspect(id)).status, 'running', 'status after the end of the attach');
    },
  },
];

type Texts = { stdout: string; stderr: string; merged: string };

async function textOf(process: Awaited<ReturnType<ConformanceContext['backend']['attach']>>): Promise<Texts> {
  const texts: Texts = { stdout: '', stderr: '', merged: '' };
  for await (const { kind, data } of process) texts[kind] += Buffer.from(data).toString();
  return texts;
}
