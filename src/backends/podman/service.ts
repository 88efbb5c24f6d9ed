import { type ChildProcess, spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PodmanConfig } from '../../core/config.ts';
import { cancelled, throwIfAborted, WherryError } from '../../core/errors.ts';
import type { CallOptions } from '../../core/image.ts';
import { unixDialer } from '../../transport/dialer.ts';
import { guardGroup } from './service-guard.ts';

/** A `podman system service` of ours. Its containers live on without it. */
export interface PodmanService extends AsyncDisposable {
  /** `unix:///…`, in a directory that only this user can enter. */
  readonly host: string;
}

const readyLimit = 20_000;
const stopLimit = 5000;

/** Starts a service that ends with its `[Symbol.asyncDispose]` or with this process, also when that is killed. `UNAVAILABLE` with Podman's last words when it does not come up. */
export async function startService(config: PodmanConfig, options: CallOptions = {}): Promise<PodmanService> {
  const { signal } = options;
  throwIfAborted(signal);
  const program = config.podmanPath ?? 'podman';
  const folder = await mkdtemp(join(tmpdir(), 'wherry-podman-'));
  const path = join(folder, 'podman.sock');
  const env = { ...(config.env ?? process.env) } as NodeJS.ProcessEnv;
  const child = spawn(program, ['system', 'service', '--time', '0', `unix://${path}`], {
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
    // Leads a process group: a rootless service is a child of this process, which does not always pass signals on.
    detached: true,
  });
  const guard = child.pid === undefined ? undefined : guardGroup(child.pid, folder);
  child.once('exit', () => guard?.leave());
  const stop = async (): Promise<void> => {
    process.off('exit', leave);
    await ended(child);
    await rm(folder, { recursive: true, force: true });
  };
  const leave = (): void => {
    signalGroup(child, 'SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  };
  process.once('exit', leave);
  try {
    await ready(child, path, program, signal);
  } catch (error) {
    await stop();
    throw error;
  }
  // From here on the service must not keep this process alive.
  child.unref();
  return { host: `unix://${path}`, [Symbol.asyncDispose]: stop };
}

/** Resolves when the socket accepts connections. */
async function ready(
  child: ChildProcess,
  path: string,
  program: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  let words = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    words = `${words}${chunk.toString()}`.slice(-2000);
  });
  let failure: WherryError | undefined;
  child.once('error', (error: NodeJS.ErrnoException) => {
    const missing = error.code === 'ENOENT';
    failure = new WherryError(
      'UNAVAILABLE',
      missing ? `${program} is not installed` : `${program} cannot be started: ${error.message}`,
      {
        hint: missing ? 'install Podman (`apt-get install podman`, `dnf install podman`)' : undefined,
        cause: error,
      },
    );
  });
  child.once('exit', (code, killedBy) => {
    failure ??= new WherryError(
      'UNAVAILABLE',
      `\`${program} system service\` ended (${killedBy ?? `exit code ${code}`}): ${lastLine(words)}`,
      {
        details: { exitCode: code, stderr: words },
      },
    );
  });
  const dialer = unixDialer(path);
  for (const began = performance.now(); ; await pause(20)) {
    if (signal?.aborted) throw cancelled(signal);
    if (failure !== undefined) throw failure;
    const socket = await dialer.dial({ ...(signal === undefined ? {} : { signal }) }).catch(() => undefined);
    if (socket !== undefined) {
      socket.on('error', () => undefined);
      socket.destroy();
      (child.stderr as (NodeJS.ReadableStream & { unref?: () => void }) | null)?.unref?.();
      return;
    }
    if (performance.now() - began > readyLimit) {
      throw new WherryError(
        'TIMEOUT',
        `\`${program} system service\` does not listen after ${readyLimit / 1000} s: ${lastLine(words)}`,
      );
    }
  }
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const exit = new Promise<void>((resolve) => void child.once('exit', () => resolve()));
  child.ref();
  signalGroup(child, 'SIGTERM');
  const timer = setTimeout(() => signalGroup(child, 'SIGKILL'), stopLimit);
  await exit;
  clearTimeout(timer);
}

/** Containers are in sessions of their own, and live on. */
function signalGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // The last one of the group has ended.
  }
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1) || 'it said nothing';
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, ms));
}
