import type { EngineEvent } from '../../core/engine-event.ts';
import type { ContainerSpec } from '../../core/spec.ts';
import type { CreateBody } from '../engine-api/create-body.ts';
import { type Dialect, dockerDialect, tmpfsLine } from '../engine-api/dialect.ts';
import { engineEvent } from '../engine-api/event-record.ts';
import type { EventRecord, MountSpecRecord, StatsRecord } from '../engine-api/records.ts';
import { engineTime } from '../engine-api/status.ts';
import { podmanProblems } from './problems.ts';
import { isOlder } from './version.ts';

/** What a version of Podman says in other words than Docker. `version` is Podman's own, such as `4.3.1`. */
export function podmanDialect(version: string): Dialect {
  return {
    ...dockerDialect,
    // Podman filters by its own names of events, which differ between versions: noise is dropped here instead.
    eventFilters: { type: ['container'] },
    // With an end that is over, Podman stops before it has read its log.
    pastEvents: (since) => ({ since, stream: false }),
    problems: (spec) => podmanProblems(spec, version),
    adaptCreate,
    adaptStats: (sample) => overTime(isOlder(version, [4, 4]) ? swapNetwork(sample) : sample),
    event: podmanEvent,
    execSize: ({ columns, rows }) => ({ h: rows, w: columns }),
    // conmon, reading two sizes at once, takes the first of them twice.
    sizeRepeat: 200,
  };
}

function adaptCreate(body: CreateBody, spec: ContainerSpec): CreateBody {
  const { mounts: plain, binds } = asBinds(body.HostConfig.Mounts ?? []);
  // Of a mount Podman drops the options of a tmpfs.
  const isLine = ({ TmpfsOptions }: MountSpecRecord): boolean => TmpfsOptions?.Options !== undefined;
  const mounts = plain.filter((mount) => !isLine(mount));
  const tmpfs = plain.filter(isLine).map((mount) => [mount.Target, tmpfsLine(mount)]);
  const allBinds = [...(body.HostConfig.Binds ?? []), ...binds];
  const variables = body.Env ?? [];
  return {
    ...body,
    ...endpoints(body),
    // To Podman a name alone says nothing.
    Env: variables.filter((line) => line.includes('=')),
    UnsetEnv: variables.filter((line) => !line.includes('=')),
    // Podman 4 takes a missing stop time as none, and kills at once.
    StopTimeout: body.StopTimeout ?? Math.ceil((spec.stopGracePeriod ?? 10_000) / 1000),
    HostConfig: {
      ...body.HostConfig,
      ...(mounts.length === 0 ? { Mounts: null } : { Mounts: mounts }),
      ...(allBinds.length === 0 ? {} : { Binds: allBinds }),
      ...(tmpfs.length === 0 ? {} : { Tmpfs: Object.fromEntries(tmpfs) }),
    },
  };
}

/** Docker's network `bridge` is the default network here, which has another name. */
function endpoints({ NetworkingConfig: config }: CreateBody): Pick<CreateBody, 'NetworkingConfig'> {
  const { bridge, ...others } = config?.EndpointsConfig ?? {};
  if (bridge === undefined) return {};
  const isPlain = Object.keys(bridge).length === 0;
  return { NetworkingConfig: { EndpointsConfig: isPlain ? others : { podman: bridge, ...others } } };
}

/** `NoCopy` of a mount is ignored, and a bind mount with any option leaves out the mounts below: as lines they are right. */
function asBinds(all: readonly MountSpecRecord[]): { mounts: MountSpecRecord[]; binds: string[] } {
  const lines = all.map((mount) => bindOptions(mount));
  return {
    mounts: all.filter((_mount, index) => lines[index] === undefined),
    binds: all.flatMap(({ Source, Target, ReadOnly }, index) => {
      const options = lines[index];
      if (options === undefined) return [];
      return [`${Source}:${Target}:${[...options, ...(ReadOnly === true ? ['ro'] : [])].join(',')}`];
    }),
  };
}

/** Undefined for what can stay a mount. */
function bindOptions({ Type, Source, Target, ...options }: MountSpecRecord): string[] | undefined {
  if (Type === 'volume') return Source && options.VolumeOptions?.NoCopy === true ? ['nocopy'] : undefined;
  const { BindOptions: bind } = options;
  if (Type !== 'bind' || !bind || bind.NonRecursive === true || `${Source}${Target}`.includes(':'))
    return undefined;
  return ['rbind', ...(bind.Propagation === undefined ? [] : [bind.Propagation])];
}

/** Before 4.4 Podman counts at the host's end of the pair, where what the container sends is received. */
function swapNetwork(sample: StatsRecord): StatsRecord {
  if (!sample.networks) return sample;
  const swapped = Object.entries(sample.networks).map(([name, figures]) => [
    name,
    { ...figures, rx_bytes: figures.tx_bytes, tx_bytes: figures.rx_bytes },
  ]);
  return { ...sample, networks: Object.fromEntries(swapped) };
}

/**
 * What Podman has as the time of the system is that in which its CPUs worked, as measured on cgroup v1: one busy container
 * on an idle machine would use all of them. Here it is the time that passed on all CPUs, as Docker has it.
 */
function overTime(sample: StatsRecord): StatsRecord {
  const { read, preread, cpu_stats: now, precpu_stats: before } = sample;
  const [to, from] = [engineTime(read), engineTime(preread)];
  if (to === null || from === null || !now || !before) return sample;
  const cpus = now.online_cpus ?? 1;
  const nanoseconds = (time: Date): number => time.getTime() * 1e6 * cpus;
  return {
    ...sample,
    cpu_stats: { ...now, system_cpu_usage: nanoseconds(to), online_cpus: cpus },
    precpu_stats: { ...before, system_cpu_usage: nanoseconds(from) },
  };
}

function podmanEvent(record: EventRecord): EngineEvent | null {
  switch (record.Action) {
    case 'remove':
      return engineEvent({ ...record, Action: 'destroy' });
    case 'died':
      return engineEvent({ ...record, Action: 'die' });
    case 'health_status':
      return record.HealthStatus
        ? engineEvent({ ...record, Action: `health_status: ${record.HealthStatus}` })
        : null;
    default:
      return engineEvent(record);
  }
}
