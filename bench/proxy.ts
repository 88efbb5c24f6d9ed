import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { join } from 'node:path';
import { atLeast, find, race, type Table } from './measure.ts';

const connections = 32;
const seconds = 2;
const request = Buffer.from('GET / HTTP/1.1\r\nHost: bench\r\n\r\n');

/** A proxy that runs in a process of its own. */
interface Contender {
  port: number;
  child: ChildProcess;
}

/** What a second of one core is good for in a proxy: requests on connections that are kept, and new connections. */
export async function proxyTables(): Promise<Table[]> {
  await using stack = new AsyncDisposableStack();
  const started = async (contender: Promise<Contender>): Promise<Contender> => {
    const { child, port } = await contender;
    stack.defer(() => ended(child));
    return { child, port };
  };
  const service = await started(node('service', 0));
  const contenders: Record<string, Contender> = {
    'plain Node pipe': await started(node('pipe', service.port)),
    wherry: await started(node('wherry', service.port)),
  };
  const dockerProxy = '/usr/sbin/docker-proxy';
  if (existsSync(dockerProxy))
    contenders['docker-proxy'] = await started(dockerProxyTo(dockerProxy, service.port));
  const socketProxy = '/lib/systemd/systemd-socket-proxyd';
  if (existsSync(socketProxy) && existsSync('/usr/bin/systemd-socket-activate'))
    contenders['systemd-socket-proxyd'] = await started(socketProxyTo(socketProxy, service.port));
  return [
    await table(contenders, 'Requests through the proxy', keptConnections, 30_000, {
      about: `${connections} connections that are kept, each with one small HTTP request after the other for ${seconds} s.`,
      what: 'wherry, requests/s per core',
    }),
    await table(contenders, 'New connections through the proxy', newConnections, undefined, {
      about: `${connections} clients that make a new connection for each small HTTP request, for ${seconds} s.`,
      what: 'wherry',
    }),
  ];
}

async function table(
  contenders: Readonly<Record<string, Contender>>,
  title: string,
  load: (port: number) => Promise<number>,
  bar: number | undefined,
  { about, what }: { about: string; what: string },
): Promise<Table> {
  const runs = Object.entries(contenders).map(([name, { port, child }]): [string, () => Promise<number>] => [
    name,
    async () => {
      const before = cpuSeconds(child);
      const done = await load(port);
      return done / (cpuSeconds(child) - before);
    },
  ]);
  const rows = await race(Object.fromEntries(runs), 5);
  const wherry = find(rows, 'wherry');
  const share = (wherry / find(rows, 'plain Node pipe')).toFixed(2);
  return {
    title,
    about: `${about} Divided by the CPU time that the proxy's process took, so that the machine's other work does not count.`,
    unit: 'per second of a core',
    rows,
    verdicts: [
      ...(bar === undefined ? [] : [atLeast(what, wherry, bar, '')]),
      `${share} of a plain Node pipe`,
    ],
  };
}

/** Answers to requests, one after the other on each connection. */
async function keptConnections(port: number): Promise<number> {
  let answers = 0;
  const end = performance.now() + seconds * 1000;
  await Promise.all(
    Array.from({ length: connections }, async () => {
      const socket = connect({ port, host: '127.0.0.1', noDelay: true });
      socket.on('data', () => {
        answers += 1;
        if (performance.now() < end) socket.write(request);
        else socket.end();
      });
      socket.write(request);
      await once(socket, 'close');
    }),
  );
  return answers;
}

async function newConnections(port: number): Promise<number> {
  let answers = 0;
  const end = performance.now() + seconds * 1000;
  await Promise.all(
    Array.from({ length: connections }, async () => {
      while (performance.now() < end) {
        const socket = connect({ port, host: '127.0.0.1', noDelay: true });
        socket.write(request);
        await once(socket, 'data');
        socket.resetAndDestroy();
        answers += 1;
      }
    }),
  );
  return answers;
}

async function node(kind: string, target: number): Promise<Contender> {
  const file = join(import.meta.dirname, 'proxy-child.ts');
  const child = spawn(process.execPath, [file, kind, String(target)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = await once(child.stdout, 'data');
  return { child, port: Number(String(line)) };
}

async function dockerProxyTo(program: string, target: number): Promise<Contender> {
  const port = await freePort();
  const at = ['-host-ip', '127.0.0.1', '-host-port', String(port)];
  const to = ['-container-ip', '127.0.0.1', '-container-port', String(target)];
  // It tells on its fourth file that it listens.
  const child = spawn(program, ['-proto', 'tcp', ...at, ...to], {
    stdio: ['ignore', 'ignore', 'inherit', 'pipe'],
  });
  const status = child.stdio[3];
  if (status !== null && status !== undefined) await once(status, 'data');
  return { child, port };
}

/** systemd starts it with the listening socket; `systemd-socket-activate` becomes it on the first connection. */
async function socketProxyTo(program: string, target: number): Promise<Contender> {
  const port = await freePort();
  const child = spawn(
    'systemd-socket-activate',
    ['-l', `127.0.0.1:${port}`, program, `127.0.0.1:${target}`],
    { stdio: 'ignore' },
  );
  for (;;) {
    const socket = connect({ port, host: '127.0.0.1' });
    const open = await new Promise<boolean>((resolve) => {
      socket.once('connect', () => resolve(true));
      socket.once('error', () => resolve(false));
    });
    socket.destroy();
    if (open) return { child, port };
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** User and system time of a process, in seconds: fields 14 and 15 of its stat, in hundredths on Linux. */
function cpuSeconds({ pid }: ChildProcess): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}
