import type { LogOptions, LogRecord, LogStream, OutputChunk } from '../../core/streams.ts';
import { demuxBatches, type Frame, rawBatches } from '../../transport/demux.ts';
import type { LogLine } from '../../transport/log-line.ts';
import { logLineBatches } from '../../transport/log-lines.ts';
import type { Query } from '../../transport/query.ts';
import type { EngineConnection } from './connection.ts';
import { containerPath } from './container-path.ts';
import { containerRecord } from './lifecycle.ts';
import { followByReading } from './log-reread.ts';
import { followToTheEnd, type ReadStamped } from './log-rest.ts';

/** `Backend.logs` for engines with the Engine API. With `follow` it ends when the container ends. */
export function containerLogs(connection: EngineConnection, id: string, options: LogOptions = {}): LogStream {
  const { timestamps = true } = options;
  const batches = (): AsyncGenerator<readonly LogRecord[]> =>
    recordBatches(connection, id, { ...options, timestamps });
  return {
    batches,
    chunks: () => chunks(connection, id, options),
    async *[Symbol.asyncIterator]() {
      for await (const batch of batches()) yield* batch;
    },
  };
}

async function* recordBatches(
  connection: EngineConnection,
  id: string,
  options: LogOptions & { timestamps: boolean },
): AsyncGenerator<readonly LogRecord[]> {
  const { timestamps } = options;
  for await (const lines of logLineBatches(frames(connection, id, options), { timestamps })) {
    yield lines.map(recordOf);
  }
}

async function* chunks(
  connection: EngineConnection,
  id: string,
  options: LogOptions,
): AsyncGenerator<OutputChunk> {
  for await (const batch of frames(connection, id, { ...options, timestamps: false })) {
    for (const frame of batch) yield { kind: frame.kind, data: frame.bytes };
  }
}

async function* frames(
  connection: EngineConnection,
  id: string,
  options: LogOptions & { timestamps: boolean },
): AsyncGenerator<Frame[], void, undefined> {
  const { streams = ['stdout', 'stderr'], signal } = options;
  if (streams.length === 0) return;
  // Output of a container with a terminal is not multiplexed, and older engines tell that nowhere else.
  const { Config: config } = await containerRecord(connection, id, { signal });
  const isTty = config.Tty === true;
  const read = async function* (query: Query): AsyncGenerator<Frame[], void, undefined> {
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
      signal,
    });
    yield* isTty ? rawBatches(response.body) : demuxBatches(response.body);
  };
  const stamped: ReadStamped = ({ follow, since }) =>
    read({ follow, timestamps: true, ...(since === undefined ? {} : { since, tail: 'all' }) });
  const { libpodVersion } = await connection.facts({ signal });
  if (options.follow === true && !isTty && libpodVersion !== null && options.tail !== 0) {
    yield* followByReading(stamped, { stamps: options.timestamps, signal });
  } else if (options.follow === true && !isTty && (await endsEarly(connection, signal))) {
    yield* followToTheEnd(stamped, { stamps: options.timestamps });
  } else {
    yield* read({});
  }
}

/** Docker before 23 may end a followed log before its last lines. */
async function endsEarly(connection: EngineConnection, signal: AbortSignal | undefined): Promise<boolean> {
  const { libpodVersion } = await connection.facts({ signal });
  return libpodVersion === null && !(await connection.atLeast('1.42', { signal }));
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
