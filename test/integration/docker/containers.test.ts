import { createServer } from 'node:net';
import { expect, test, vi } from 'vitest';
import { Bench, onDocker } from './engines.ts';

await onDocker((engine) => {
  test('a name is looked up exactly, not as the pattern that the engine takes it for', async () => {
    await using bench = await Bench.open(engine);
    const name = `w.${crypto.randomUUID()}`;
    const others = [name.replace('.', 'x'), `${name}1`, `a${name}`];
    const ids = await Promise.all([name, ...others].map((each) => bench.create({ name: each })));
    const found = await bench.backend.list({ all: true, names: [name] });
    expect(found.map(({ id }) => id)).toEqual([ids[0]]);
    expect(await bench.backend.list({ all: true, names: ['.*', `${name}|a`, ''] })).toEqual([]);
    expect((await bench.backend.inspect(name)).id).toBe(ids[0]);
  });

  test.each(['../../info', 'a/b', 'a b', '%2e%2e', '?all=1', '', '-x', 'ä', 'a\nb'])(
    'the hostile name %j is not found, and is no path',
    async (name) => {
      await using bench = await Bench.open(engine);
      const { backend } = bench;
      for (const verb of [
        () => backend.inspect(name),
        () => backend.remove(name, { force: true }),
        () => backend.exec(name, { command: ['true'] }),
        () => backend.logs(name)[Symbol.asyncIterator]().next(),
      ]) {
        await expect(verb()).rejects.toMatchObject({ code: 'NOT_FOUND' });
      }
    },
  );

  test('a port that the image does not expose is published, and read back', async () => {
    await using bench = await Bench.open(engine);
    const id = await bench.start({
      entrypoint: ['sh', '-c', 'while :; do echo hello | nc -l -p 7777; done'],
      ports: [{ hostIp: '127.0.0.1', target: 7777 }],
    });
    const { ports } = await bench.backend.inspect(id);
    expect(ports).toEqual([
      { hostIp: '127.0.0.1', published: expect.any(Number), target: 7777, protocol: 'tcp' },
    ]);
    const [row] = await bench.backend.list({ labels: [bench.label] });
    expect(row?.ports).toEqual(ports);
  });

  test('a port held by a container, and one held by a process, are named', async () => {
    await using bench = await Bench.open(engine);
    const holder = await bench.start({ ports: [{ hostIp: '127.0.0.1', target: 80 }] });
    const { name, ports } = await bench.backend.inspect(holder);
    const [mapping] = ports;
    const published = mapping?.published ?? 0;
    const second = await bench.create({ ports: [{ hostIp: '127.0.0.1', published, target: 80 }] });
    await expect(bench.backend.start(second)).rejects.toMatchObject({
      code: 'PORT_TAKEN',
      details: { port: published, holder: `container ${name}` },
    });
    if (engine.host !== 'unix:///var/run/docker.sock') return;
    // This engine shares our network, so that a server of ours is in its way.
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    try {
      const third = await bench.create({ ports: [{ hostIp: '127.0.0.1', published: port, target: 80 }] });
      await expect(bench.backend.start(third)).rejects.toMatchObject({
        code: 'PORT_TAKEN',
        details: { port, holder: expect.stringContaining(`pid ${process.pid}`) },
      });
    } finally {
      server.close();
    }
  });

  test('create that fails or is aborted leaves nothing', async () => {
    await using bench = await Bench.open(engine);
    const count = async (): Promise<number> =>
      (await bench.backend.list({ all: true, labels: [bench.label] })).length;
    // The parent of the target is a file: found only when it is copied.
    const secrets = [{ target: '/bin/busybox/nested', content: 'x' }];
    await expect(bench.create({ secrets })).rejects.toMatchObject({ name: 'WherryError' });
    expect(await count()).toBe(0);
    for (const delay of [0, 1, 5, 20, 60]) {
      const abort = new AbortController();
      setTimeout(() => abort.abort(), delay);
      const spec = { image: bench.image, labels: bench.labels };
      await bench.backend.create(spec, { signal: abort.signal }).then(
        (id) => bench.backend.remove(id),
        (error: unknown) => expect(error).toMatchObject({ code: 'CANCELLED' }),
      );
      expect(await count(), `aborted after ${delay} ms`).toBe(0);
    }
  });

  test('secrets arrive with owner and mode, also under a read-only root', async () => {
    await using bench = await Bench.open(engine);
    for (const readOnly of [false, true]) {
      const id = await bench.start({
        readOnly,
        secrets: [{ target: '/run/secrets/token', content: 'hush', uid: 12, gid: 34, mode: 0o440 }],
      });
      const { stdout } = await bench.backend.execCapture(id, {
        command: ['sh', '-c', 'stat -c "%u %g %a" /run/secrets/token; cat /run/secrets/token'],
      });
      expect(stdout).toBe('12 34 440\nhush');
      expect(JSON.stringify((await bench.backend.inspect(id)).spec)).not.toContain('hush');
    }
  });

  test('a wait that was subscribed before the start sees the first exit', async () => {
    await using bench = await Bench.open(engine);
    const id = await bench.create({ entrypoint: ['sh', '-c', 'exit 9'] });
    let subscribed = (): void => undefined;
    const ready = new Promise<void>((resolve) => {
      subscribed = resolve;
    });
    const waiting = [
      bench.backend.wait(id, { onSubscribed: subscribed }),
      bench.backend.wait(id, { condition: 'next-exit' }),
    ];
    await ready;
    await bench.backend.start(id);
    const [first, second] = await Promise.all(waiting);
    expect(first).toMatchObject({ exitCode: 9 });
    expect(second).toEqual(first);
    expect(await bench.backend.wait(id)).toEqual(first);
  });

  test('a wait for a container that is removed before it ran is NOT_FOUND', async () => {
    await using bench = await Bench.open(engine);
    const id = await bench.create();
    let subscribed = (): void => undefined;
    const ready = new Promise<void>((resolve) => {
      subscribed = resolve;
    });
    const waiting = bench.backend.wait(id, { onSubscribed: subscribed });
    waiting.catch(() => undefined);
    await ready;
    await bench.backend.remove(id);
    await expect(waiting).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  test('a new client finds by labels what an old one made, with its exit code', async () => {
    await using bench = await Bench.open(engine);
    const old = await bench.client();
    const spec = { image: bench.image, entrypoint: ['sh', '-c', 'exit 5'], labels: bench.labels };
    const id = await old.create(spec);
    await old.start(id);
    await old[Symbol.asyncDispose]();
    const fresh = await bench.client();
    expect((await fresh.wait(id)).exitCode).toBe(5);
    // The engine's lists come a moment after its waits.
    await vi.waitFor(async () => {
      const [row] = await fresh.list({ all: true, labels: ['dev.wherry.owner=wherry', bench.label] });
      expect(row).toMatchObject({ id, status: 'exited', exitCode: 5 });
    });
  });

  test('a removal that meets another one waits for its end', async () => {
    await using bench = await Bench.open(engine);
    const id = await bench.start();
    const removals = await Promise.allSettled(
      Array.from({ length: 4 }, () => bench.backend.remove(id, { force: true })),
    );
    expect(removals.some(({ status }) => status === 'fulfilled')).toBe(true);
    for (const removal of removals) {
      if (removal.status === 'rejected') expect(removal.reason).toMatchObject({ code: 'NOT_FOUND' });
    }
    await expect(bench.backend.inspect(id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});
