import { expect, test } from 'vitest';
import { fakeContainer } from './fake-engine.test-support.ts';
import type { StatsRecord } from './records.ts';
import { cpuLimitOf, statsFigures } from './stats-figures.ts';

const sample: StatsRecord = {
  read: '2026-01-01T00:00:02Z',
  id: 'a',
  name: '/n',
  cpu_stats: { cpu_usage: { total_usage: 3e9 }, system_cpu_usage: 20e9, online_cpus: 4 },
  precpu_stats: { cpu_usage: { total_usage: 1e9 }, system_cpu_usage: 12e9, online_cpus: 4 },
  memory_stats: { usage: 1000, limit: 5000, stats: { total_inactive_file: 300, inactive_file: 1 } },
  networks: { eth0: { rx_bytes: 1, tx_bytes: 2 }, eth1: { rx_bytes: 10, tx_bytes: 20 } },
  blkio_stats: {
    io_service_bytes_recursive: [
      { op: 'Read', value: 5 },
      { op: 'Write', value: 7 },
    ],
  },
  pids_stats: { current: 3 },
};

test('figures of a sample on cgroup v1', () => {
  expect(statsFigures(sample, null)).toEqual({
    id: 'a',
    name: 'n',
    time: new Date('2026-01-01T00:00:02Z'),
    cpu: 1,
    cpuLimit: 4,
    memory: 700,
    memoryLimit: 5000,
    networkRx: 11,
    networkTx: 22,
    blockRead: 5,
    blockWrite: 7,
    pids: 3,
  });
});

test('cgroup v2 has another name for the cache and small letters for the operations', () => {
  const figures = statsFigures(
    {
      ...sample,
      memory_stats: { usage: 1000, limit: 5000, stats: { inactive_file: 400 } },
      blkio_stats: {
        io_service_bytes_recursive: [
          { op: 'read', value: 5 },
          { op: 'write', value: 7 },
        ],
      },
    },
    0.5,
  );
  expect(figures).toMatchObject({ memory: 600, blockRead: 5, blockWrite: 7, cpuLimit: 0.5 });
});

test('what the engine does not know is null, never zero', () => {
  expect(statsFigures({ read: '2026-01-01T00:00:02Z' }, null)).toMatchObject({
    cpu: null,
    cpuLimit: null,
    memory: null,
    memoryLimit: null,
    networkRx: null,
    blockRead: null,
    pids: null,
  });
});

test('the first sample of a stream has no delta', () => {
  const first = { ...sample, precpu_stats: { cpu_usage: { total_usage: 0 } } };
  expect(statsFigures(first, null)?.cpu).toBeNull();
});

test('a sample of a container that does not run is none', () => {
  expect(statsFigures({ ...sample, read: '0001-01-01T00:00:00Z' }, null)).toBeNull();
});

test.each([
  [{ NanoCpus: 1.5e9 }, 1.5],
  [{ CpuQuota: 50_000 }, 0.5],
  [{ CpuQuota: 50_000, CpuPeriod: 25_000 }, 2],
  [{ CpusetCpus: '0-2,4' }, 4],
  [{}, null],
])('the limit of %o is %s cores', (HostConfig, cores) => {
  expect(cpuLimitOf({ ...fakeContainer, HostConfig })).toBe(cores);
});
