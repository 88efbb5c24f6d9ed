// A process of its own, so that memory and CPU are its alone: follow-child.ts WHO SOCKET LABEL SECONDS
import { residentMemory } from './follow.ts';

const [who = '', socketPath = '', label = '', seconds = '1'] = process.argv.slice(2);
const count = { lines: 0, stats: 0, events: 0 };

if (who === 'wherry') await followWithWherry();
if (who === 'dockerode') await followWithDockerode();

const before = process.cpuUsage();
const began = performance.now();
await new Promise((resolve) => setTimeout(resolve, Number(seconds) * 1000));
const { user, system } = process.cpuUsage(before);
const cpu = ((user + system) / 1000 / (performance.now() - began)) * 100;
process.stdout.write(JSON.stringify({ rss: residentMemory(), cpu, ...count }));
process.exit(0);

async function followWithWherry(): Promise<void> {
  const { defaultRegistry } = await import('../src/backends/index.ts');
  const backend = await defaultRegistry().open({ type: 'docker', host: `unix://${socketPath}` });
  const drain = async (run: () => Promise<void>): Promise<void> => {
    try {
      await run();
    } catch (error) {
      process.stderr.write(`${String(error)}\n`);
      process.exit(1);
    }
  };
  void drain(async () => {
    for await (const _ of backend.events()) count.events += 1;
  });
  const ids = (await backend.list({ labels: [label] })).map(({ id }) => id);
  for (const id of ids) {
    void drain(async () => {
      for await (const batch of backend.logs(id, { follow: true, tail: 0 }).batches())
        count.lines += batch.length;
    });
  }
  void drain(async () => {
    for await (const batch of backend.statsAll({ ids })) count.stats += batch.length;
  });
}

async function followWithDockerode(): Promise<void> {
  const { default: Dockerode } = await import('dockerode');
  const { Writable } = await import('node:stream');
  const docker = new Dockerode({ socketPath });
  (await docker.getEvents()).on('data', () => {
    count.events += 1;
  });
  const lines = (): InstanceType<typeof Writable> =>
    new Writable({
      write: (chunk: Buffer, _, done) => {
        for (const byte of chunk) if (byte === 10) count.lines += 1;
        done();
      },
    });
  for (const { Id } of await docker.listContainers({ filters: { label: [label] } })) {
    const container = docker.getContainer(Id);
    const log = await container.logs({ follow: true, stdout: true, stderr: true, tail: 0, timestamps: true });
    docker.modem.demuxStream(log, lines(), lines());
    const stats = await container.stats({ stream: true });
    let rest = '';
    stats.on('data', (chunk: Buffer) => {
      const parts = (rest + chunk.toString()).split('\n');
      rest = parts.pop() ?? '';
      for (const part of parts) {
        JSON.parse(part);
        count.stats += 1;
      }
    });
  }
}
