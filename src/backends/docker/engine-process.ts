import { fs } from '../../transport/builtin.ts';

const names =
  'CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID SETUID SETPCAP LINUX_IMMUTABLE NET_BIND_SERVICE ' +
  'NET_BROADCAST NET_ADMIN NET_RAW IPC_LOCK IPC_OWNER SYS_MODULE SYS_RAWIO SYS_CHROOT SYS_PTRACE SYS_PACCT SYS_ADMIN ' +
  'SYS_BOOT SYS_NICE SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG MKNOD LEASE AUDIT_WRITE AUDIT_CONTROL SETFCAP MAC_OVERRIDE ' +
  'MAC_ADMIN SYSLOG WAKE_ALARM BLOCK_SUSPEND AUDIT_READ PERFMON BPF CHECKPOINT_RESTORE';

/**
 * The kernel capabilities that the engine's own process lacks, and so cannot give to a container. Empty when it lacks
 * none, and when it cannot be seen from here (another host, a VM, another user's /proc).
 */
export async function lackedKernelCapabilities(address: string): Promise<readonly string[]> {
  const socket = /^unix:\/\/(.+)\.sock$/.exec(address)?.[1];
  if (socket === undefined) return [];
  const own = await lackedBy((await read(`${socket}.pid`)).trim());
  if (own !== null) return own;
  const pids = await fs()
    .promises.readdir('/proc')
    .catch(() => []);
  const engines = await Promise.all(pids.filter((name) => /^\d+$/.test(name)).map(lackedBy));
  const [first = [], ...others] = engines.filter((lacked) => lacked !== null);
  // Which of several engines is ours cannot be told: what all of them lack, ours lacks as well.
  return first.filter((name) => others.every((lacked) => lacked.includes(name)));
}

/** Null when `pid` is not a Docker engine. */
async function lackedBy(pid: string): Promise<string[] | null> {
  if (!/^\d+$/.test(pid) || (await read(`/proc/${pid}/comm`)).trim() !== 'dockerd') return null;
  const [status, last] = await Promise.all([
    read(`/proc/${pid}/status`),
    read('/proc/sys/kernel/cap_last_cap'),
  ]);
  const bounding = /^CapBnd:\s*([0-9a-f]+)$/m.exec(status)?.[1];
  if (bounding === undefined) return null;
  const held = BigInt(`0x${bounding}`);
  return names
    .split(' ')
    .slice(0, Number(last) + 1)
    .filter((_name, bit) => (held & (1n << BigInt(bit))) === 0n)
    .map((name) => `CAP_${name}`);
}

async function read(path: string): Promise<string> {
  return fs()
    .promises.readFile(path, 'utf8')
    .catch(() => '');
}
