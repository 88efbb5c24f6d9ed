import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { probePort } from '../src/transport/port-probe.ts';
import { atMost, find, row, type Table } from './measure.ts';

const perSecond = 100;
const seconds = 5;
const rounds = 5;

/** CPU of this process at 100 probes a second: in one round a second, as supervisors do, and spread evenly. */
export async function probesTable(): Promise<Table> {
  await using server = await serverApart();
  const rounded: number[] = [];
  const spread: number[] = [];
  const idle: number[] = [];
  await probe(server.port, 500);
  for (let round = 0; round < rounds; round += 1) {
    idle.push(await shareOfCore(() => sleep(seconds * 1000)));
    rounded.push(await shareOfCore(() => inRounds(server.port)));
    spread.push(await shareOfCore(() => evenly(server.port)));
  }
  const rows = [row('100 once a second', rounded), row('one every 10 ms', spread), row('nothing', idle)];
  return {
    title: 'TCP probes',
    about: `${perSecond} probes of an open port a second for ${seconds} s: the CPU time of the thread that probes. Evenly spread, most of it is waking up.`,
    unit: '% of a core',
    rows,
    verdicts: [atMost('100 once a second', find(rows, '100 once a second'), 2, '% of a core')],
  };
}

async function inRounds(port: number): Promise<void> {
  for (let round = 0; round < seconds; round += 1) {
    const next = performance.now() + 1000;
    await Promise.all(Array.from({ length: perSecond }, () => probePort('127.0.0.1', port)));
    await sleep(next - performance.now());
  }
}

async function evenly(port: number): Promise<void> {
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

/** CPU time of this thread over the time of the work, in percent of one core. */
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
    { eval: true, execArgv: [] },
  );
  const [port] = (await once(worker, 'message')) as [number];
  return { port, [Symbol.asyncDispose]: async () => void (await worker.terminate()) };
}
