import { expect, test, vi } from 'vitest';
import type { ContainerResources } from '../../../src/core/index.ts';
import { ResourceMonitor } from '../../../src/monitor/index.ts';
import { onEachEngine } from './engines.ts';

const MiB = 2 ** 20;
const patience = { timeout: 40_000, interval: 200 };
/** Holds 8 MiB, then uses all the CPU that it is given. */
const busy = ['sh', '-c', `x=$(head -c ${8 * MiB} /dev/zero | tr "\\0" x); while :; do :; done`];

// Four engines on a busy machine take their time.
vi.setConfig({ testTimeout: 120_000 });

await onEachEngine(['docker-20.10', 'docker-newest', 'podman-4.3', 'podman-5.4'], (engine) => {
  test('the kernel’s files and the engine’s stream say the same of one container', async () => {
    await using bench = await engine.open();
    const id = await bench.start({ entrypoint: busy, resources: { cpus: 0.3, memory: 96 * MiB } });
    await using files = new ResourceMonitor({ backends: [bench.backend] });
    await using stream = new ResourceMonitor({ backends: [bench.backend], source: 'engine' });
    const both = async (): Promise<[ContainerResources, ContainerResources]> => {
      const snapshots = await Promise.all([files.sample(), stream.sample()]);
      const [read, told] = snapshots.map(({ containers }) => containers.find((one) => one.id === id));
      if (read === undefined || told === undefined) throw new Error('the container is in both');
      return [read, told];
    };
    await expect
      .poll(async () => (await both()).map((one) => (one.memory ?? 0) > 7 * MiB), patience)
      .toEqual([true, true]);
    expect(files.snapshot()?.engines).toMatchObject([{ source: 'cgroup', error: null }]);
    expect(stream.snapshot()?.engines).toMatchObject([{ source: 'engine', error: null }]);
    // Several seconds, so that both have a few of the kernel's scheduling periods to look at.
    await new Promise((resolve) => setTimeout(resolve, 4000));
    const [read, told] = await both();
    expect(read).toMatchObject({ name: told.name, engine: bench.backend.address, pids: told.pids });
    expect([read.memoryLimit, told.memoryLimit]).toEqual([96 * MiB, 96 * MiB]);
    expect(read.cpuLimit).toBeCloseTo(0.3);
    expect(Math.abs((read.memory ?? 0) - (told.memory ?? 0))).toBeLessThan(2 * MiB);
    // Cores in both, not percent of one or of all, and never much beyond the limit; on a busy machine it may be less.
    for (const { cpu } of [read, told]) {
      expect(cpu).toBeGreaterThan(0.005);
      expect(cpu).toBeLessThan(0.5);
    }
    expect((read.cpu ?? 0) / (told.cpu ?? 0)).toBeGreaterThan(1 / 3);
    expect((read.cpu ?? 0) / (told.cpu ?? 0)).toBeLessThan(3);
    expect(read.cpuPercent).toBe(100 * (read.cpu ?? 0));
    expect([read.blockRead, read.blockWrite].map((bytes) => bytes !== null)).toEqual([true, true]);
  });

  test('network bytes count from the container’s side in both', async () => {
    await using bench = await engine.open();
    const server = await bench.start({
      entrypoint: ['sh', '-c', 'sleep 3600 | nc -l -p 7000 >/dev/null'],
    });
    const { networks } = await bench.backend.inspect(server);
    const address = networks.find(({ ipv4Address }) => ipv4Address !== null)?.ipv4Address?.split('/')[0];
    const client = await bench.start({
      entrypoint: [
        'sh',
        '-c',
        `until head -c ${4 * MiB} /dev/zero | nc ${address} 7000; do sleep 0.2; done; sleep 3600`,
      ],
    });
    for (const source of ['cgroup', 'engine'] as const) {
      await using monitor = new ResourceMonitor({ backends: [bench.backend], source });
      const figures = async (id: string): Promise<ContainerResources | undefined> =>
        (await monitor.sample()).containers.find((one) => one.id === id);
      const isMuch = (bytes: number | null | undefined): boolean => (bytes ?? 0) > 4 * MiB;
      await expect.poll(async () => isMuch((await figures(client))?.networkTx), patience).toBe(true);
      await expect.poll(async () => isMuch((await figures(server))?.networkRx), patience).toBe(true);
      expect(isMuch((await figures(client))?.networkRx)).toBe(false);
      expect(isMuch((await figures(server))?.networkTx)).toBe(false);
    }
  });

  test('a container on the machine’s network has no network figures of its own', async () => {
    await using bench = await engine.open();
    const id = await bench.start({ networkMode: 'host' });
    await using monitor = new ResourceMonitor({ backends: [bench.backend] });
    const container = (await monitor.sample()).containers.find((one) => one.id === id);
    expect(container).toMatchObject({ networkRx: null, networkTx: null });
    expect(container?.memory).toBeGreaterThan(0);
  });

  test('a container that its engine restarts goes on under its name', async () => {
    await using bench = await engine.open();
    const id = await bench.start({
      entrypoint: ['sh', '-c', 'sleep 2; exit 1'],
      restart: { name: 'always' },
    });
    await using monitor = new ResourceMonitor({ backends: [bench.backend] });
    const restarts = async (): Promise<number | null | undefined> =>
      (await monitor.sample()).containers.find((one) => one.id === id)?.restartCount;
    await expect.poll(restarts, patience).toBeGreaterThan(0);
    await bench.backend.remove(id, { force: true });
    await expect.poll(restarts, patience).toBeUndefined();
  });
});
