import type {
  Backend,
  BackendCapabilities,
  ContainerSpec,
  LogStream,
  OutputChunk,
} from '../../src/core/index.ts';
import { WherryError } from '../../src/core/index.ts';

/** A backend that is the real one but for one broken promise, and the case of the suite that has to notice. */
export interface Mutant {
  breaks: string;
  caughtBy: string;
  of(real: Backend): Partial<Backend>;
}

export function mutate(real: Backend, broken: Partial<Backend>): Backend {
  return new Proxy(real, {
    get: (target, key) => {
      if (Object.hasOwn(broken, key)) return Reflect.get(broken, key);
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

export const mutants: readonly Mutant[] = [
  {
    breaks: 'every exit code is 0',
    caughtBy: 'wait: the exit code arrives as it was, from 0 to 255',
    of: (real) => ({ wait: async (...args) => ({ ...(await real.wait(...args)), exitCode: 0 }) }),
  },
  {
    breaks: 'wait resolves before the end',
    caughtBy: 'wait: on a created one it waits for the next run and misses no exit',
    of: () => ({
      wait: async (_, options) => {
        options?.onSubscribed?.();
        return { run: 'early', exitCode: 0 };
      },
    }),
  },
  {
    breaks: 'stderr goes to stdout',
    caughtBy: 'logs: stdout and stderr are told apart',
    of: (real) => ({ logs: (...args) => chunksThrough(real.logs(...args), asStdout) }),
  },
  {
    breaks: 'one byte of the output is lost',
    caughtBy:
      'logs: bytes of any value arrive as they were written, or as U+FFFD where the engine logs text only',
    of: (real) => ({ logs: (...args) => chunksThrough(real.logs(...args), withoutNul) }),
  },
  {
    breaks: 'a followed log begins at its first line',
    caughtBy: 'logs: followed from its last lines on, each is told once',
    of: (real) => ({ logs: (id, { tail: _, ...options } = {}) => real.logs(id, options) }),
  },
  {
    breaks: 'a followed log goes on behind its bound',
    caughtBy: 'logs: until ends one that is followed',
    of: (real) => ({ logs: (id, { until: _, ...options } = {}) => real.logs(id, options) }),
  },
  {
    breaks: 'remove removes nothing',
    caughtBy: 'names: remove is final',
    of: () => ({ remove: async () => {} }),
  },
  {
    breaks: 'remove of a running one needs no force',
    caughtBy: 'names: a running one is removed only by force',
    of: (real) => ({ remove: (id, options) => real.remove(id, { ...options, force: true }) }),
  },
  {
    breaks: 'stop kills at once',
    caughtBy: 'stop: it sends SIGTERM and lets the process clean up',
    of: (real) => ({
      stop: async (id) => {
        await real.kill(id);
        await real.wait(id);
      },
    }),
  },
  {
    breaks: 'the grace given with stop is ignored',
    caughtBy: 'stop: the grace period of the spec is used when stop names none',
    of: (real) => ({ stop: (id, options) => real.stop(id, { ...options, timeout: 10_000 }) }),
  },
  {
    breaks: 'start of a running one restarts it',
    caughtBy: 'lifecycle: start of a running one is a no-op',
    of: (real) => ({
      start: async (id) => {
        if ((await real.inspect(id)).status === 'running') await real.restart(id, { timeout: 1_000 });
        else await real.start(id);
      },
    }),
  },
  {
    breaks: 'create starts it',
    caughtBy: 'lifecycle: create runs nothing',
    of: (real) => ({
      create: async (spec, options) => {
        const id = await real.create(spec, options);
        await real.start(id);
        return id;
      },
    }),
  },
  ...dropped('environment', 'argv: environment is added to that of the image'),
  ...dropped('entrypoint', 'argv: an entrypoint drops CMD too'),
  ...dropped('workingDir', 'argv: the working directory'),
  ...dropped('user', 'argv: the user, by name and by number, with groups'),
  ...dropped('ports', 'ports: a TCP port is published where the engine chose, and read back'),
  ...dropped('networks', 'network: names and aliases resolve on a network of ours, and only there'),
  ...dropped('volumes', 'volumes: a read-only bind mount cannot be written'),
  ...dropped('readOnly', 'limits: a read-only root keeps writers out'),
  ...dropped('resources', 'limits: the number of processes'),
  ...dropped('capDrop', 'limits: capabilities are added and dropped'),
  ...dropped(
    'secrets',
    'files: secrets and configs are there before the start, with owner and mode, and are told to nobody',
  ),
  ...dropped('stopSignal', 'stop: the signal of the spec is the one that is sent'),
  ...dropped('restart', 'lifecycle: the restart policy restarts what failed, within its bound'),
  {
    breaks: 'a false capability is a lie: the engine can',
    caughtBy: 'lifecycle: pause freezes, resume goes on',
    of: (real) => ({ capabilities: lying(real, { pause: { supported: false, reason: 'a lie' } }) }),
  },
  {
    breaks: 'a true capability is a lie: the engine cannot',
    caughtBy: 'network: the MTU of an attachment',
    of: (real) => ({
      capabilities: lying(real, { attachmentMtu: { supported: true } }),
      create: (spec, options) => real.create(withoutMtu(spec), options),
    }),
  },
  {
    breaks: 'oomKilled is guessed from exit code 137',
    caughtBy: 'stop: it kills what outlives its grace',
    of: (real) => ({
      inspect: async (...args) => {
        const info = await real.inspect(...args);
        return { ...info, oomKilled: info.exitCode === 137 };
      },
    }),
  },
  {
    breaks: 'names match by their beginning',
    caughtBy: 'names: id, short id and exact name mean the same container',
    of: (real) => ({
      inspect: async (id, options) => {
        const rows = await real.list({ all: true });
        return real.inspect(rows.find((row) => row.name.startsWith(id))?.id ?? id, options);
      },
    }),
  },
  {
    breaks: 'list ignores its labels',
    caughtBy: 'inspect: list finds by label, name and status, running ones unless asked for all',
    of: (real) => ({
      list: (filter, options) => real.list({ ...filter, labels: filter?.labels?.slice(0, 1) }, options),
    }),
  },
  {
    breaks: 'errors have no code',
    caughtBy: 'names: what is not there is NOT_FOUND for every verb',
    of: (real) => ({
      start: (...args) =>
        real.start(...args).catch((error: Error) => {
          throw new Error(error.message);
        }),
    }),
  },
  {
    breaks: 'every error is ENGINE',
    caughtBy: 'names: a taken name is refused and the first keeps it',
    of: (real) => ({
      create: (...args) =>
        real.create(...args).catch((error: Error) => {
          throw new WherryError('ENGINE', error.message);
        }),
    }),
  },
  {
    breaks: 'an aborted create leaves its container',
    caughtBy: 'faults: create aborted at any moment leaves nothing',
    of: (real) => ({
      create: async (spec, options) => {
        const id = await real.create(spec);
        if (options?.signal?.aborted) throw new WherryError('CANCELLED', 'aborted');
        return id;
      },
    }),
  },
  {
    breaks: 'the signal is ignored',
    caughtBy: 'faults: a signal that fired before stops every call before it does anything',
    of: (real) => ({ kill: (id) => real.kill(id, { killSignal: 'SIGWINCH' }) }),
  },
  {
    breaks: 'exec drops its stdin',
    caughtBy: 'exec: a megabyte of stdin comes back as it went in',
    of: (real) => ({ execCapture: (id, { stdin: _, ...options }) => real.execCapture(id, options) }),
  },
  {
    breaks: 'exec tells no exit code',
    caughtBy: 'exec: output of both streams and the exit code',
    of: (real) => ({
      execCapture: async (...args) => ({ ...(await real.execCapture(...args)), exitCode: 0 }),
    }),
  },
  {
    breaks: 'memory counts the cache',
    caughtBy: "stats: memory is the kernel's figure without its reclaimable cache",
    of: (real) => ({
      stats: async function* (...args) {
        for await (const sample of real.stats(...args)) {
          yield { ...sample, memory: (sample.memory ?? 0) + 32 * 1024 * 1024 };
        }
      },
    }),
  },
  {
    breaks: 'CPU is in percent',
    caughtBy: 'stats: CPU is cores in use, as the kernel counts them for a busy one and an idle one',
    of: (real) => ({
      stats: async function* (...args) {
        for await (const sample of real.stats(...args)) {
          yield { ...sample, cpu: sample.cpu === null ? null : sample.cpu * 100 };
        }
      },
    }),
  },
  {
    breaks: 'every event comes twice',
    caughtBy: 'events: a life is seen in order',
    of: (real) => ({
      events: async function* (...args) {
        for await (const event of real.events(...args)) yield* [event, event];
      },
    }),
  },
  {
    breaks: 'an archive is unpacked without its modes',
    caughtBy: 'files: copied in with their owners, modes and links, also before the first start',
    of: (real) => ({
      copyIn: async (id, path, archive, options) => {
        const parts: Uint8Array[] = [];
        for await (const part of archive) parts.push(part);
        await real.copyIn(id, path, ownedByRoot(Buffer.concat(parts)), options);
      },
    }),
  },
];

/** A backend that ignores one field of the spec. */
function dropped(field: keyof ContainerSpec, caughtBy: string): Mutant[] {
  const of = (real: Backend): Partial<Backend> => ({
    create: (spec, options) => {
      const { [field]: _, ...rest } = spec;
      return real.create(rest as ContainerSpec, options);
    },
  });
  return [{ breaks: `${field} of the spec is ignored`, caughtBy, of }];
}

function lying(real: Backend, lie: Partial<BackendCapabilities>): Backend['capabilities'] {
  return async (options) => ({ ...(await real.capabilities(options)), ...lie });
}

function withoutMtu(spec: ContainerSpec): ContainerSpec {
  const networks = Object.entries(spec.networks ?? {}).map(([name, { mtu: _, ...rest }]) => [name, rest]);
  return networks.length === 0 ? spec : { ...spec, networks: Object.fromEntries(networks) };
}

function chunksThrough(stream: LogStream, change: (chunk: OutputChunk) => OutputChunk): LogStream {
  return {
    [Symbol.asyncIterator]: () => stream[Symbol.asyncIterator](),
    batches: () => stream.batches(),
    chunks: async function* () {
      for await (const chunk of stream.chunks()) yield change(chunk);
    },
  };
}

function asStdout(chunk: OutputChunk): OutputChunk {
  return { ...chunk, kind: 'stdout' };
}

function withoutNul(chunk: OutputChunk): OutputChunk {
  return { ...chunk, data: chunk.data.filter((byte) => byte !== 0) };
}

/** The archive with uid, gid and mode of every header set to 0, 0 and 0644. */
async function* ownedByRoot(archive: Buffer): AsyncIterable<Uint8Array> {
  for (let at = 0; at + 512 <= archive.length; ) {
    const header = archive.subarray(at, at + 512);
    if (header.every((byte) => byte === 0)) break;
    header.write(['000644 ', '000000 ', '000000 ', ''].join('\0'), 100, 'latin1');
    header.write('        ', 148, 'latin1');
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
    const size = Number.parseInt(header.toString('latin1', 124, 135), 8);
    at += 512 + Math.ceil(size / 512) * 512;
  }
  yield archive;
}
