import type { Backend } from './backend.ts';
import type { Image, ImageInfo, Images } from './image.ts';
import type { Networks } from './network.ts';
import type { ExecOptions, ExecProcess } from './streams.ts';
import type { Volumes } from './volume.ts';

/** What would have been done to an engine. */
export interface DryRunCall {
  kind: 'container' | 'image' | 'network' | 'volume';
  verb:
    | 'build'
    | 'commit'
    | 'connect'
    | 'copy'
    | 'create'
    | 'disconnect'
    | 'exec'
    | 'kill'
    | 'load'
    | 'pause'
    | 'prune'
    | 'pull'
    | 'push'
    | 'remove'
    | 'rename'
    | 'restart'
    | 'resume'
    | 'start'
    | 'stop'
    | 'tag'
    | 'update';
  name: string;
  /** Of `exec`. */
  command?: readonly string[];
}

/** Verbs that change an engine. */
type Changing =
  | 'create'
  | 'start'
  | 'stop'
  | 'restart'
  | 'kill'
  | 'pause'
  | 'resume'
  | 'rename'
  | 'update'
  | 'remove'
  | 'exec'
  | 'execCapture'
  | 'copyIn'
  | 'commit'
  | 'prune';

/**
 * The same engine, seen but not touched: what looks works, what would change something is told in place of being done. A
 * container that is not there still fails with `NOT_FOUND`; a process that is not run ends at once, with exit code 0.
 */
export function dryRun(backend: Backend, tell: (call: DryRunCall) => void): Backend {
  const made = new Set<string>();
  const nameOf = async (id: string): Promise<string> =>
    made.has(id) ? id : (await backend.inspect(id)).name;
  const container = async (verb: DryRunCall['verb'], id: string): Promise<void> =>
    tell({ kind: 'container', verb, name: await nameOf(id) });
  const exec = async (id: string, { command }: Pick<ExecOptions, 'command'>): Promise<void> =>
    tell({ kind: 'container', verb: 'exec', name: await nameOf(id), command });
  const changing: Pick<Backend, Changing> = {
    create: async ({ name = 'unnamed' }) => {
      made.add(name);
      tell({ kind: 'container', verb: 'create', name });
      return name;
    },
    start: (id) => container('start', id),
    stop: (id) => container('stop', id),
    restart: (id) => container('restart', id),
    kill: (id) => container('kill', id),
    pause: (id) => container('pause', id),
    resume: (id) => container('resume', id),
    rename: (id) => container('rename', id),
    update: (id) => container('update', id),
    remove: (id) => container('remove', id),
    copyIn: (id) => container('copy', id),
    commit: async (id) => {
      await container('commit', id);
      return `sha256:${'0'.repeat(64)}`;
    },
    exec: async (id, options) => {
      await exec(id, options);
      return unstarted;
    },
    execCapture: async (id, options) => {
      await exec(id, options);
      const ended = { exitCode: 0, signal: null, stdout: '', stderr: '' };
      return { ...ended, timedOut: false, truncated: false, durationMs: 0 };
    },
    prune: async ({ what }) => {
      for (const kind of what) tell({ kind: 'image', verb: 'prune', name: kind });
      return { containers: [], images: [], networks: [], volumes: [], spaceReclaimed: 0 };
    },
  };
  const { images, networks, volumes } = backend;
  return over(backend, {
    ...changing,
    image: (reference: string) => dryImage(backend.image(reference), tell),
    images: over(images, dryImages(tell)),
    ...(networks === undefined ? {} : { networks: over(networks, dryNetworks(tell)) }),
    ...(volumes === undefined ? {} : { volumes: over(volumes, dryVolumes(tell)) }),
  });
}

/** A process that was not run. */
const unstarted: ExecProcess = {
  id: 'unstarted',
  exitCode: async () => 0,
  write: async () => undefined,
  end: async () => undefined,
  resize: async () => undefined,
  close: () => undefined,
  [Symbol.asyncIterator]: async function* () {},
  [Symbol.asyncDispose]: async () => undefined,
};

type Tell = (call: DryRunCall) => void;

function dryImage(image: Image, tell: Tell): Image {
  const told = async (verb: DryRunCall['verb'], name: string = image.name): Promise<void> =>
    tell({ kind: 'image', verb, name });
  const changing: Pick<Image, 'pull' | 'push' | 'build' | 'tag' | 'remove'> = {
    pull: () => told('pull'),
    push: () => told('push'),
    tag: (name) => told('tag', name),
    remove: async () => {
      await image.inspect();
      await told('remove');
    },
    build: async () => {
      await told('build');
      return unbuilt(image.name);
    },
  };
  return over(image, changing);
}

/** What is known of an image that was not built. */
function unbuilt(name: string): ImageInfo {
  const unknown = { digest: null, createdAt: null, os: null, architecture: null, config: null };
  return { id: name, tags: [name], digests: [], size: 0, labels: {}, ...unknown };
}

function dryImages(tell: Tell): Pick<Images, 'load'> {
  return {
    load: async () => {
      tell({ kind: 'image', verb: 'load', name: 'archive' });
      return [];
    },
  };
}

function dryNetworks(tell: Tell): Pick<Networks, 'create' | 'remove' | 'connect' | 'disconnect'> {
  const told = async (verb: DryRunCall['verb'], name: string): Promise<void> =>
    tell({ kind: 'network', verb, name });
  return {
    create: async ({ name, driver = 'bridge', labels = {}, driverOpts = {}, ...spec }) => {
      await told('create', name);
      return {
        id: name,
        name,
        driver,
        scope: 'local',
        internal: spec.internal ?? false,
        attachable: spec.attachable ?? false,
        enableIpv6: spec.enableIpv6 ?? false,
        labels,
        driverOpts,
        subnets: [],
        createdAt: null,
        containers: [],
      };
    },
    remove: (name) => told('remove', name),
    connect: (name) => told('connect', name),
    disconnect: (name) => told('disconnect', name),
  };
}

function dryVolumes(tell: Tell): Pick<Volumes, 'create' | 'remove'> {
  return {
    create: async ({ name = 'unnamed', driver = 'local', labels = {}, driverOpts = {} }) => {
      tell({ kind: 'volume', verb: 'create', name });
      return { name, driver, mountpoint: null, scope: 'local', labels, driverOpts, createdAt: null };
    },
    remove: async (name) => tell({ kind: 'volume', verb: 'remove', name }),
  };
}

/** `target` with some members in place of its own. */
function over<T extends object>(target: T, members: Partial<T>): T {
  return new Proxy(target, {
    get: (_, key) => {
      if (Object.hasOwn(members, key)) return Reflect.get(members, key);
      const value: unknown = Reflect.get(target, key, target);
      // Private fields belong to the real one.
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}
