import { expect, test } from 'vitest';
import type { StatsRecord } from '../engine-api/records.ts';
import { statsFigures } from '../engine-api/stats-figures.ts';
import { podmanDialect } from './dialect.ts';

// Of Podman 5.4 on cgroup v1: one process that never sleeps, on two CPUs of which the other has nothing to do.
const sample: StatsRecord = {
  read: '2026-11-23T07:24:11.687778333Z',
  preread: '2026-11-23T07:24:06.679673129Z',
  cpu_stats: {
    cpu_usage: { total_usage: 5_111_773_371 },
    system_cpu_usage: 125_851_730_697_278,
    online_cpus: 2,
  },
  precpu_stats: { cpu_usage: { total_usage: 110_865_685 }, system_cpu_usage: 125_846_531_877_467 },
};

test.each(['4.3.1', '5.4.2'])('Podman %s: cores are CPU time over the time that passed', (version) => {
  const cores = statsFigures(podmanDialect(version).adaptStats(sample), null)?.cpu;
  expect(cores).toBeCloseTo(0.998, 2);
});

test('a first sample, which has none before it, tells no cores', () => {
  const first: StatsRecord = { ...sample, preread: '0001-01-01T00:00:00Z', precpu_stats: {} };
  expect(statsFigures(podmanDialect('5.4.2').adaptStats(first), null)?.cpu).toBeNull();
});
