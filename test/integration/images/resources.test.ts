import { afterAll, expect, it } from 'vitest';
import { diskUse } from '../../../src/backends/engine-api/disk-use.ts';
import { engineInfo } from '../../../src/backends/engine-api/info.ts';
import { EngineNetworks } from '../../../src/backends/engine-api/networks.ts';
import { prune } from '../../../src/backends/engine-api/prune.ts';
import { RegistryAuth } from '../../../src/backends/engine-api/registry-auth.ts';
import { EngineVolumes } from '../../../src/backends/engine-api/volumes.ts';
import { shellImage } from '../../lab/shell-image.ts';
import { onEachEngine } from './engine.ts';

const timeout = 60_000;

await onEachEngine((engine) => {
  const { connection } = engine;
  const context = engine.context(new RegistryAuth());
  const networks = new EngineNetworks(connection);
  const volumes = new EngineVolumes(connection);
  const unique = engine.prefix.slice(engine.prefix.indexOf('/') + 1);
  const [labelKey = '', labelValue = ''] = engine.label.split('=');
  const labels = { [labelKey]: labelValue };

  /** A container that never runs. */
  async function container(name: string, body: object = {}): Promise<string> {
    const { Id } = await connection.json<{ Id: string }>({
      method: 'POST',
      path: '/containers/create',
      query: { name: `${unique}-${name}` },
      json: { Image: shellImage, Cmd: ['true'], Labels: labels, ...body },
    });
    return Id;
  }

  async function removeContainer(id: string): Promise<void> {
    await connection.call({ method: 'DELETE', path: `/containers/${id}`, query: { force: true, v: true } });
  }

  afterAll(async () => {
    await prune(context, { what: ['containers'], labels: [engine.label] });
    for (const { id } of await networks.list({ labels: [engine.label] })) await networks.remove(id);
    for (const { name } of await volumes.list({ labels: [engine.label] })) await volumes.remove(name);
    await engine.clean();
  });

  it('makes a network as told, and knows it by its exact name or id only', { timeout }, async () => {
    const name = `${unique}-net`;
    const octet = 100 + (process.pid % 100);
    const network = await networks.create({
      name,
      labels,
      internal: true,
      mtu: 1340,
      ipam: {
        pools: [
          { subnet: `10.213.${octet}.0/24`, gateway: `10.213.${octet}.7`, ipRange: `10.213.${octet}.128/25` },
        ],
      },
    });
    expect(network).toMatchObject({ name, internal: true, driver: 'bridge', containers: [] });
    expect(network.subnets).toEqual([
      expect.objectContaining({ subnet: `10.213.${octet}.0/24`, gateway: `10.213.${octet}.7` }),
    ]);
    expect(Object.values(network.driverOpts)).toContain('1340');
    expect(await networks.inspect(network.id)).toEqual(network);
    expect(await networks.inspect(name)).toEqual(network);
    for (const part of [name.slice(0, -1), network.id.slice(0, 12)]) {
      await expect(networks.inspect(part)).rejects.toMatchObject({ code: 'NOT_FOUND' });
      await expect(networks.remove(part)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    }
    await expect(networks.create({ name, labels })).rejects.toMatchObject({ code: 'ALREADY_EXISTS' });
    expect((await networks.list({ labels: [engine.label] })).map((found) => found.name)).toEqual([name]);
    await networks.remove(name);
    await expect(networks.remove(name)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('connects a container with its aliases and lets it go', { timeout }, async () => {
    const name = `${unique}-joined`;
    await networks.create({ name, labels });
    const id = await container('guest');
    await networks.connect(name, id, { attachment: { aliases: ['visitor'] } });
    const record = await connection.json<{
      NetworkSettings: { Networks: Record<string, { Aliases?: string[] | null }> };
    }>({ path: `/containers/${id}/json` });
    expect(record.NetworkSettings.Networks[name]?.Aliases).toContain('visitor');
    await networks.disconnect(name, id, { force: true });
    await expect(networks.connect(`${name}-none`, id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await removeContainer(id);
    await networks.remove(name);
  });

  it('makes a volume, takes the one that is there, and refuses one that differs', { timeout }, async () => {
    const name = `${unique}-volume`;
    const volume = await volumes.create({ name, labels });
    expect(volume).toMatchObject({ name, driver: 'local', scope: 'local', labels });
    expect((await volumes.create({ name, labels })).name).toBe(name);
    await expect(volumes.create({ name, labels: { [labelKey]: 'other' } })).rejects.toMatchObject({
      code: 'ALREADY_EXISTS',
    });
    expect(await volumes.inspect(name)).toMatchObject({ name, mountpoint: expect.stringMatching(/^\//) });
    await expect(volumes.inspect(name.slice(0, -1))).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(volumes.remove(name.slice(0, -1))).rejects.toMatchObject({ code: 'NOT_FOUND' });
    const id = await container('holder', {
      HostConfig: { Mounts: [{ Type: 'volume', Source: name, Target: '/v' }] },
    });
    await expect(volumes.remove(name)).rejects.toMatchObject({ code: 'CONFLICT' });
    await expect(volumes.remove(name, { force: true })).rejects.toMatchObject({ code: 'CONFLICT' });
    await removeContainer(id);
    await volumes.remove(name);
    await expect(volumes.remove(name)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await volumes.remove(name, { force: true });
    const nameless = await volumes.create({ labels });
    expect(nameless.name).not.toBe('');
    await volumes.remove(nameless.name);
  });

  it('prunes and counts its disk many times at once, where the engine takes one call at a time', {
    timeout,
  }, async () => {
    const labels = [`${labelKey}=nobody`];
    const prunes = Array.from({ length: 6 }, () =>
      prune(context, { what: ['containers', 'networks', 'volumes', 'images'], labels }),
    );
    const counts = Array.from({ length: 4 }, () => diskUse(connection));
    for (const report of await Promise.all(prunes)) expect(report.spaceReclaimed).toBe(0);
    for (const use of await Promise.all(counts)) expect(use.images.count).toBeGreaterThan(0);
  });

  it('prunes what it is told to and nothing else', { timeout }, async () => {
    const filter = { labels: [engine.label] };
    const id = await container('stopped');
    const network = await networks.create({ name: `${unique}-pruned`, labels });
    const named = await volumes.create({ name: `${unique}-named`, labels });
    const anonymous = await volumes.create({ labels });
    await engine.image(`${engine.prefix}/unused`).build(engine.shell());

    const others = await prune(context, {
      what: ['containers', 'volumes'],
      labels: [`${labelKey}=other`],
    });
    expect(others).toEqual({ containers: [], images: [], networks: [], volumes: [], spaceReclaimed: 0 });
    const old = await prune(context, {
      what: ['containers', 'networks', 'volumes'],
      ...filter,
      until: new Date(0),
    });
    expect([old.containers, old.networks, old.volumes]).toEqual([[], [], []]);

    const first = await prune(context, {
      what: ['containers', 'networks', 'volumes', 'images'],
      ...filter,
    });
    expect(first.containers).toEqual([id]);
    expect(first.networks).toEqual([network.name]);
    expect(first.volumes).toEqual([anonymous.name]);
    expect(await engine.image(`${engine.prefix}/unused`).exists()).toBe(true);
    expect((await volumes.inspect(named.name)).name).toBe(named.name);

    const second = await prune(context, { what: ['volumes', 'images'], all: true, ...filter });
    expect(second.volumes).toEqual([named.name]);
    expect(second.images.length).toBeGreaterThan(0);
    expect(await engine.image(`${engine.prefix}/unused`).exists()).toBe(false);
  });

  it('refuses to prune the build cache by labels, before anything is removed', { timeout }, async () => {
    const { name } = await volumes.create({ labels });
    await expect(
      prune(context, { what: ['volumes', 'buildCache'], labels: [engine.label], all: true }),
    ).rejects.toMatchObject({ code: 'UNSUPPORTED' });
    expect((await volumes.inspect(name)).name).toBe(name);
    await volumes.remove(name);
  });

  it('tells what the engine is', async () => {
    const info = await engineInfo(connection, engine.lab.kind);
    expect(info).toMatchObject({
      version: expect.stringContaining(engine.lab.version.replace(/[^\d.].*$/, '')),
      apiVersion: engine.lab.apiVersion,
      os: 'linux',
      architecture: process.arch === 'x64' ? 'amd64' : process.arch,
      cgroupVersion: expect.toBeOneOf([1, 2]),
      rootless: false,
    });
    expect(info.cpus).toBeGreaterThan(0);
    expect(info.memory).toBeGreaterThan(2 ** 20);
  });

  it('tells what lies on the disk', { timeout }, async () => {
    await engine.image(`${engine.prefix}/counted`).build(engine.shell());
    const { name } = await volumes.create({ labels });
    const use = await diskUse(connection);
    for (const row of Object.values(use)) {
      expect(row.count).toBeGreaterThanOrEqual(row.active);
      expect(row.size).toBeGreaterThanOrEqual(row.reclaimable);
      expect(row.reclaimable).toBeGreaterThanOrEqual(0);
    }
    expect(use.images.count).toBeGreaterThan(1);
    expect(use.images.size).toBeGreaterThan(1_000_000);
    expect(use.volumes.count).toBeGreaterThan(0);
    await volumes.remove(name);
  });
});
