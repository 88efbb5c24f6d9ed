import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { wherry } from '../e2e/cli.ts';
import { childrenOf, gone, mountsBelow, processesWith, send } from './processes.ts';

export interface OwnDockerOptions {
  /** The system's own, or the one that the lab built. Default: the system's. */
  version?: 'system' | 'newest';
  /** Size of the file system that all its data lies on, as `40m`. Default: that of the temporary directory. */
  disk?: string;
}

/** A dockerd of a test's own, in a network namespace of its own: nothing that it does touches another engine's. */
export class OwnDocker implements AsyncDisposable {
  readonly host: string;
  readonly #directory: string;
  readonly #program: Program;
  #daemon: ChildProcess | undefined;

  private constructor(directory: string, program: Program) {
    this.#directory = directory;
    this.#program = program;
    this.host = `unix://${join(directory, 'docker.sock')}`;
  }

  /** Undefined where it cannot be started. */
  static async start({ version = 'system', disk }: OwnDockerOptions = {}): Promise<OwnDocker | undefined> {
    const program = version === 'system' ? systemProgram() : newestProgram();
    if (process.getuid?.() !== 0 || program === undefined) return undefined;
    const engine = new OwnDocker(await mkdtemp(join(tmpdir(), 'wherry-own-')), program);
    await writeFile(engine.#at('daemon.json'), '{}');
    await engine.#makeDisk(disk);
    if (await engine.up()) return engine;
    await engine[Symbol.asyncDispose]();
    return undefined;
  }

  /** Where its images and containers lie. */
  get data(): string {
    return this.#at('data');
  }

  /** Whether it answers in the end. */
  async up(): Promise<boolean> {
    const places = ['--data-root', this.data, '--exec-root', this.#at('exec'), '--pidfile', this.#at('pid')];
    const plain = ['--iptables=false', '--ip-forward=false', '--storage-driver', this.#program.storage];
    await rm(this.#at('pid'), { force: true });
    const { command } = this.#program;
    this.#daemon = spawn(
      'unshare',
      [
        '--net',
        ...withLoopback,
        ...command,
        '-H',
        this.host,
        '--config-file',
        this.#at('daemon.json'),
        ...places,
        ...plain,
      ],
      { stdio: 'ignore' },
    );
    for (let attempt = 0; attempt < 150 && this.#daemon.exitCode === null; attempt += 1) {
      if ((await wherry(['-H', this.host, 'info'])).code === 0) return true;
      await sleep(200);
    }
    return false;
  }

  /** Ends it, and its containers with it, in the middle of whatever it does. */
  async stop(): Promise<void> {
    const daemon = this.#running;
    if (daemon === undefined) return;
    daemon.kill('SIGCONT');
    daemon.kill('SIGTERM');
    await once(daemon, 'exit');
  }

  /** Kills it and its containerd; the processes of containers go on. */
  async kill(): Promise<void> {
    const daemon = this.#running;
    if (daemon === undefined) return;
    const pid = Number(await readFile(this.#at('exec/containerd/containerd.pid'), 'utf8').catch(() => 0));
    const ended = once(daemon, 'exit');
    daemon.kill('SIGKILL');
    if (pid > 0) send(pid, 'SIGKILL');
    await ended;
    if (pid > 0) await gone(pid);
    await rm(this.#at('exec/containerd/containerd.pid'), { force: true });
  }

  /** From now on it takes connections and says nothing. */
  freeze(): void {
    this.#running?.kill('SIGSTOP');
  }

  thaw(): void {
    this.#running?.kill('SIGCONT');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    for (const pid of processesWith(this.#directory)) {
      for (const child of childrenOf(pid)) send(child, 'SIGKILL');
      send(pid, 'SIGKILL');
    }
    for (const path of mountsBelow(this.#directory)) spawnSync('umount', ['-l', path]);
    await rm(this.#directory, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }

  get #running(): ChildProcess | undefined {
    const daemon = this.#daemon;
    return daemon === undefined || daemon.exitCode !== null || daemon.signalCode !== null
      ? undefined
      : daemon;
  }

  #at(name: string): string {
    return join(this.#directory, name);
  }

  async #makeDisk(size: string | undefined): Promise<void> {
    if (size === undefined) return;
    spawnSync('mkdir', [this.data]);
    const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'wherry-fault', this.data]);
    if (status !== 0) throw new Error('no file system can be mounted here');
  }
}

/** Ports are published on it. */
const withLoopback: readonly string[] = ['sh', '-c', 'ip link set lo up; exec "$0" "$@"'];

interface Program {
  command: readonly string[];
  storage: string;
}

function systemProgram(): Program | undefined {
  const path = ['/usr/sbin/dockerd', '/usr/bin/dockerd'].find((one) => existsSync(one));
  return path === undefined ? undefined : { command: [path], storage: 'vfs' };
}

/** What test/lab/docker-newest.sh built; its path is one folder with what it runs. */
function newestProgram(): Program | undefined {
  const lab = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'wherry/lab');
  const folders = existsSync(lab) ? readdirSync(lab) : [];
  const folder = folders.find((name) => /^docker-newest-v.*[0-9]$/.test(name));
  if (folder === undefined || !existsSync(join(lab, folder, 'dockerd'))) return undefined;
  const home = join(lab, folder);
  return { command: ['env', `PATH=${home}`, join(home, 'dockerd')], storage: 'native' };
}
