import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { resolve } from 'node:path';
import { WherryError } from '../../core/errors.ts';
import type {
  ContainerSpec,
  PullPolicy,
  ResourceLimits,
  RestartPolicy,
  VolumeMount,
} from '../../core/spec.ts';
import type { Context } from '../context.ts';
import { t } from '../text.ts';
import { environmentOf, pairsOf, portMappings, tmpfsMount, ulimit, volumeMount } from '../values.ts';

/** The options of `run` that describe the container. */
export interface RunSpecOptions {
  interactive: boolean;
  tty: boolean;
  name: string | undefined;
  environment: readonly string[];
  envFile: readonly string[];
  volume: readonly string[];
  tmpfs: readonly string[];
  publish: readonly string[];
  expose: readonly string[];
  workdir: string | undefined;
  user: string | undefined;
  groupAdd: readonly string[];
  hostname: string | undefined;
  entrypoint: string | undefined;
  label: readonly string[];
  network: readonly string[];
  networkAlias: readonly string[];
  ip: string | undefined;
  dns: readonly string[];
  addHost: readonly string[];
  memory: number | undefined;
  memorySwap: number | undefined;
  memoryReservation: number | undefined;
  cpus: number | undefined;
  cpuShares: number | undefined;
  cpuset: string | undefined;
  pidsLimit: number | undefined;
  shmSize: number | undefined;
  ulimit: readonly string[];
  init: boolean;
  readOnly: boolean;
  privileged: boolean;
  capAdd: readonly string[];
  capDrop: readonly string[];
  securityOpt: readonly string[];
  device: readonly string[];
  sysctl: readonly string[];
  restart: RestartPolicy | undefined;
  stopSignal: string | undefined;
  /** ms. */
  stopTimeout: number | undefined;
  pid: string | undefined;
  ipc: string | undefined;
  runtime: string | undefined;
  platform: string | undefined;
  pull: PullPolicy | undefined;
}

/** The container that the options of `run` describe. Fails with `INVALID`. */
export function containerSpec(
  image: string,
  command: readonly string[],
  options: RunSpecOptions,
  { env, directory }: Pick<Context, 'env' | 'directory'>,
): ContainerSpec {
  const [firstNetwork, ...moreNetworks] = options.network;
  const isMode = firstNetwork !== undefined && /^(bridge|host|none|container:.+)$/.test(firstNetwork);
  return present({
    image,
    name: options.name,
    command: command.length > 0 ? command : undefined,
    entrypoint: options.entrypoint === undefined ? undefined : entrypointOf(options.entrypoint),
    environment: notEmpty({
      ...environmentOf(
        options.envFile.flatMap((path) => envFileLines(resolve(directory, path))),
        env,
      ),
      ...environmentOf(options.environment, env),
    }),
    workingDir: options.workdir,
    user: options.user,
    groupAdd: some(options.groupAdd),
    hostname: options.hostname,
    labels: notEmpty(pairsOf(options.label)),
    volumes: some(mounts(options, directory)),
    networkMode: isMode ? firstNetwork : undefined,
    networks:
      firstNetwork === undefined || isMode
        ? undefined
        : Object.fromEntries(
            [firstNetwork, ...moreNetworks].map((name, index) => [name, attachment(options, index)]),
          ),
    ports: some(options.publish.flatMap(portMappings)),
    expose: some(options.expose),
    dns: some(options.dns),
    extraHosts: notEmpty(hosts(options.addHost)),
    resources: notEmpty(limits(options)),
    restart: options.restart,
    init: options.init || undefined,
    stdinOpen: options.interactive || undefined,
    tty: options.tty || undefined,
    stopSignal: options.stopSignal,
    stopGracePeriod: options.stopTimeout,
    capAdd: some(options.capAdd),
    capDrop: some(options.capDrop),
    privileged: options.privileged || undefined,
    readOnly: options.readOnly || undefined,
    securityOpt: some(options.securityOpt),
    devices: some(options.device.map(device)),
    sysctls: notEmpty(pairsOf(options.sysctl)),
    pid: options.pid,
    ipc: options.ipc,
    runtime: options.runtime,
    platform: options.platform,
    pullPolicy: options.pull,
  });
}

/** Lines of an env file as `docker run --env-file` reads them: no quotes, no interpolation, `#` starts a comment line. */
export function envFileLines(path: string): string[] {
  return readFileSync(path, 'utf8')
    .split(/\r?\n/)
    .map((line) => line.trimStart())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const name = line.replace(/=.*/s, '');
      if (!/\s/.test(name)) return line;
      throw new WherryError('INVALID', t('run.envFileName', { path, name }), {
        hint: t('run.envFileNameFix'),
      });
    });
}

function entrypointOf(text: string): string[] {
  return text === '' ? [] : [text];
}

function mounts(options: RunSpecOptions, directory: string): VolumeMount[] {
  const absolute = (path: string): string => resolve(directory, path.replace(/^~(?=\/|$)/, homedir()));
  return [...options.volume.map((text) => volumeMount(text, absolute)), ...options.tmpfs.map(tmpfsMount)];
}

function attachment(
  options: RunSpecOptions,
  index: number,
): { aliases?: readonly string[]; ipv4Address?: string } {
  if (index > 0) return {};
  return {
    ...(options.networkAlias.length > 0 ? { aliases: options.networkAlias } : {}),
    ...(options.ip === undefined ? {} : { ipv4Address: options.ip }),
  };
}

function hosts(lines: readonly string[]): Record<string, string[]> {
  const result: Record<string, string[]> = {};
  for (const line of lines) {
    const at = line.search(/[:=]/);
    const name = at < 0 ? line : line.slice(0, at);
    const address = at < 0 ? '' : line.slice(at + 1);
    result[name] = [...(result[name] ?? []), address];
  }
  return result;
}

function limits(options: RunSpecOptions): ResourceLimits {
  return present({
    memory: options.memory,
    memorySwap: options.memorySwap,
    memoryReservation: options.memoryReservation,
    cpus: options.cpus,
    cpuShares: options.cpuShares,
    cpuset: options.cpuset,
    pids: options.pidsLimit,
    shmSize: options.shmSize,
    ulimits: notEmpty(Object.fromEntries(options.ulimit.map(ulimit))),
  });
}

function device(text: string): { source: string; target?: string; permissions?: string } {
  const [source = '', target, permissions] = text.split(':');
  return present({ source, target, permissions });
}

type Present<T> = { [K in keyof T]: Exclude<T[K], undefined> };

/** Without the fields that are undefined. */
function present<
  T extends object,
  R extends object = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & Partial<Present<T>>,
>(fields: T): R {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as R;
}

function notEmpty<T extends object>(record: T): T | undefined {
  return Object.keys(record).length > 0 ? record : undefined;
}

function some<T>(list: readonly T[]): readonly T[] | undefined {
  return list.length > 0 ? list : undefined;
}
