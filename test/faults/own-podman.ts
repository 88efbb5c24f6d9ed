import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { wherry } from '../e2e/cli.ts';
import { childrenOf, gone, mountsBelow, processesWith, send } from './processes.ts';

/**
 * A Podman service of a test's own, with storage, locks and a network namespace of its own: a process that does nothing
 * holds its namespaces, so that the service can be killed and come back.
 */
export class OwnPodman implements AsyncDisposable {
  readonly host: string;
  readonly #directory: string;
  readonly #root: string | undefined;
  #holder: ChildProcess | undefined;
  #service: ChildProcess | undefined;

  private constructor(directory: string, root: string | undefined) {
    this.#directory = directory;
    this.#root = root;
    this.host = `unix://${join(directory, 'podman.sock')}`;
  }

  /** `system`: that of the machine's packages; `debian-13`: that of the lab's root. Undefined where it cannot be started. */
  static async start(version: 'system' | 'debian-13' = 'system'): Promise<OwnPodman | undefined> {
    const settings = await readFile('/run/wherry-lab/podman-containers.conf', 'utf8').catch(() => undefined);
    if (process.getuid?.() !== 0 || settings === undefined) return undefined;
    const root = version === 'system' ? undefined : join(labCache, 'debian-13-podman');
    if (root === undefined ? !existsSync('/usr/bin/podman') : !existsSync(root)) return undefined;
    const engine = new OwnPodman(await mkdtemp(join(tmpdir(), 'wherry-own-')), root);
    await writeFile(engine.#at('containers.conf'), settings);
    for (const name of ['data', 'run', 'networks']) mkdirSync(engine.#at(name));
    await engine.#hold();
    if (await engine.up()) return engine;
    await engine[Symbol.asyncDispose]();
    return undefined;
  }

  /** Whether it answers in the end. */
  async up(): Promise<boolean> {
    await rm(this.#at('podman.sock'), { force: true });
    this.#service = this.#podman(['system', 'service', '--time', '0', this.host]);
    for (let attempt = 0; attempt < 150 && this.#service.exitCode === null; attempt += 1) {
      if ((await wherry(['--backend', 'podman', '-H', this.host, 'info'])).code === 0) return true;
      await sleep(200);
    }
    return false;
  }

  /** Kills the service in the middle of whatever it does; the processes of containers go on. */
  async kill(): Promise<void> {
    for (const pid of this.#services()) {
      send(pid, 'SIGKILL');
      await gone(pid);
    }
  }

  /** Killed, it has lost its records of containers and comes back; their storage stays, as after a kill in a create. */
  async forget(): Promise<boolean> {
    await this.kill();
    for (const records of ['db.sql', 'libpod/bolt_state.db'])
      await rm(join(this.#at('data'), records), { force: true });
    return this.up();
  }

  /** From now on it takes connections and says nothing. */
  freeze(): void {
    for (const pid of this.#services()) send(pid, 'SIGSTOP');
  }

  thaw(): void {
    for (const pid of this.#services()) send(pid, 'SIGCONT');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    if (this.#holder !== undefined) {
      const removal = this.#podman(['rm', '--all', '--force', '--time', '0']);
      const timer = setTimeout(() => removal.kill('SIGKILL'), 20_000);
      await once(removal, 'exit');
      clearTimeout(timer);
    }
    for (const pid of processesWith(this.#directory)) {
      for (const child of childrenOf(pid)) send(child, 'SIGKILL');
      send(pid, 'SIGKILL');
    }
    this.#holder?.kill('SIGKILL');
    for (const path of mountsBelow(this.#directory)) spawnSync('umount', ['-l', path]);
    await rm(this.#directory, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }

  /** Namespaces with a root, locks and networks that are nobody else's. */
  async #hold(): Promise<void> {
    const holds = ['sh', '-c', 'mount -t tmpfs shm /dev/shm; echo ready; exec sleep infinity'];
    const inside =
      this.#root === undefined
        ? holds
        : [pivot, this.#root, `${this.#at('data')}:/var/lib/containers`, ...sharedFolders(), '--', ...holds];
    this.#holder = spawn('unshare', ['--net', '--mount', '--propagation', 'private', ...inside], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    if (this.#holder.stdout !== null) await once(this.#holder.stdout, 'data');
  }

  #podman(args: readonly string[]): ChildProcess {
    const places = [
      ...['--root', this.#at('data'), '--runroot', this.#at('run'), '--tmpdir', this.#at('run/tmp')],
      ...['--network-config-dir', this.#at('networks')],
      // The only driver that needs nothing of the file system that temporary files are on.
      ...['--storage-driver', 'vfs'],
    ];
    const entered = ['--target', String(this.#holder?.pid), '--mount', '--net', '--'];
    const settings = `CONTAINERS_CONF=${this.#at('containers.conf')}`;
    return spawn('nsenter', [...entered, 'env', settings, 'podman', ...places, ...args], { stdio: 'ignore' });
  }

  #services(): number[] {
    return processesWith(this.host).filter((pid) => pid === this.#service?.pid);
  }

  #at(name: string): string {
    return join(this.#directory, name);
  }
}

const pivot = fileURLToPath(new URL('../lab/pivot', import.meta.url));
const labCache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'wherry/lab');

/** Folders that are no part of Debian itself, so that sockets and bind mounts mean the same as elsewhere. */
function sharedFolders(): string[] {
  const debian = /^(bin|boot|dev|etc|lib.*|lost\+found|proc|run|sbin|sys|usr|var)$/;
  return readdirSync('/', { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !debian.test(entry.name))
    .map(({ name }) => `/${name}`);
}
