import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { probePort } from '../src/transport/port-probe.ts';
import { atMost, find, row, type Table } from './measure.ts';

const perSecond = 100;
const seconds = 5;
const rounds = 5;

/** CPU of this process at 100 probes a second: of open ports, and of closed ones. */
export async function probesTable(): Promise<Table> {
  await using server = await serverApart();
  const open: number[] = [];
  const closed: number[] = [];
  const idle: number[] = [];
  await probe(server.port, 200);
  for (let round = 0; round < rounds; round += 1) {
    idle.push(await shareOfCore(() => sleep(seconds * 1000)));
    open.push(await shareOfCore(() => steadily(server.port)));
    closed.push(await shareOfCore(() => steadily(1)));
  }
  const rows = [row('open ports', open), row('closed ports', closed), row('nothing', idle)];
  return {
    title: 'TCP probes',
    about: `${perSecond} probes a second for ${seconds} s: the CPU time of the process that probes.`,
    unit: '% of a core',
    rows,
    verdicts: [atMost('open ports', find(rows, 'open ports'), 2, '% of a core')],
  };
}

/** One probe every 10 ms. */
async function steadily(port: number): Promise<void> {
  const began = performance.now();
  const probes: Promise<unknown>[] = [];
  for (let index = 0; index < perSecond * seconds; index += 1) {
    const wait = began + (index * 1000) / perSecond - performance.now();
    if (wait > 0) await sleep(wait);
    probes.push(probePort('127.0.0.1', port));
  }
  await Promise.all(probes);
}

async function probe(port: number, count: number): Promise<void> {
  for (let index = 0; index < count; index += 1) await probePort('127.0.0.1', port);
}

/** CPU time of this process over the time of the work, in percent of one core. */
async function shareOfCore(work: () => Promise<unknown>): Promise<number> {
  const [began, cpu] = [performance.now(), process.threadCpuUsage()];
  await work();
  const { user, system } = process.threadCpuUsage(cpu);
  return (user + system) / 10 / (performance.now() - began);
}

/** A server on a thread of its own, whose CPU time does not count. */
async function serverApart(): Promise<{ port: number } & AsyncDisposable> {
  const worker = new Worker(
    `const { parentPort } = require('node:worker_threads');
     const server = require('node:net').createServer((socket) => socket.destroy());
     server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port));`,
    { eval: true },
  );
  const [port] = (await once(worker, 'message')) as [number];
  return { port, [Symbol.asyncDispose]: async () => void (await worker.terminate()) };
}
