import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A registry of ours on the loopback that lets one user in. */
export interface TestRegistry {
  /** `127.0.0.1:PORT` */
  host: string;
  username: string;
  password: string;
  stop(): Promise<void>;
}

const username = 'wherry';
const password = 'correct-horse';
/** bcrypt of `password`, made with `htpasswd -nbB`. */
const passwordHash = '$2y$05$SDmXznOq2k5I3.1VHAv2SOUUv.hs9LKlBdM0gJtD9/IUtBGSl/saK';

/** Debian's docker-registry on this machine; undefined when it is not installed. */
export function registryProgram(): string | undefined {
  const paths = (process.env.PATH ?? '').split(':').map((directory) => join(directory, 'docker-registry'));
  return paths.find((path) => existsSync(path));
}

/** Starts the registry with its data in a directory that leaves with it. */
export async function startRegistry(program: string): Promise<TestRegistry> {
  const directory = await mkdtemp(join(tmpdir(), 'wherry-registry-'));
  const port = await freePort();
  const host = `127.0.0.1:${port}`;
  await writeFile(join(directory, 'htpasswd'), `${username}:${passwordHash}\n`, { mode: 0o600 });
  const config = {
    version: 0.1,
    log: { level: 'error' },
    storage: { filesystem: { rootdirectory: join(directory, 'data') } },
    http: { addr: host },
    auth: { htpasswd: { realm: 'wherry', path: join(directory, 'htpasswd') } },
  };
  // JSON is YAML.
  await writeFile(join(directory, 'config.yml'), JSON.stringify(config));
  const child = spawn(program, ['serve', join(directory, 'config.yml')], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  const stop = async (): Promise<void> => {
    await end(child);
    await rm(directory, { recursive: true, force: true });
  };
  try {
    await answering(`http://${host}/v2/`, child);
  } catch (error) {
    await stop();
    throw new Error(`the registry did not start: ${said}`, { cause: error });
  }
  return { host, username, password, stop };
}

/** A port on which nothing listens. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

async function answering(url: string, child: ChildProcess): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    if (child.exitCode !== null) throw new Error(`exit code ${child.exitCode}`);
    const response = await fetch(url).catch(() => undefined);
    await response?.body?.cancel();
    if (response?.status === 401) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`${url} does not answer`);
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}
