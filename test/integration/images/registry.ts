import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
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

export interface RegistryOptions {
  /** Where it listens. Default: 127.0.0.1. */
  address?: string;
  /** Files of its certificate and its key. Default: no TLS. */
  tls?: { certificate: string; key: string };
}

/** Starts the registry with its data in a directory that leaves with it. */
export async function startRegistry(program: string, options: RegistryOptions = {}): Promise<TestRegistry> {
  const { address = '127.0.0.1', tls } = options;
  const directory = await mkdtemp(join(tmpdir(), 'wherry-registry-'));
  const port = await freePort(address);
  const host = `${address}:${port}`;
  await writeFile(join(directory, 'htpasswd'), `${username}:${passwordHash}\n`, { mode: 0o600 });
  const config = {
    version: 0.1,
    log: { level: 'error' },
    storage: { filesystem: { rootdirectory: join(directory, 'data') } },
    http: { addr: host, ...(tls === undefined ? {} : { tls }) },
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
    await answering(address, port, child);
  } catch (error) {
    await stop();
    throw new Error(`the registry did not start: ${said}`, { cause: error });
  }
  return { host, username, password, stop };
}

/** A port on which nothing listens. */
export async function freePort(address = '127.0.0.1'): Promise<number> {
  const server = createServer().listen(0, address);
  await once(server, 'listening');
  const bound = server.address();
  server.close();
  await once(server, 'close');
  if (bound === null || typeof bound === 'string') throw new Error('no port');
  return bound.port;
}

async function answering(address: string, port: number, child: ChildProcess): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    if (child.exitCode !== null) throw new Error(`exit code ${child.exitCode}`);
    const socket = connect(port, address);
    const isOpen = await once(socket, 'connect').then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (isOpen) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`${address}:${port} does not answer`);
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}
