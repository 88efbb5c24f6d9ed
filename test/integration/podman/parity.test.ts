import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import type { ContainerStats, EngineEvent } from '../../../src/core/index.ts';
import { shellImage } from '../../lab/shell-image.ts';
import { onEachPodman, type TestPodman, textOf } from './podman.ts';

const timeout = 60_000;
const wait = { timeout: 30_000, interval: 100 };

await onEachPodman((podman) => {
  describe('ports', () => ports(podman));
  describe('streams', () => streams(podman));
  describe('state', () => state(podman));
  describe('events', () => events(podman));
  describe('statistics', () => statistics(podman));
});

function ports(podman: TestPodman): void {
  it('publishes a port that no image exposes', { timeout }, async () => {
    const id = await podman.start({
      command: ['sh', '-c', 'while :; do nc -l -p 7000 -e echo served; done'],
      ports: [{ target: 7000, hostIp: '127.0.0.1' }],
    });
    const { ports } = await podman.backend.inspect(id);
    const [port] = ports;
    expect(ports).toEqual([
      { hostIp: '127.0.0.1', published: expect.any(Number), target: 7000, protocol: 'tcp' },
    ]);
    await vi.waitFor(async () => expect(await answerOf(port?.published ?? 0)).toBe('served\n'), wait);
    const [row] = await podman.backend.list({ labels: [podman.label] });
    expect(row?.ports).toEqual(ports);
  });

  it('tells an exposed port that is not bound as one without a host port, or not at all', {
    timeout,
  }, async () => {
    const id = await podman.start({ expose: ['9999'], ports: [{ target: 7001, hostIp: '127.0.0.1' }] });
    const { ports, spec } = await podman.backend.inspect(id);
    for (const port of ports.filter(({ target }) => target === 9999)) expect(port.published).toBeNull();
    expect(ports.filter(({ published }) => published !== null).map(({ target }) => target)).toEqual([7001]);
    expect(spec.expose).toEqual(['9999/tcp']);
  });

  it('has no addresses on the network "none"', { timeout }, async () => {
    const id = await podman.start({ networkMode: 'none' });
    const { networks, spec } = await podman.backend.inspect(id);
    expect(networks.map(({ ipv4Address }) => ipv4Address).filter((address) => address !== null)).toEqual([]);
    expect(spec.networkMode).toBe('none');
    expect(spec.networks).toBeUndefined();
  });
}

function streams(podman: TestPodman): void {
  it('attaches without writing anything into the process', { timeout }, async () => {
    const id = await podman.create({ command: ['cat'], stdinOpen: true });
    await using process = await podman.backend.attach(id, { stdin: true });
    await podman.backend.start(id);
    await process.write('all that was written\n');
    await process.end();
    expect(await textOf(process)).toBe('all that was written\n');
  });

  it('runs an exec without streams', { timeout }, async () => {
    const id = await podman.start();
    const detached = await podman.backend.exec(id, { command: ['touch', '/tmp/done'], detach: true });
    expect(await detached.exitCode()).toBeNull();
    await vi.waitFor(async () => {
      const seen = await podman.backend.execCapture(id, { command: ['test', '-e', '/tmp/done'] });
      expect(seen.exitCode).toBe(0);
    }, wait);
  });

  it('follows a log that has nothing yet, and lets go of it', { timeout }, async () => {
    const id = await podman.start({
      command: ['sh', '-c', 'trap "echo late; exit 0" USR1; while :; do sleep 0.1; done'],
    });
    const abort = new AbortController();
    const silent = podman.backend.logs(id, { follow: true, signal: abort.signal })[Symbol.asyncIterator]();
    const first = silent.next();
    setTimeout(() => abort.abort(), 300);
    await expect(first).rejects.toMatchObject({ code: 'CANCELLED' });
    const lines = podman.backend.logs(id, { follow: true });
    const reading = (async () => {
      for await (const { line } of lines) return line;
    })();
    await podman.backend.kill(id, { killSignal: 'SIGUSR1' });
    expect(await reading).toBe('late');
  });

  it('waits for the end, the next end and the removal', { timeout }, async () => {
    const id = await podman.start({
      command: ['sh', '-c', 'trap "exit 5" TERM; while :; do sleep 0.1; done'],
    });
    const { backend } = podman;
    const waits = [
      backend.wait(id),
      backend.wait(id),
      backend.wait(id, { condition: 'next-exit' }),
      backend.wait(id, { condition: 'removed' }),
    ];
    await vi.waitFor(async () => {
      const table = await backend.processes(id);
      expect(table.processes.length).toBeGreaterThan(1);
    }, wait);
    await backend.stop(id);
    const [first, second, next] = await Promise.all(waits.slice(0, 3));
    expect([first?.exitCode, second?.exitCode, next?.exitCode]).toEqual([5, 5, 5]);
    expect((await backend.wait(id)).exitCode).toBe(5);
    await backend.remove(id);
    await waits[3];
    await expect(backend.wait(id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
}

function state(podman: TestPodman): void {
  it('kills what it removes by force, also what is paused, and asks it for nothing before', {
    timeout,
  }, async () => {
    const seen = await mkdtemp(join(tmpdir(), 'wherry-removed-'));
    try {
      const id = await podman.start({
        command: ['sh', '-c', 'trap "touch /seen/term" TERM; touch /seen/ready; while :; do sleep 0.1; done'],
        volumes: [{ type: 'bind', source: seen, target: '/seen' }],
      });
      await vi.waitFor(async () => expect(await readdir(seen)).toEqual(['ready']), wait);
      await podman.backend.remove(id, { force: true });
      expect(await readdir(seen)).toEqual(['ready']);
      const paused = await podman.start();
      await podman.backend.pause(paused);
      await podman.backend.remove(paused, { force: true });
    } finally {
      await rm(seen, { recursive: true, force: true });
    }
  });

  it('tells health, and the log of the checks, under one name', { timeout }, async () => {
    const id = await podman.start({
      healthcheck: { test: ['CMD-SHELL', 'echo looked; test -e /tmp/ok'], interval: 500, retries: 1 },
    });
    await vi.waitFor(async () => expect((await podman.backend.inspect(id)).health).toBe('unhealthy'), wait);
    await podman.backend.execCapture(id, { command: ['touch', '/tmp/ok'] });
    await vi.waitFor(async () => {
      const { health, healthLog } = await podman.backend.inspect(id);
      expect(health).toBe('healthy');
      expect(healthLog.at(-1)).toMatchObject({ exitCode: 0, output: expect.stringContaining('looked') });
    }, wait);
    const [row] = await podman.backend.list({ names: [(await podman.backend.inspect(id)).name] });
    expect(row?.health).toBe('healthy');
  });

  it('looks an interval apart, from the start of each run on', { timeout }, async () => {
    const interval = 1000;
    const healthcheck = { test: ['CMD', 'false'], interval, retries: 3 };
    const id = await podman.start({ healthcheck, stopGracePeriod: 0 });
    const { backend } = podman;
    /** ms from the start of the run to its first look, and from each to the next, as long as nothing was decided. */
    const waits = async (count: number): Promise<number[]> => {
      const { startedAt, healthLog } = await backend.inspect(id);
      const began = startedAt?.getTime() ?? 0;
      const looks = healthLog.map((look) => look.startedAt.getTime()).filter((time) => time >= began);
      expect(looks.length).toBeGreaterThanOrEqual(count);
      return looks.slice(0, count).map((time, index) => time - (looks[index - 1] ?? began));
    };
    const isApart = (all: number[]): boolean => all.every((ms) => ms >= interval / 2);
    expect(await vi.waitFor(() => waits(3), wait)).toSatisfy(isApart);
    await backend.restart(id);
    expect(await vi.waitFor(() => waits(1), wait)).toSatisfy(isApart);
  });

  it('knows an image by the name that it was built with, short or long', { timeout }, async () => {
    const short = `${podman.unique('short')}:1`;
    const { backend } = podman;
    try {
      await backend.image(short).build({
        kind: 'dockerfile',
        context: new URL('../images/empty-context', import.meta.url).pathname,
        dockerfileInline: `FROM ${shellImage}`,
      });
      expect(await backend.image(short).exists()).toBe(true);
      expect(await backend.image(`docker.io/library/${short}`).exists()).toBe(true);
      const id = await podman.create({ image: short, pullPolicy: 'never' });
      expect((await backend.inspect(id)).imageId).toBe((await backend.image(short).inspect()).id);
    } finally {
      await backend.image(short).remove({ force: true });
    }
  });

  it('lists and inspects the containers of a pod, its own one too', { timeout }, async () => {
    const pod = podman.unique('pod');
    const libpod = { method: 'POST' as const, versioned: false };
    await podman.api.call({
      ...libpod,
      path: '/v4.0.0/libpod/pods/create',
      json: {
        name: pod,
        infra_image: shellImage,
        infra_command: ['sleep', '3600'],
        infra_name: `${pod}-infra`,
      },
    });
    try {
      await podman.api.call({
        ...libpod,
        path: '/v4.0.0/libpod/containers/create',
        json: { name: `${pod}-member`, image: shellImage, command: ['sleep', '3600'], pod },
      });
      await podman.api.call({ ...libpod, path: `/v4.0.0/libpod/pods/${pod}/start` });
      const names = [`${pod}-infra`, `${pod}-member`];
      const rows = await podman.backend.list({ names });
      expect(rows.map(({ name, status }) => `${name} ${status}`).sort()).toEqual(
        names.map((name) => `${name} running`),
      );
      for (const name of names) {
        expect(await podman.backend.inspect(name)).toMatchObject({ name, status: 'running' });
      }
    } finally {
      await podman.api.call({
        method: 'DELETE',
        versioned: false,
        path: `/v4.0.0/libpod/pods/${pod}`,
        query: { force: true },
      });
    }
  });

  it('refuses a bind mount whose source is missing, before anything is made', { timeout }, async () => {
    const name = podman.unique('bind');
    const volumes = [{ type: 'bind' as const, source: '/tmp/wherry/is/not/there', target: '/data' }];
    await expect(podman.create({ name, volumes })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(await podman.backend.list({ all: true, names: [name] })).toEqual([]);
  });
}

function events(podman: TestPodman): void {
  it('has our words for what happens, in order', { timeout }, async () => {
    const [old, name] = [podman.unique('old'), podman.unique('new')];
    const seen: EngineEvent[] = [];
    const abort = new AbortController();
    const following = (async () => {
      const signal = abort.signal;
      for await (const event of podman.backend.events({ labels: [podman.label], signal })) seen.push(event);
    })().catch(() => {});
    const id = await podman.start({
      name: old,
      healthcheck: { test: ['CMD', 'true'], interval: 500 },
    });
    const types = () =>
      seen.flatMap((event) => (event.type !== 'resync' && event.subject.id === id ? [event.type] : []));
    await vi.waitFor(
      () => expect(seen).toContainEqual(expect.objectContaining({ type: 'health', health: 'healthy' })),
      wait,
    );
    await podman.backend.pause(id);
    await podman.backend.resume(id);
    await podman.backend.rename(id, name);
    await podman.backend.kill(id);
    await podman.backend.wait(id);
    await podman.backend.remove(id);
    await vi.waitFor(() => expect(types()).toContain('removed'), wait);
    abort.abort();
    await following;
    expect(types().filter((type) => type !== 'health')).toEqual([
      'created',
      'started',
      'paused',
      'resumed',
      'renamed',
      'died',
      'removed',
    ]);
  });
}

function statistics(podman: TestPodman): void {
  it('gives the figures of all from one stream, and the same as for one', { timeout }, async () => {
    const busy = await podman.start({
      command: ['sh', '-c', 'while :; do :; done'],
      resources: { memory: 64 * 1024 ** 2 },
    });
    const idle = await podman.start();
    const full = await Promise.all([busy, idle].map(async (id) => (await podman.backend.inspect(id)).id));
    const rows = await firstBatch(podman, full);
    for (const id of full) {
      const row = rows.find((each) => each.id === id);
      expect(row?.memory).toBeGreaterThan(0);
      expect(row?.pids).toBeGreaterThan(0);
      expect(row?.cpu).not.toBeNull();
    }
    expect(rows.find(({ id }) => id === full[0])?.memoryLimit).toBe(64 * 1024 ** 2);
    expect(rows.find(({ id }) => id === full[0])?.cpu ?? 0).toBeGreaterThan(
      rows.find(({ id }) => id === full[1])?.cpu ?? 1,
    );
    await podman.backend.kill(busy);
  });

  it('counts what a container receives as received', { timeout }, async () => {
    const server = await podman.start({
      command: ['sh', '-c', 'while :; do nc -l -p 7000 -e head -c 3000000 /dev/zero; done'],
    });
    const address = (await podman.backend.inspect(server)).networks[0]?.ipv4Address;
    const client = await podman.start({
      command: [
        'sh',
        '-c',
        `until [ $(nc -w 2 ${address} 7000 | wc -c) = 3000000 ]; do sleep 0.1; done; echo received; sleep 3600`,
      ],
    });
    for await (const { line } of podman.backend.logs(client, { follow: true }))
      if (line === 'received') break;
    const ids = await Promise.all([server, client].map(async (id) => (await podman.backend.inspect(id)).id));
    const rows = await firstBatch(podman, ids);
    expect(rows.find(({ id }) => id === ids[0])?.networkTx).toBeGreaterThan(3_000_000);
    expect(rows.find(({ id }) => id === ids[1])?.networkRx).toBeGreaterThan(3_000_000);
    for await (const row of podman.backend.stats(client, { once: true })) {
      expect(row.networkRx).toBeGreaterThan(3_000_000);
    }
  });
}

async function firstBatch(podman: TestPodman, ids: readonly string[]): Promise<readonly ContainerStats[]> {
  for await (const batch of podman.backend.statsAll({ ids, once: true })) return batch;
  return [];
}

function answerOf(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    let text = '';
    socket.on('data', (data) => {
      text += data.toString();
    });
    socket.once('error', reject);
    socket.once('close', () => resolve(text));
  });
}
