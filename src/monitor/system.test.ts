import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FakeClock, fakeHost } from './fake-host.test-support.ts';
import { type HostAccess, nodeHost } from './host-access.ts';
import { parseCpuTimes, parseInterfaces, parseLoad, parseMemory, parsePressure } from './proc.ts';
import { Rate } from './rate.ts';
import { SystemSampler } from './system-sampler.ts';

const netDev = (rx: number, tx: number): string =>
  `Inter-|   Receive                  |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
    lo:   99999      10    0    0    0     0          0         0    99999      10    0    0    0     0       0          0
  eth0: ${rx}      10    0    0    0     0          0         0 ${tx}      12    0    0    0     0       0          0
docker0:   77777      10    0    0    0     0          0         0    77777      10    0    0    0     0       0          0
`;
const links = {
  '/sys/class/net/eth0': '../../devices/pci0000:00/0000:00:03.0/virtio2/net/eth0',
  '/sys/class/net/docker0': '../../devices/virtual/net/docker0',
};

function sampler(host: HostAccess, clock = new FakeClock()): SystemSampler {
  return new SystemSampler({ host, clock, disks: ['/'] });
}

describe('Linux', () => {
  test('the CPU share is that between two samples; waiting for a disk is idle, steal is not', () => {
    const files = { '/proc/stat': 'cpu  100 0 100 800 0 0 0 0 50 0\ncpu0 1 1 1\ncpu1 1 1 1\n' };
    const system = sampler(fakeHost(files));
    expect(system.sample()).toMatchObject({ cpus: 2, cpuPercent: null });
    files['/proc/stat'] = 'cpu  110 0 110 850 10 0 10 10 90 0\ncpu0 1 1 1\ncpu1 1 1 1\n';
    // 100 ticks went by: 10 user, 10 system, 10 softirq, 10 steal, 50 idle, 10 iowait.
    expect(system.sample().cpuPercent).toBe(40);
    expect(system.sample().cpuPercent).toBeNull();
  });

  test('an iowait that goes back makes no share beyond 100 percent', () => {
    const files = { '/proc/stat': 'cpu  0 0 0 0 100 0 0 0 0 0\n' };
    const system = sampler(fakeHost(files));
    system.sample();
    files['/proc/stat'] = 'cpu  50 0 0 0 90 0 0 0 0 0\n';
    expect(system.sample().cpuPercent).toBe(100);
  });

  test('used memory is what is not available', () => {
    const meminfo =
      'MemTotal:       1000 kB\nMemFree:         100 kB\nMemAvailable:    600 kB\nSwapTotal: 5 kB\n';
    expect(sampler(fakeHost({ '/proc/meminfo': meminfo })).sample()).toMatchObject({
      memoryTotal: 1_024_000,
      memoryUsed: 409_600,
      memoryPercent: 40,
    });
  });

  test('a disk is as full as df says, and the fullest counts', () => {
    const spaces = {
      '/': { total: 1000, free: 300, available: 200 },
      '/var': { total: 100, free: 5, available: 0 },
    };
    const host = fakeHost({}, { diskSpace: (path) => spaces[path as '/'] ?? null });
    const system = new SystemSampler({ host, clock: new FakeClock(), disks: ['/', '/var', '/none'] });
    const { disks, diskPercent } = system.sample();
    expect(disks).toEqual([
      { path: '/', total: 1000, used: 700, available: 200, percent: (100 * 700) / 900 },
      { path: '/var', total: 100, used: 95, available: 0, percent: 100 },
    ]);
    expect(diskPercent).toBe(100);
  });

  test('network counts real interfaces, with rates from two samples', () => {
    const files = { '/proc/net/dev': netDev(1000, 500) };
    const clock = new FakeClock();
    const system = sampler(fakeHost(files, { links }), clock);
    expect(system.sample().network).toEqual({ rx: 1000, tx: 500, rxRate: null, txRate: null });
    clock.pass(2000);
    files['/proc/net/dev'] = netDev(5000, 500);
    expect(system.sample().network).toEqual({ rx: 5000, tx: 500, rxRate: 2000, txRate: 0 });
    // The interface came up anew.
    clock.pass(2000);
    files['/proc/net/dev'] = netDev(10, 600);
    expect(system.sample().network).toEqual({ rx: 10, tx: 600, rxRate: null, txRate: 50 });
  });

  test('in a container, where no interface is real, all but loopback count', () => {
    const host = fakeHost({ '/proc/net/dev': netDev(1000, 500) });
    expect(sampler(host).sample().network).toMatchObject({ rx: 78_777, tx: 78_277 });
  });

  test('pressure is there where the kernel has it', () => {
    const text =
      'some avg10=1.50 avg60=2.00 avg300=3.25 total=6500\nfull avg10=0.00 avg60=0.10 avg300=0.00 total=1000\n';
    const host = fakeHost({
      '/proc/pressure/memory': text,
      '/proc/pressure/cpu': `${text.split('\n')[0]}\n`,
    });
    expect(sampler(host).sample().pressure).toEqual({
      cpu: { some: { avg10: 1.5, avg60: 2, avg300: 3.25, total: 6.5 }, full: null },
      memory: {
        some: { avg10: 1.5, avg60: 2, avg300: 3.25, total: 6.5 },
        full: { avg10: 0, avg60: 0.1, avg300: 0, total: 1 },
      },
      io: null,
    });
    expect(sampler(fakeHost({})).sample().pressure).toBeNull();
  });
});

describe('elsewhere the unknown is null, never zero', () => {
  test('macOS: what Node knows of it; memory in use is not', () => {
    let [busy, total] = [0, 0];
    const host = fakeHost(
      { '/proc/meminfo': 'MemTotal: 1 kB\n' },
      { platform: 'darwin', cpuTimes: () => ({ cpus: 8, busy, total }) },
    );
    const system = sampler(host);
    system.sample();
    [busy, total] = [30, 120];
    expect(system.sample()).toMatchObject({
      cpus: 8,
      cpuPercent: 25,
      load: [0.1, 0.2, 0.3],
      memoryTotal: 16_000,
      memoryUsed: null,
      memoryPercent: null,
      disks: [],
      diskPercent: null,
      network: null,
      pressure: null,
    });
  });

  test('Windows: memory is known, load is not', () => {
    expect(sampler(fakeHost({}, { platform: 'win32' })).sample()).toMatchObject({
      memoryTotal: 16_000,
      memoryUsed: 12_000,
      memoryPercent: 75,
      load: null,
    });
  });
});

test('this machine has figures', () => {
  const system = new SystemSampler({ host: nodeHost, clock: new FakeClock(), disks: ['/'] }).sample();
  expect(system.memoryTotal).toBeGreaterThan(2 ** 27);
  expect(system.cpus).toBeGreaterThan(0);
  expect(system.diskPercent).toBeGreaterThan(0);
});

test('files that are cut or strange are unknown, and throw nothing', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[cpu some\d:.\n=avg]{0,60}$/)), (text) => {
      parseCpuTimes(text);
      parseMemory(text);
      parseLoad(text);
      parseInterfaces(text);
      parsePressure(text);
    }),
  );
  expect(parseInterfaces('  eth0:123 1 1 1 1 1 1 1 456 1\n eth0:1: 7 1 1 1 1 1 1 1 8\n')).toEqual(
    new Map([
      ['eth0', { rx: 123, tx: 456 }],
      ['eth0:1', { rx: 7, tx: 8 }],
    ]),
  );
});

test('a rate is the growth over the time, whatever the steps', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(1e9), fc.integer({ min: 1, max: 1e6 })), { minLength: 1 }),
      (steps) => {
        const rate = new Rate();
        let [value, time] = [0, 0];
        expect(rate.next(value, time)).toBeNull();
        for (const [growth, passed] of steps) {
          value += growth;
          time += passed;
          expect(rate.next(value, time)).toBeCloseTo((growth / passed) * 1000, 3);
        }
      },
    ),
  );
});
