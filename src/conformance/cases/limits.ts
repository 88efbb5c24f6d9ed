import { fail } from 'node:assert/strict';
import type { ResourceLimits } from '../../core/index.ts';
import type { ConformanceCase, ConformanceContext } from '../case.ts';
import { equal, includes, ok } from '../expect.ts';

const MiB = 1024 * 1024;

/** Limits that are really enforced, and walls that really stand. */
export const limitCases: readonly ConformanceCase[] = [
  {
    name: 'limits: memory is enforced by killing what takes more',
    needs: ['memory'],
    run: async (t) => {
      const resources = strict(t, 32 * MiB);
      const child = await t.shell('tail /dev/zero; echo "code $?"', { resources });
      equal(child.stdout, 'code 137\n', 'exit code of a child that took too much');
      const whole = await t.run({ command: ['tail', '/dev/zero'], resources });
      equal(whole.exitCode, 137, 'exit code of a main process that took too much');
      equal((await t.backend.inspect(whole.id)).spec.resources?.memory, 32 * MiB, 'limit in inspect');
    },
  },
  {
    name: 'limits: an OOM kill is told from any other kill',
    needs: ['memory', 'oomReport'],
    run: async (t) => {
      const { id } = await t.run({ command: ['tail', '/dev/zero'], resources: strict(t, 32 * MiB) });
      equal((await t.backend.inspect(id)).oomKilled, true, 'oomKilled after an OOM kill');
      const other = await t.idle({ resources: { memory: 32 * MiB } });
      await t.backend.kill(other);
      await t.backend.wait(other);
      equal((await t.backend.inspect(other)).oomKilled, false, 'oomKilled after a kill by hand');
    },
  },
  {
    name: 'limits: memory with swap is what the kernel was told',
    needs: ['memory', 'memorySwap'],
    run: async (t) => {
      const run = await t.shell(
        'cat /sys/fs/cgroup/memory/memory.memsw.limit_in_bytes 2>/dev/null || cat /sys/fs/cgroup/memory.swap.max',
        { resources: { memory: 64 * MiB, memorySwap: 96 * MiB } },
      );
      ok(
        [String(96 * MiB), String(32 * MiB)].includes(run.stdout.trim()),
        `the kernel's limit of memory and swap (or of swap alone): ${run.stdout}${run.stderr}`,
      );
    },
  },
  {
    name: 'limits: the number of processes',
    needs: ['pids'],
    run: async (t) => {
      const run = await t.shell('for i in $(seq 20); do sleep 5 & done; echo all', {
        resources: { pids: 8 },
      });
      ok(!run.stdout.includes('all'), `20 processes fit into a limit of 8: ${run.stdout}`);
      includes(run.stderr, 'fork', 'the shell says why');
    },
  },
  {
    name: 'limits: cores are enforced by throttling',
    needs: ['cpu'],
    alone: true,
    run: async (t) => {
      const script =
        'timeout 2 sh -c "while :; do :; done"; cat /sys/fs/cgroup/cpu/cpu.stat 2>/dev/null || cat /sys/fs/cgroup/cpu.stat';
      const run = await t.shell(script, { resources: { cpus: 0.05 } });
      const throttled = Number(/nr_throttled (\d+)/.exec(run.stdout)?.[1] ?? Number.NaN);
      ok(
        throttled >= 1,
        `times that the kernel held it back in two seconds: ${throttled}\n${run.stdout}${run.stderr}`,
      );
      const spec = { resources: { cpuQuota: 30_000, cpuPeriod: 60_000, cpuShares: 512 } };
      const told = await t.shell(
        'cat /sys/fs/cgroup/cpu/cpu.cfs_quota_us /sys/fs/cgroup/cpu/cpu.cfs_period_us 2>/dev/null || cat /sys/fs/cgroup/cpu.max',
        spec,
      );
      equal(told.stdout.trim().replace(/\s+/g, ' '), '30000 60000', 'quota and period');
    },
  },
  {
    name: 'limits: storage of the writable layer',
    needs: ['storage'],
    run: async (t) => {
      const run = await t.shell('dd if=/dev/zero of=/big bs=1M count=64', {
        resources: { storage: 16 * MiB },
      });
      ok(run.exitCode !== 0, 'writing more than the limit fails');
      includes(run.stderr, 'No space', 'and says why');
    },
  },
  {
    name: 'limits: shared memory, open files and other ulimits',
    run: async (t) => {
      const run = await t.shell('df -k /dev/shm | tail -n 1; ulimit -n; ulimit -Hn', {
        resources: {
          shmSize: 8 * MiB,
          ulimits: { nofile: { soft: 64, hard: 128 }, nproc: { soft: 500, hard: 500 } },
        },
      });
      const [shm = '', soft, hard] = run.stdout.trim().split('\n');
      equal(shm.trim().split(/\s+/)[1], '8192', 'KiB of /dev/shm');
      equal(soft, '64', 'soft limit of open files');
      equal(hard, '128', 'hard limit of open files');
    },
  },
  {
    name: 'limits: update changes them while it runs',
    needs: ['update', 'memory', 'exec'],
    run: async (t) => {
      const id = await t.idle({ resources: { memory: 64 * MiB, memorySwap: 64 * MiB } });
      await t.backend.update(id, { resources: { memory: 48 * MiB, memorySwap: 48 * MiB } });
      const { stdout } = await t.backend.execCapture(id, {
        command: [
          'sh',
          '-c',
          'cat /sys/fs/cgroup/memory/memory.limit_in_bytes 2>/dev/null || cat /sys/fs/cgroup/memory.max',
        ],
      });
      equal(stdout.trim(), String(48 * MiB), "the kernel's limit");
      equal((await t.backend.inspect(id)).spec.resources?.memory, 48 * MiB, 'limit in inspect');
      equal((await t.backend.inspect(id)).status, 'running', 'status');
    },
  },
  {
    name: 'limits: a read-only root keeps writers out',
    needs: ['readOnlyRoot'],
    run: async (t) => {
      const run = await t.shell('touch /file', { readOnly: true });
      ok(run.exitCode !== 0, 'writing to the root fails');
      includes(run.stderr, 'Read-only', 'and says why');
    },
  },
  {
    name: 'limits: tmpfs is memory with the size and mode asked for, also on a read-only root',
    needs: ['tmpfs', 'readOnlyRoot'],
    run: async (t) => {
      const run = await t.shell(
        'grep " /scratch " /proc/mounts; touch /scratch/file; stat -c %a /scratch; dd if=/dev/zero of=/scratch/big bs=1M count=16',
        { readOnly: true, volumes: [{ type: 'tmpfs', target: '/scratch', size: 4 * MiB, mode: 0o1770 }] },
      );
      includes(run.stdout, 'tmpfs /scratch tmpfs', 'it is a tmpfs');
      includes(run.stdout, '1770\n', 'its mode');
      includes(run.stderr, 'No space', 'more than its size does not fit');
    },
  },
  {
    name: 'limits: capabilities are added and dropped',
    run: async (t) => {
      const effective = async (spec: object): Promise<bigint> => {
        const { stdout } = await t.shell('grep CapEff /proc/self/status', spec);
        return BigInt(`0x${stdout.trim().split(/\s+/)[1]}`);
      };
      const [chown, netAdmin] = [1n << 0n, 1n << 12n];
      const plain = await effective({});
      ok((plain & chown) !== 0n && (plain & netAdmin) === 0n, `default capabilities: ${plain.toString(16)}`);
      const added = await effective({ capAdd: ['NET_ADMIN'], capDrop: ['CHOWN'] });
      ok((added & netAdmin) !== 0n, 'NET_ADMIN was added');
      ok((added & chown) === 0n, 'CHOWN was dropped');
      equal(await effective({ capDrop: ['ALL'] }), 0n, 'capabilities after all were dropped');
    },
  },
  {
    name: 'limits: privileged is all capabilities',
    needs: ['privileged'],
    run: async (t) => {
      const { stdout } = await t.shell('grep CapEff /proc/self/status', { privileged: true });
      const mask = BigInt(`0x${stdout.trim().split(/\s+/)[1]}`);
      ok((mask & (1n << 21n)) !== 0n, `SYS_ADMIN is among them: ${mask.toString(16)}`);
    },
  },
  {
    name: 'limits: devices of the host',
    run: async (t) => {
      const run = await t.shell('test -c /dev/odd && head -c 4 /dev/odd | wc -c', {
        devices: [{ source: '/dev/zero', target: '/dev/odd', permissions: 'r' }],
      });
      equal(run.stdout.trim(), '4', 'bytes read from the device');
    },
  },
  {
    name: 'limits: a GPU is inside when asked for',
    needs: ['gpus'],
    run: async (t) => {
      const run = await t.shell('ls /dev', { gpus: [{ count: -1, capabilities: [['gpu']] }] });
      ok(/nvidia|dxg|dri|kfd/.test(run.stdout), `devices inside: ${run.stdout}`);
    },
  },
  {
    name: 'limits: no checkpoint is promised',
    needs: ['checkpoint'],
    run: async () => fail('the contract has no verb for checkpoints yet, so no engine can promise them'),
  },
];

/** A memory limit that no swap softens, where the engine can say so. */
function strict(t: ConformanceContext, memory: number): ResourceLimits {
  return t.capabilities.memorySwap.supported ? { memory, memorySwap: memory } : { memory };
}
