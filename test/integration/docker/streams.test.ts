import { expect, test } from 'vitest';
import type { EngineEvent } from '../../../src/core/index.ts';
import { Bench, onDocker } from './engines.ts';
import { SocketProxy } from './proxy.ts';

await onDocker((engine) => {
  test('the end of the input reaches the process, and its output comes back', async () => {
    await using bench = await Bench.open(engine);
    const id = await bench.start();
    const process = await bench.backend.exec(id, { command: ['wc', '-c'], stdin: true });
    await process.write('x\n');
    await process.end();
    let text = '';
    for await (const { data } of process) text += Buffer.from(data);
    expect(text.trim()).toBe('2');
    expect(await process.exitCode()).toBe(0);
  });

  test('an exec ends with its process, not with a child that holds its output', async () => {
    await using bench = await Bench.open(engine);
    const id = await bench.start();
    const { stdout, exitCode } = await bench.backend.execCapture(id, {
      command: ['sh', '-c', 'sleep 3600 & echo begun; exit 6'],
    });
    expect({ stdout, exitCode }).toEqual({ stdout: 'begun\n', exitCode: 6 });
  });

  test('an exec that runs out of time is killed, and what it wrote is kept', async () => {
    await using bench = await Bench.open(engine);
    const id = await bench.start();
    const result = await bench.backend.execCapture(id, {
      command: ['sh', '-c', 'echo begun; exec sleep 3599'],
      timeout: 3000,
    });
    expect(result).toMatchObject({ stdout: 'begun\n', timedOut: true, exitCode: null });
    const { processes } = await bench.backend.processes(id);
    expect(processes.flat().join(' ')).not.toContain('3599');
  });

  test('20,000 lines come whole, in order, with their times', async () => {
    await using bench = await Bench.open(engine);
    const id = await bench.start({ entrypoint: ['seq', '1', '20000'] });
    await bench.backend.wait(id);
    const lines: string[] = [];
    let last = 0;
    for await (const batch of bench.backend.logs(id).batches()) {
      for (const { line, time } of batch) {
        lines.push(line);
        expect(Number(time)).toBeGreaterThanOrEqual(last);
        last = Number(time);
      }
    }
    expect(lines).toEqual(Array.from({ length: 20_000 }, (_, index) => String(index + 1)));
  });

  test('logs that are followed end with the container, and break with a typed error', async () => {
    await using bench = await Bench.open(engine);
    await using proxy = await SocketProxy.before(engine.host);
    const client = await bench.client(proxy.host);
    const id = await bench.start({ entrypoint: ['sh', '-c', 'while :; do echo line; sleep 0.05; done'] });
    const cut = async (): Promise<void> => {
      let count = 0;
      for await (const _ of client.logs(id, { follow: true })) {
        count += 1;
        if (count === 3) proxy.cut();
      }
    };
    await expect(cut()).rejects.toMatchObject({ code: 'STREAM_CUT' });
    const lines: string[] = [];
    for await (const { line } of client.logs(id, { follow: true, tail: 1 })) {
      lines.push(line);
      if (lines.length === 2) await bench.backend.kill(id);
    }
    expect(lines.length).toBeGreaterThanOrEqual(2);
  });

  // Less than the 30 s that an exec may take to end after its stream: what was cut is told without waiting for that.
  const atOnce = { timeout: 25_000 };
  test('a broken exec is a typed error at once, and the container lives on', atOnce, async () => {
    await using bench = await Bench.open(engine);
    await using proxy = await SocketProxy.before(engine.host);
    const client = await bench.client(proxy.host);
    const id = await bench.start();
    const process = await client.exec(id, { command: ['sh', '-c', 'echo begun; exec sleep 3598'] });
    const read = async (): Promise<void> => {
      for await (const _ of process) proxy.cut();
    };
    await expect(read()).rejects.toMatchObject({ code: 'STREAM_CUT' });
    expect((await bench.backend.inspect(id)).status).toBe('running');
  });

  test('an exec that sends its output elsewhere is no broken one', async () => {
    await using bench = await Bench.open(engine);
    const id = await bench.start();
    const { stdout, exitCode } = await bench.backend.execCapture(id, {
      command: ['sh', '-c', 'echo begun; exec >/dev/null 2>&1; sleep 2; exit 3'],
    });
    expect({ stdout, exitCode }).toEqual({ stdout: 'begun\n', exitCode: 3 });
  });

  test('a broken attach is a typed error, and one that sees the end is not', async () => {
    await using bench = await Bench.open(engine);
    await using proxy = await SocketProxy.before(engine.host);
    const client = await bench.client(proxy.host);
    const id = await bench.create({
      entrypoint: ['sh', '-c', 'echo begun; read x; echo "got $x"'],
      stdinOpen: true,
    });
    const broken = await client.attach(id);
    const process = await bench.backend.attach(id, { stdin: true });
    await bench.backend.start(id);
    const read = async (): Promise<void> => {
      for await (const _ of broken) proxy.cut();
    };
    await expect(read()).rejects.toMatchObject({ code: 'STREAM_CUT' });
    await process.write('it\n');
    let text = '';
    for await (const { data } of process) text += Buffer.from(data);
    expect(text).toBe('begun\ngot it\n');
  });

  test('events go on over cuts and an engine that is away, and every gap is told', async () => {
    await using bench = await Bench.open(engine);
    await using proxy = await SocketProxy.before(engine.host);
    const client = await bench.client(proxy.host);
    const events = client.events({ labels: [bench.label] })[Symbol.asyncIterator]();
    const until = async (wanted: EngineEvent['type']): Promise<EngineEvent[]> => {
      const seen: EngineEvent[] = [];
      for (;;) {
        const step = await events.next();
        if (step.done) throw new Error('the events ended');
        seen.push(step.value);
        if (step.value.type === wanted) return seen;
      }
    };
    const id = await bench.start();
    expect((await until('started')).map(({ type }) => type)).toEqual(['created', 'started']);

    proxy.cut();
    const [resync] = (await until('resync')).slice(-1);
    expect(resync).toMatchObject({ type: 'resync', containers: [{ id, status: 'running' }] });

    await proxy.close();
    await bench.backend.kill(id);
    await bench.backend.wait(id);
    await proxy.open();
    const gap = await until('resync');
    // What happened in the gap is told again from the engine's memory, and only once.
    expect(gap.filter(({ type }) => type === 'died')).toHaveLength(1);
    expect(gap.at(-1)).toMatchObject({ containers: [{ id, status: 'exited' }] });

    await bench.backend.start(id);
    expect((await until('started')).map(({ type }) => type)).toEqual(['started']);
    await events.return?.();
  });

  test('one upstream stream serves all readers, and a reader who leaves does not end the others', async () => {
    await using bench = await Bench.open(engine);
    const readers = Array.from({ length: 5 }, () =>
      bench.backend.events({ labels: [bench.label] })[Symbol.asyncIterator](),
    );
    const first = readers.map((reader) => reader.next());
    const id = await bench.create();
    for (const step of await Promise.all(first)) expect(step.value).toMatchObject({ type: 'created' });
    await readers[0]?.return?.();
    await bench.backend.remove(id);
    for (const reader of readers.slice(1)) {
      expect((await reader.next()).value).toMatchObject({ type: 'removed', subject: { id } });
      await reader.return?.();
    }
  });

  test('figures of all containers follow those that start and end', async () => {
    await using bench = await Bench.open(engine);
    const first = await bench.start();
    let second: string | undefined;
    let stopped = false;
    for await (const batch of bench.backend.statsAll()) {
      const ids = batch.map(({ id }) => id);
      if (second === undefined) {
        if (ids.includes(first)) second = await bench.start();
      } else if (!stopped) {
        if (ids.includes(second)) {
          await bench.backend.kill(first);
          await bench.backend.wait(first);
          stopped = true;
        }
      } else if (!ids.includes(first) && ids.includes(second)) {
        break;
      }
    }
  });
});
