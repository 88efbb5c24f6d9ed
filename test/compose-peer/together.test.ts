import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { up } from '../../src/boot/index.ts';
import { type Bench, benchFor, type Model, Stack, stays } from '../integration/boot/stack.ts';
import { findPeer } from './peer.ts';

const peer = findPeer();
if (peer === undefined) console.error('SKIPPED: docker compose v5 cannot be built here, nothing is shared');

const model: Model = {
  services: {
    db: {
      command: stays,
      environment: { A: '1', B: '<&>' },
      volumes: ['data:/data', '/anonymous'],
      healthcheck: { test: ['CMD', 'true'], interval: '200ms' },
      networks: { back: { aliases: ['store'] } },
    },
    web: {
      command: stays,
      depends_on: { db: { condition: 'service_healthy' } },
      networks: ['back', 'default'],
      ulimits: { nofile: 1024 },
      labels: ['my.label=1'],
    },
    // Its hash holds the id of the container whose network it shares.
    beside: { command: stays, network_mode: 'service:web' },
    // Theirs hold the id of the container whose volumes it uses, and what the engine's socket takes.
    linked: {
      command: stays,
      links: ['web:site'],
      volumes_from: ['db:ro'],
      use_api_socket: true,
      device_cgroup_rules: ['c 10:200 rwm'],
      volumes: [{ type: 'volume', target: '/v', volume: { labels: { a: 'b' } } }],
    },
    twice: { command: stays, deploy: { replicas: 2, resources: { limits: { memory: '32m' } } } },
  },
  networks: { back: { labels: { x: 'y' } } },
  volumes: { data: {} },
};

describe.skipIf(peer === undefined).each(['docker-20.10', 'docker-newest'])('on %s', (id) => {
  const benchHere = benchFor(id);

  /** Names and ids of a project's containers; whoever makes one anew changes its id. */
  const ids = async (stack: Stack): Promise<string[]> =>
    (await stack.containers()).map((one) => `${one.name} ${one.id}`).sort();

  async function peerUp(stack: Stack, { engine }: Bench): Promise<{ told: string }> {
    const { status, stdout, stderr } = spawnSync(peer ?? '', ['-p', stack.name, 'up', '-d', '-t', '1'], {
      cwd: await stack.directory(),
      env: { PATH: process.env.PATH ?? '', HOME: '/nowhere', DOCKER_HOST: engine.host },
      encoding: 'utf8',
    });
    expect(status, stderr).toBe(0);
    return { told: `${stdout}${stderr}` };
  }

  test('what the peer made is kept, and what is made here is kept by the peer', {
    timeout: 180_000,
  }, async () => {
    const bench = benchHere();
    if (bench === undefined) return;
    await using theirs = new Stack(bench);
    const project = await theirs.load(model);
    await peerUp(theirs, bench);
    const before = await ids(theirs);
    expect(before).toHaveLength(6);
    expect((await up(bench.backend, project)).ok).toBe(true);
    expect(await ids(theirs)).toEqual(before);

    await using ours = new Stack(bench);
    expect((await up(bench.backend, await ours.load(model))).ok).toBe(true);
    const made = await ids(ours);
    await peerUp(ours, bench);
    expect(await ids(ours)).toEqual(made);
  });

  test('each sees what changed since the other', { timeout: 180_000 }, async () => {
    const bench = benchHere();
    if (bench === undefined) return;
    await using stack = new Stack(bench);
    await stack.load({ services: { a: { command: stays }, b: { command: stays } } });
    await peerUp(stack, bench);
    const before = await ids(stack);
    const changed = await stack.load({
      services: { a: { command: stays, hostname: 'h' }, b: { command: stays } },
    });
    expect((await up(bench.backend, changed)).ok).toBe(true);
    const between = await ids(stack);
    expect(between.filter((one) => before.includes(one))).toHaveLength(1);
    await stack.load({
      services: { a: { command: stays, hostname: 'h' }, b: { command: stays, hostname: 'h' } },
    });
    await peerUp(stack, bench);
    expect((await ids(stack)).filter((one) => between.includes(one))).toHaveLength(1);
  });

  test('a changed network, and a volume that differs, are the same to both', {
    timeout: 180_000,
  }, async () => {
    const bench = benchHere();
    if (bench === undefined) return;
    await using stack = new Stack(bench);
    const changed = (version: string): Model => ({
      services: { web: { command: stays, volumes: ['data:/data'] } },
      networks: { default: { labels: { version } } },
      volumes: { data: { labels: { version } } },
    });
    await stack.load(changed('1'));
    await peerUp(stack, bench);
    const before = await ids(stack);
    const { ok, warnings } = await up(bench.backend, await stack.load(changed('2')));
    expect({ ok, warnings }).toEqual({ ok: true, warnings: [expect.stringContaining('differs')] });
    const network = await bench.backend.networks?.inspect(`${stack.name}_default`);
    const { told } = await peerUp(stack, bench);
    expect(told).toContain(`Volume "${stack.name}_data" exists but doesn't match`);
    expect(await ids(stack)).toEqual(before);
    expect((await bench.backend.networks?.inspect(`${stack.name}_default`))?.id).toBe(network?.id);
  });
});
