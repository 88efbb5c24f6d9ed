import { expect, test } from 'vitest';
import { cgroupFigures } from './cgroup-figures.ts';
import { findCgroup } from './cgroup-path.ts';
import { CgroupSource } from './cgroup-source.ts';
import { FakeClock, fakeHost } from './fake-host.test-support.ts';

const id = '9927368b126239f4259f9f8d178a3afb4c396e71e813148f84cbaf7cad52a622';
const v1Mounts = `31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755
33 31 0:30 / /sys/fs/cgroup/cpu,cpuacct rw,relatime - cgroup cgroup rw,cpu,cpuacct
34 31 0:31 / /sys/fs/cgroup/cpuset rw,relatime - cgroup cgroup rw,cpuset
35 31 0:32 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory
38 31 0:35 / /sys/fs/cgroup/blkio rw,relatime - cgroup cgroup rw,blkio
39 31 0:36 / /sys/fs/cgroup/pids rw,relatime - cgroup cgroup rw,pids
41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw
`;
const v2Mounts = '29 22 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n';

const v1 = {
  '/proc/self/mountinfo': v1Mounts,
  '/proc/7/cgroup': `8:pids:/docker/${id}
7:blkio:/docker/${id}
4:memory:/docker/${id}
3:cpuset:/docker/${id}
2:cpu,cpuacct:/docker/${id}
0::/docker/${id}
`,
  [`/sys/fs/cgroup/cpu,cpuacct/docker/${id}/cpuacct.usage`]: '1165330278\n',
  [`/sys/fs/cgroup/cpu,cpuacct/docker/${id}/cpu.cfs_quota_us`]: '50000\n',
  [`/sys/fs/cgroup/cpu,cpuacct/docker/${id}/cpu.cfs_period_us`]: '100000\n',
  [`/sys/fs/cgroup/cpuset/docker/${id}/cpuset.cpus`]: '0-1\n',
  [`/sys/fs/cgroup/memory/docker/${id}/memory.usage_in_bytes`]: '6049792\n',
  [`/sys/fs/cgroup/memory/docker/${id}/memory.stat`]:
    'cache 5312512\ninactive_file 1\nhierarchical_memory_limit 67108864\ntotal_inactive_file 5292032\n',
  [`/sys/fs/cgroup/blkio/docker/${id}/blkio.throttle.io_service_bytes_recursive`]:
    '254:0 Read 4096\n254:0 Write 8192\n254:0 Sync 1\n254:0 Total 12288\n254:16 Read 1000\n254:16 Write 2000\nTotal 15288\n',
  [`/sys/fs/cgroup/pids/docker/${id}/pids.current`]: '3\n',
};

const folder = `/sys/fs/cgroup/machine.slice/libpod-${id}.scope`;
const v2 = {
  '/proc/self/mountinfo': v2Mounts,
  '/proc/7/cgroup': `0::/machine.slice/libpod-${id}.scope/container\n`,
  [`${folder}/cpu.stat`]: 'usage_usec 1165330\nuser_usec 1120000\nsystem_usec 45330\n',
  [`${folder}/cpu.max`]: '150000 100000\n',
  [`${folder}/memory.current`]: '6049792\n',
  [`${folder}/memory.max`]: 'max\n',
  [`${folder}/memory.stat`]: 'anon 65536\nfile 5312512\ninactive_file 5292032\nactive_file 20480\n',
  [`${folder}/io.stat`]:
    '254:0 rbytes=4096 wbytes=8192 rios=1 wios=2 dbytes=0 dios=0\n254:16 rbytes=1000 wbytes=2000 rios=1 wios=1\n',
  [`${folder}/pids.current`]: '3\n',
};

const same = { memory: 757_760, blockRead: 5096, blockWrite: 10_192, pids: 3 };

test('v1: a folder for each controller, and figures from its files', () => {
  const host = fakeHost(v1);
  const folders = findCgroup(host, 7, id);
  expect(folders).toMatchObject({ version: 1, memory: `/sys/fs/cgroup/memory/docker/${id}` });
  expect(folders && cgroupFigures(host, folders)).toEqual({
    ...same,
    cpuTime: 1_165_330_278,
    cpuLimit: 0.5,
    memoryLimit: 67_108_864,
  });
});

test('v2: one folder, that of the container and not of what is in it; the same words and units', () => {
  const host = fakeHost(v2);
  const folders = findCgroup(host, 7, id);
  expect(folders).toEqual({ version: 2, folder });
  expect(folders && cgroupFigures(host, folders)).toEqual({
    ...same,
    cpuTime: 1_165_330_000,
    cpuLimit: 1.5,
    memoryLimit: null,
  });
});

test('v1 without limits: the cores of its set, and no memory limit', () => {
  const memory = `/sys/fs/cgroup/memory/docker/${id}`;
  const host = fakeHost({
    ...v1,
    [`/sys/fs/cgroup/cpu,cpuacct/docker/${id}/cpu.cfs_quota_us`]: '-1\n',
    [`/sys/fs/cgroup/cpuset/docker/${id}/cpuset.cpus`]: '0-2,5\n',
    [`${memory}/memory.stat`]: 'hierarchical_memory_limit 9223372036854771712\ntotal_inactive_file 0\n',
  });
  const folders = findCgroup(host, 7, id);
  expect(folders && cgroupFigures(host, folders)).toMatchObject({ cpuLimit: 4, memoryLimit: null });
});

test.each([
  [
    'the process is of another container',
    { '/proc/7/cgroup': v1['/proc/7/cgroup'].replaceAll('9927', '0000') },
  ],
  ['there is no such process', { '/proc/7/cgroup': '' }],
  ['nothing is mounted', { '/proc/self/mountinfo': '' }],
  [
    'we are in a namespace that does not have it',
    { '/proc/self/mountinfo': v1Mounts.replaceAll(' / /sys', ' /docker/ffff /sys') },
  ],
  [
    'the unified hierarchy has no controllers',
    { '/proc/7/cgroup': `0::/docker/${id}\n`, '/proc/self/mountinfo': v1Mounts },
  ],
])('it is not to be seen here when %s', (_, files) => {
  expect(findCgroup(fakeHost({ ...v1, ...files }), 7, id)).toBeNull();
});

test('a mount of a part of the hierarchy shows what is below it', () => {
  const mounts = '29 22 0:26 /machine.slice /cg rw - cgroup2 cgroup2 rw\n';
  const below = `/cg/libpod-${id}.scope`;
  const host = fakeHost({ ...v2, '/proc/self/mountinfo': mounts, [`${below}/memory.current`]: '1\n' });
  expect(findCgroup(host, 7, id)).toEqual({ version: 2, folder: below });
});

test('a group that is gone has no figures', () => {
  expect(cgroupFigures(fakeHost({}), { version: 2, folder: '/gone' })).toBeNull();
});

const container = {
  id,
  name: 'web',
  image: 'redis:7',
  project: null,
  service: null,
  pid: 7,
  restartCount: 0,
  hostNetwork: false,
};

test('where a group has no limit, the machine is one; network is that of the process', async () => {
  const dev = `h\nh
    lo: 9 0 0 0 0 0 0 0 9 0 0 0 0 0 0 0
  eth0: 100 1 0 0 0 0 0 0 200 1 0 0 0 0 0 0
  eth1: 1 1 0 0 0 0 0 0 2 1 0 0 0 0 0 0
`;
  const files = { ...v2, '/proc/7/net/dev': dev, '/proc/meminfo': 'MemTotal: 1000 kB\n' };
  const source = new CgroupSource(fakeHost(files), new FakeClock());
  const [sample] = await source.sample([container]);
  expect(sample?.figures).toEqual({
    ...same,
    time: new Date(0),
    cpu: null,
    cpuSeconds: 1.16533,
    cpuLimit: 1.5,
    memoryLimit: 1_024_000,
    networkRx: 101,
    networkTx: 202,
  });
  const [onHost] = await source.sample([{ ...container, hostNetwork: true }]);
  expect(onHost?.figures).toMatchObject({ networkRx: null, networkTx: null });
});

test('a container without any interface has no network figures', async () => {
  const files = { ...v2, '/proc/7/net/dev': 'h\nh\n    lo: 9 0 0 0 0 0 0 0 9 0 0 0 0 0 0 0\n' };
  const [sample] = await new CgroupSource(fakeHost(files), new FakeClock()).sample([container]);
  expect(sample?.figures).toMatchObject({ networkRx: null, networkTx: null });
});
