import type { EngineEvent, EventOptions } from '../../core/engine-event.ts';
import { isWherryError, WherryError } from '../../core/errors.ts';
import type { LogOptions, LogRecord, LogStream, OutputChunk } from '../../core/streams.ts';
import { firesAfter } from '../../core/timer.ts';
import { demuxBatches, type Frame, rawBatches } from '../../transport/demux.ts';
import type { LogLine } from '../../transport/log-line.ts';
import { logLineBatches } from '../../transport/log-lines.ts';
import type { Query } from '../../transport/query.ts';
import type { EngineConnection } from './connection.ts';
import { containerPath } from './container-path.ts';
import { containerRecord } from './lifecycle.ts';
import { followByReading } from './log-reread.ts';
import { followToTheEnd, type ReadStamped } from './log-rest.ts';
import { engineTime } from './status.ts';

/** How late a line may come here that was written in time. */
const LATE_LINES_MS = 250;

export interface LogSource {
  connection: EngineConnection;
  /** The engine's events, which tell the end of a run where a followed log misses it. */
  events(options: EventOptions): AsyncIterable<EngineEvent>;
}

/** `Backend.logs` for engines with the Engine API. With `follow` it ends when the container ends. */
export function containerLogs(source: LogSource, id: string, options: LogOptions = {}): LogStream {
  const { timestamps = true } = options;
  const batches = (): AsyncGenerator<readonly LogRecord[]> =>
    recordBatches(source, id, { ...options, timestamps });
  return {
    batches,
    chunks: () => chunks(source, id, options),
    async *[Symbol.asyncIterator]() {
      for await (const batch of batches()) yield* batch;
    },
  };
}

async function* recordBatches(
  source: LogSource,
  id: string,
  options: LogOptions & { timestamps: boolean },
): AsyncGenerator<readonly LogRecord[]> {
  const { timestamps } = options;
  for await (const lines of logLineBatches(frames(source, id, options), { timestamps })) {
    yield lines.map(recordOf);
  }
}

async function* chunks(source: LogSource, id: string, options: LogOptions): AsyncGenerator<OutputChunk> {
  for await (const batch of frames(source, id, { ...options, timestamps: false })) {
    for (const frame of batch) yield { kind: frame.kind, data: frame.bytes };
  }
}

async function* frames(
  { connection, events }: LogSource,
  id: string,
  options: LogOptions & { timestamps: boolean },
): AsyncGenerator<Frame[], void, undefined> {
  const { streams = ['stdout', 'stderr'], signal } = options;
  checkLogOptions(options);
  if (streams.length === 0) return;
  // Output of a container with a terminal is not multiplexed, and older engines tell that nowhere else.
  const { Id: fullId, Config: config, State: state } = await containerRecord(connection, id, { signal });
  const isTty = config.Tty === true;
  const read = async function* (query: Query, end?: AbortSignal): AsyncGenerator<Frame[], void, undefined> {
    const response = await connection.request({
      path: containerPath(id, 'logs'),
      query: {
        stdout: streams.includes('stdout') || isTty,
        stderr: streams.includes('stderr') || isTty,
        follow: options.follow ?? false,
        tail: options.tail === undefined ? 'all' : options.tail,
        since: moment(options.since),
        until: moment(options.until),
        timestamps: options.timestamps,
        ...query,
      },
      signal: end === undefined || signal === undefined ? (end ?? signal) : AbortSignal.any([signal, end]),
    });
    yield* isTty ? rawBatches(response.body) : demuxBatches(response.body);
  };
  const stamped: ReadStamped = ({ follow, since, tail, signal: end }) =>
    read(
      {
        follow,
        timestamps: true,
        ...(tail === undefined ? {} : { tail }),
        ...(since === undefined ? {} : { since: later(since, options.since), tail: 'all' }),
      },
      end,
    );
  if (options.follow !== true) return yield* read({});
  const end = options.until === undefined ? undefined : timerUntil(options.until);
  const { libpodVersion } = await connection.facts({ signal });
  if (libpodVersion !== null && !isTty) {
    const runEnds = (until: AbortSignal): Promise<void> =>
      endOfRun(events({ containers: [fullId], signal: until }), engineTime(state.StartedAt));
    const { tail, timestamps: stamps } = options;
    yield* followByReading(stamped, { stamps, tail, signal, end, runEnds });
  } else if (!isTty && !(await connection.atLeast('1.42', { signal }))) {
    // Docker before 23 may end a followed log before its last lines.
    const untilEnd: ReadStamped = (how) =>
      endedBy(end, stamped(end === undefined ? how : { ...how, signal: end }));
    yield* followToTheEnd(untilEnd, { stamps: options.timestamps });
  } else {
    yield* endedBy(end, read({}, end));
  }
}

/** The end of the run before may be told late. */
async function endOfRun(events: AsyncIterable<EngineEvent>, started: Date | null): Promise<void> {
  for await (const { type, time } of events) {
    if (type === 'removed' || (type === 'died' && (started === null || time >= started))) return;
  }
}

/** Docker notices only with the next line that `until` has passed, and Podman 4 never does. */
function timerUntil(moment: Date): AbortSignal {
  return firesAfter(Math.max(moment.getTime() - Date.now(), 0) + LATE_LINES_MS);
}

async function* endedBy(
  end: AbortSignal | undefined,
  batches: AsyncIterable<Frame[]>,
): AsyncGenerator<Frame[], void, undefined> {
  try {
    yield* batches;
  } catch (error) {
    if (end?.aborted !== true || isWherryError(error, 'CANCELLED')) throw error;
  }
}

/** The later one of a moment in the engine's words and one of the caller's. */
function later(since: string, asked: Date | undefined): string {
  const own = moment(asked);
  return own !== undefined && Number(own) > Number(since) ? own : since;
}

function checkLogOptions({ tail, since, until }: LogOptions): void {
  if (tail !== undefined && !(Number.isInteger(tail) && tail >= 0)) {
    throw new WherryError('INVALID', `tail: ${tail} is not a number of lines`);
  }
  for (const [field, time] of Object.entries({ since, until })) {
    if (time !== undefined && Number.isNaN(time.getTime())) {
      throw new WherryError('INVALID', `${field}: is not a valid date`);
    }
  }
}

function recordOf(line: LogLine): LogRecord {
  const { time } = line;
  return {
    kind: line.kind,
    time,
    timestamp: time === null ? null : stamp(time, line.nanos),
    line: line.text,
  };
}

/** RFC 3339 with nanoseconds. */
function stamp(time: Date, nanos: number): string {
  return `${time.toISOString().slice(0, 19)}.${String(nanos).padStart(9, '0')}Z`;
}

/** Seconds since the epoch with a fraction, as the engine wants them. */
export function moment(time: Date | undefined): string | undefined {
  return time === undefined ? undefined : (time.getTime() / 1000).toFixed(3);
}
