import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { wherry } from '../e2e/cli.ts';

/** A dockerd of a test's own, in a network namespace of its own: nothing that it does touches another engine's. */
export class OwnDocker implements AsyncDisposable {
  readonly host: string;
  readonly #directory: string;
  #daemon: ChildProcess | undefined;

  private constructor(directory: string) {
    this.#directory = directory;
    this.host = `unix://${join(directory, 'docker.sock')}`;
  }

  /** Undefined where it cannot be started. */
  static async start(): Promise<OwnDocker | undefined> {
    if (process.getuid?.() !== 0 || dockerd === undefined) return undefined;
    const engine = new OwnDocker(await mkdtemp(join(tmpdir(), 'wherry-own-')));
    await writeFile(join(engine.#directory, 'daemon.json'), '{}');
    if (await engine.up()) return engine;
    await engine[Symbol.asyncDispose]();
    return undefined;
  }

  /** Whether it answers in the end. */
  async up(): Promise<boolean> {
    const at = (name: string): string => join(this.#directory, name);
    const places = ['--data-root', at('data'), '--exec-root', at('exec'), '--pidfile', at('pid')];
    const plain = ['--iptables=false', '--ip-forward=false', '--storage-driver', 'vfs'];
    await rm(at('pid'), { force: true });
    this.#daemon = spawn(
      'unshare',
      ['--net', dockerd ?? '', '-H', this.host, '--config-file', at('daemon.json'), ...places, ...plain],
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
    const daemon = this.#daemon;
    if (daemon === undefined || daemon.exitCode !== null || daemon.signalCode !== null) return;
    daemon.kill('SIGTERM');
    await once(daemon, 'exit');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    spawnSync('umount', ['-l', join(this.#directory, 'data')]);
    await rm(this.#directory, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}

const dockerd = ['/usr/sbin/dockerd', '/usr/bin/dockerd'].find((path) => existsSync(path));
