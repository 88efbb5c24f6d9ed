import type { EngineEvent } from '../../core/engine-event.ts';
import type { SpecProblem } from '../../core/plan.ts';
import type { ContainerSpec } from '../../core/spec.ts';
import type { TerminalSize } from '../../core/streams.ts';
import type { Query } from '../../transport/query.ts';
import type { CreateBody } from './create-body.ts';
import { dockerProblems } from './engine-problems.ts';
import { engineEvent } from './event-record.ts';
import type { EventRecord, ExecRecord, MountSpecRecord, StatsRecord } from './records.ts';

/** What engines with the Engine API say in different words. Docker's are the default. */
export interface Dialect {
  /** The engine's words for `wait`. */
  readonly waitConditions: Readonly<Record<'next-exit' | 'removed', string>>;
  /** Filters of the event stream, so that noise (exec, image events) is not sent at all. */
  readonly eventFilters: Readonly<Record<string, readonly string[]>>;
  /** How the events of a time that is over are asked for; later ones than `until` may come as well. */
  pastEvents(since: string | undefined, until: string | undefined): Query;
  /** What this version of the engine would ignore of a spec, or take for something else. */
  problems(spec: ContainerSpec, apiVersion: string): SpecProblem[];
  /** The body of a create as this engine wants it. */
  adaptCreate(body: CreateBody, spec: ContainerSpec): CreateBody;
  /** A sample of statistics, put right where the engine's version is known to be wrong. */
  adaptStats(sample: StatsRecord): StatsRecord;
  /** An event in our words; null for one that we do not tell. */
  event(record: EventRecord): EngineEvent | null;
  /** The size of a terminal as the start of an exec takes it; null when it has to be set afterwards. */
  execSize(size: TerminalSize): object | null;
  /** ms after which the size of an exec's terminal is set once more, for engines that may forget one of several. */
  readonly sizeRepeat: number | null;
  /** The exit code of an exec, null when it is not told; undefined while the process runs or has not begun to. */
  execExit(record: ExecRecord): number | null | undefined;
}

export const dockerDialect: Dialect = {
  waitConditions: { 'next-exit': 'next-exit', removed: 'removed' },
  eventFilters: {
    type: ['container'],
    event: [
      'create',
      'start',
      'pause',
      'unpause',
      'oom',
      'die',
      'stop',
      'destroy',
      'rename',
      'health_status',
    ],
  },
  pastEvents: (since, until) => ({ since, until }),
  problems: dockerProblems,
  adaptCreate: withPlainTmpfs,
  adaptStats: (sample) => sample,
  event: engineEvent,
  execSize: () => null,
  sizeRepeat: null,
  // Before it begins, `Running` is false as well, but there is no exit code yet.
  execExit: ({ Running, ExitCode }) => (Running === true ? undefined : (ExitCode ?? undefined)),
};

/** Docker takes no volumes from a container with a tmpfs among its mounts (`get: no such volume`): it goes the older way. */
function withPlainTmpfs(body: CreateBody): CreateBody {
  const { Mounts: mounts, ...host } = body.HostConfig;
  const isTmpfs = ({ Type }: MountSpecRecord): boolean => Type === 'tmpfs';
  if (!mounts?.some(isTmpfs)) return body;
  const others = mounts.filter((mount) => !isTmpfs(mount));
  const tmpfs = Object.fromEntries(mounts.filter(isTmpfs).map((mount) => [mount.Target, tmpfsLine(mount)]));
  return {
    ...body,
    HostConfig: { ...host, Tmpfs: tmpfs, ...(others.length === 0 ? {} : { Mounts: others }) },
  };
}

/** The options of a tmpfs as `docker run --tmpfs` takes them. */
export function tmpfsLine({ ReadOnly, TmpfsOptions: options }: MountSpecRecord): string {
  return [
    ...(ReadOnly === true ? ['ro'] : []),
    ...(options?.SizeBytes === undefined ? [] : [`size=${options.SizeBytes}`]),
    ...(options?.Mode === undefined ? [] : [`mode=${options.Mode.toString(8)}`]),
    ...(options?.Options ?? []).map((option) => option.join('=')),
  ].join(',');
}
