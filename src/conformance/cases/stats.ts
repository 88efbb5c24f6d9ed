import type { ContainerStats } from '../../core/index.ts';
import type { ConformanceCase, ConformanceContext } from '../case.ts';
import { collect, deepEqual, equal, failsWith, ok, within } from '../expect.ts';

const MiB = 1024 * 1024;

/** Figures that agree with what the kernel says inside. */
export const statsCases: readonly ConformanceCase[] = [
  {
    name: "stats: memory is the kernel's figure without its reclaimable cache",
    needs: ['stats', 'exec'],
    run: async (t) => {
      const hold =
        'dd if=/dev/zero of=/tmp/cache bs=1M count=32 2>/dev/null; cat /tmp/cache > /dev/null; x=$(head -c 8000000 /dev/zero | tr "\\0" x); echo ready; trap "exit 0" TERM; while :; do sleep 3600 & wait $!; done';
      const id = await t.start({ command: ['sh', '-c', hold] });
      await t.outputWith(id, 'ready');
      const { stdout } = await t.backend.execCapture(id, {
        command: [
          'sh',
          '-c',
          'cd /sys/fs/cgroup; if [ -d memory ]; then cat memory/memory.usage_in_bytes; grep -w total_inactive_file memory/memory.stat; grep -w total_rss memory/memory.stat; else cat memory.current; grep -w inactive_file memory.stat; grep -w anon memory.stat; fi',
        ],
      });
      const [usage = Number.NaN, inactive = Number.NaN, anonymous = Number.NaN] =
        stdout.match(/\d+/g)?.map(Number) ?? [];
      const [sample] = await collect(t.backend.stats(id, { once: true }));
      ok(sample?.memory, `memory in the sample: ${JSON.stringify(sample)}`);
      const { memory } = sample;
      // Engines that tell nothing of the cache give the anonymous memory alone.
      const near = (figure: number): boolean => Math.abs(memory - figure) < 4 * MiB;
      ok(
        near(usage - inactive) || near(anonymous),
        `memory is ${memory}; the kernel says ${usage} with ${inactive} reclaimable, ${anonymous} of it anonymous`,
      );
    },
  },
  {
    name: 'stats: CPU is cores in use, as the kernel counts them for a busy one and an idle one',
    needs: ['stats'],
    run: async (t) => {
      const usage =
        'if [ -e /sys/fs/cgroup/cpuacct/cpuacct.usage ]; then read u < /sys/fs/cgroup/cpuacct/cpuacct.usage; else u=$(grep usage_usec /sys/fs/cgroup/cpu.stat | tr -dc 0-9)000; fi; echo $u';
      const busy = await t.start({
        command: ['sh', '-c', `while :; do i=0; while [ $i -lt 5000 ]; do i=$((i+1)); done; ${usage}; done`],
      });
      const idle = await t.idle();
      const [samples, [low]] = await within(
        30_000,
        Promise.all([cpuSamples(t, busy, 4), cpuSamples(t, idle, 2)]),
        'CPU figures',
      );
      const kernel = await readingsUntil(t, busy, samples.at(-1)?.time ?? new Date(0));
      for (const [index, { time, cpu }] of samples.entries()) {
        const before = samples[index - 1];
        if (before === undefined) continue;
        const wanted = slope(kernel, before.time.getTime() / 1000, time.getTime() / 1000);
        ok(
          cpu > wanted * 0.7 && cpu < wanted * 1.4,
          `cores in use are ${cpu}; the kernel says ${wanted} for the same second`,
        );
      }
      ok(low && low.cpu < 0.1, `one that sleeps uses none: ${low?.cpu}`);
    },
  },
  {
    name: 'stats: limits, processes and network',
    needs: ['stats', 'memory'],
    run: async (t) => {
      const id = await t.start({
        command: ['sh', '-c', 'sleep 3605 & sleep 3605 & echo ready; exec sleep 3605'],
        resources: { memory: 64 * MiB },
      });
      await t.outputWith(id, 'ready');
      const { id: full, name } = await t.backend.inspect(id);
      const [sample] = await collect(t.backend.stats(id, { once: true }));
      ok(sample, 'a sample');
      equal(sample.id, full, 'id');
      equal(sample.name, name, 'name');
      equal(sample.memoryLimit, 64 * MiB, 'memory limit');
      ok(sample.pids === null || sample.pids === 3, `processes: ${sample.pids}`);
      ok(sample.cpuLimit === null || sample.cpuLimit > 0, `cores it may use: ${sample.cpuLimit}`);
      ok(Math.abs(sample.time.getTime() - Date.now()) < 600_000, `time: ${sample.time.toISOString()}`);
    },
  },
  {
    name: 'stats: network bytes grow with traffic',
    needs: ['stats', 'networking'],
    run: async (t) => {
      const network = await t.network();
      const server = await t.start({
        command: ['sh', '-c', 'while :; do nc -l -p 7000 -e head -c 3000000 /dev/zero; done'],
        networks: { [network]: {} },
      });
      const address = (await t.backend.inspect(server)).networks[0]?.ipv4Address;
      const fetch = `until [ $(nc -w 2 ${address} 7000 | wc -c) = 3000000 ]; do sleep 0.1; done`;
      const client = await t.start({
        command: ['sh', '-c', `${fetch}; echo received; exec sleep 3606`],
        networks: { [network]: {} },
      });
      await t.outputWith(client, 'received');
      const [sent] = await collect(t.backend.stats(server, { once: true }));
      const [received] = await collect(t.backend.stats(client, { once: true }));
      ok(sent && (sent.networkTx === null || sent.networkTx > 3_000_000), `bytes sent: ${sent?.networkTx}`);
      ok(
        received && (received.networkRx === null || received.networkRx > 3_000_000),
        `bytes received: ${received?.networkRx}`,
      );
    },
  },
  {
    name: 'stats: the stream goes on once a second, ends with the container and can be left',
    needs: ['stats'],
    run: async (t) => {
      const id = await t.idle();
      let count = 0;
      const read = async (): Promise<void> => {
        for await (const _ of t.backend.stats(id)) {
          count += 1;
          if (count === 2) await t.backend.kill(id);
        }
      };
      await within(20_000, read(), 'stats of a container that ends');
      ok(count >= 2, `samples: ${count}`);
      const other = await t.idle();
      const first = async (): Promise<ContainerStats | undefined> => {
        for await (const sample of t.backend.stats(other)) return sample;
        return undefined;
      };
      ok(await within(10_000, first(), 'leaving the loop'), 'a sample before the loop was left');
    },
  },
  {
    name: 'stats: of several in one batch',
    needs: ['stats'],
    run: async (t) => {
      const ids = await Promise.all([t.idle(), t.idle()]);
      const wanted = await Promise.all(ids.map(async (id) => (await t.backend.inspect(id)).id));
      const batches = async (): Promise<string[]> => {
        for await (const batch of t.backend.statsAll({ ids })) {
          if (batch.length === 2) return batch.map(({ id }) => id).sort();
        }
        return [];
      };
      deepEqual(await within(20_000, batches(), 'a batch of both'), wanted.sort(), 'ids in the batch');
      const [all = []] = await within(20_000, collect(t.backend.statsAll({ once: true })), 'a batch of all');
      for (const id of wanted)
        ok(
          all.some((sample) => sample.id === id),
          `${id} is among all`,
        );
      const idle = await t.create();
      const some = collect(t.backend.statsAll({ ids: [...ids, idle], once: true }));
      const [batch = []] = await within(20_000, some, 'a batch with one that does not run');
      deepEqual(batch.map(({ id }) => id).sort(), wanted, 'ids of those that run');
    },
  },
  {
    name: 'stats: can be cancelled',
    needs: ['stats'],
    run: async (t) => {
      const id = await t.idle();
      const abort = new AbortController();
      const read = async (): Promise<void> => {
        for await (const _ of t.backend.stats(id, { signal: abort.signal })) abort.abort();
      };
      await failsWith('CANCELLED', () => within(10_000, read(), 'cancelled stats'), 'cancelled stats');
    },
  },
];

async function cpuSamples(
  t: ConformanceContext,
  id: string,
  count: number,
): Promise<{ time: Date; cpu: number }[]> {
  const samples: { time: Date; cpu: number }[] = [];
  for await (const { time, cpu } of t.backend.stats(id)) {
    if (cpu !== null) samples.push({ time, cpu });
    if (samples.length === count) break;
  }
  return samples;
}

interface Reading {
  seconds: number;
  used: number;
}

/** What the container printed of the kernel's counter, until after `moment`. */
async function readingsUntil(t: ConformanceContext, id: string, moment: Date): Promise<Reading[]> {
  const readings: Reading[] = [];
  for await (const { time, line } of t.backend.logs(id, { follow: true, signal: t.signal })) {
    readings.push({ seconds: (time?.getTime() ?? Number.NaN) / 1000, used: Number(line) / 1e9 });
    if (time === null || time > moment) break;
  }
  return readings;
}

/** Cores in use between two moments, by readings of the kernel's counter. */
function slope(readings: readonly Reading[], from: number, to: number): number {
  const at = (moment: number): number => {
    const next = readings.findIndex(({ seconds }) => seconds >= moment);
    const [a, b] = [readings[next - 1], readings[next]];
    if (a === undefined || b === undefined) return Number.NaN;
    return a.used + ((b.used - a.used) * (moment - a.seconds)) / (b.seconds - a.seconds);
  };
  return (at(to) - at(from)) / (to - from);
}
