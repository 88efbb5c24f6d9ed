import { WherryError } from '../../core/errors.ts';
import type { RestartPolicy } from '../../core/spec.ts';
import { parseBytes, parseCpus } from '../../core/units.ts';
import type { RunOptions } from '../commands/run.ts';
import { type AnyCommand, declare } from '../declaration.ts';
import { t } from '../text.ts';
import { seconds, wholeNumber } from '../values.ts';
import * as shared from './options.ts';

export const runCommand: AnyCommand = declare<RunOptions>({
  name: 'run',
  group: 'container',
  about: 'command.run.about',
  detail: 'command.run.detail',
  arguments: [
    { name: 'image|service', complete: 'image' },
    { name: 'command', optional: true, many: true },
  ],
  passThrough: true,
  options: {
    detach: shared.detach,
    rm: { flags: '--rm', about: 'option.rm' },
    interactive: shared.interactive,
    noInteractive: shared.noInteractive,
    tty: shared.tty,
    noTty: shared.noTty,
    name: { flags: '--name <name>', about: 'option.name' },
    environment: shared.environment,
    envFile: {
      flags: '--env-file <path>',
      also: ['--env-from-file'],
      about: 'option.envFile',
      many: true,
      complete: 'file',
    },
    volume: { flags: '-v, --volume <volume>', also: ['--volumes'], about: 'option.volume', many: true },
    tmpfs: { flags: '--tmpfs <path>', about: 'option.tmpfs', many: true },
    publish: { flags: '-p, --publish <port>', about: 'option.publish', many: true },
    expose: { flags: '--expose <port>', about: 'option.expose', many: true },
    workdir: { flags: '-w, --workdir <path>', about: 'option.workdir' },
    user: { flags: '-u, --user <user>', about: 'option.user' },
    groupAdd: { flags: '--group-add <group>', about: 'option.groupAdd', many: true },
    hostname: { flags: '-h, --hostname <name>', about: 'option.hostname' },
    entrypoint: { flags: '--entrypoint <program>', about: 'option.entrypoint' },
    label: { flags: '-l, --label <key=value>', also: ['--labels'], about: 'option.label', many: true },
    network: {
      flags: '--network, --net <network>',
      about: 'option.network',
      many: true,
      complete: 'network',
    },
    networkAlias: { flags: '--network-alias <name>', about: 'option.networkAlias', many: true },
    ip: { flags: '--ip <address>', about: 'option.ip' },
    dns: { flags: '--dns <address>', about: 'option.dns', many: true },
    addHost: { flags: '--add-host <name:address>', about: 'option.addHost', many: true },
    memory: { flags: '-m, --memory <size>', about: 'option.memory', parse: parseBytes },
    memorySwap: { flags: '--memory-swap <size>', about: 'option.memorySwap', parse: swapOf },
    memoryReservation: {
      flags: '--memory-reservation <size>',
      about: 'option.memoryReservation',
      parse: parseBytes,
    },
    cpus: { flags: '--cpus <n>', about: 'option.cpus', parse: parseCpus },
    cpuShares: { flags: '--cpu-shares <n>', about: 'option.cpuShares', parse: wholeNumber },
    cpuset: { flags: '--cpuset-cpus <cores>', about: 'option.cpuset' },
    pidsLimit: { flags: '--pids-limit <n>', about: 'option.pidsLimit', parse: wholeNumber },
    shmSize: { flags: '--shm-size <size>', about: 'option.shmSize', parse: parseBytes },
    ulimit: { flags: '--ulimit <name=soft:hard>', about: 'option.ulimit', many: true },
    init: { flags: '--init', about: 'option.init' },
    readOnly: { flags: '--read-only', about: 'option.readOnly' },
    privileged: { flags: '--privileged', about: 'option.privileged' },
    capAdd: { flags: '--cap-add <capability>', about: 'option.capAdd', many: true },
    capDrop: { flags: '--cap-drop <capability>', about: 'option.capDrop', many: true },
    securityOpt: { flags: '--security-opt <option>', about: 'option.securityOpt', many: true },
    device: { flags: '--device <path>', about: 'option.device', many: true },
    sysctl: { flags: '--sysctl <key=value>', about: 'option.sysctl', many: true },
    restart: { flags: '--restart <policy>', about: 'option.restart', parse: restartOf },
    stopSignal: { flags: '--stop-signal <signal>', about: 'option.stopSignal' },
    stopTimeout: { flags: '--stop-timeout <seconds>', about: 'option.stopGrace', parse: seconds },
    pid: { flags: '--pid <mode>', about: 'option.pid' },
    ipc: { flags: '--ipc <mode>', about: 'option.ipc' },
    runtime: { flags: '--runtime <name>', about: 'option.runtime' },
    platform: shared.platform,
    pull: { flags: '--pull <policy>', about: 'option.pull', choices: ['always', 'missing', 'never'] },
    noDeps: { flags: '--no-deps', about: 'option.noDeps' },
    servicePorts: { flags: '-P, --service-ports', about: 'option.servicePorts' },
    useAliases: { flags: '--use-aliases', about: 'option.useAliases' },
    build: { flags: '--build', about: 'option.runBuild' },
    quietPull: shared.quietPull,
    quietBuild: shared.quietBuild,
    removeOrphans: { flags: '--remove-orphans', about: 'option.removeOrphans' },
  },
  load: async () => (await import('../commands/run.ts')).run,
});

/** `no`, `always`, `unless-stopped`, `on-failure[:n]`. */
function restartOf(text: string): RestartPolicy {
  const [name, count] = text.split(':');
  if (name === 'on-failure')
    return count === undefined ? { name } : { name, maximumRetryCount: wholeNumber(count) };
  if ((name === 'no' || name === 'always' || name === 'unless-stopped') && count === undefined)
    return { name };
  throw new WherryError('INVALID', t('value.notRestart', { text }));
}

/** A size, or -1 for no bound. */
function swapOf(text: string): number {
  return text === '-1' ? -1 : parseBytes(text);
}
