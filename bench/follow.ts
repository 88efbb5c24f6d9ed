import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Backend } from '../src/core/index.ts';
import { row, type Table } from './measure.ts';

const containers = 50;
const seconds = 20;
const label = 'dev.wherry.bench=follow';

/** Memory and CPU of a process that follows events, logs and statistics of fifty containers that write ten lines a second each. */
export async function followTables(options: {
  backend: Backend;
  socketPath: string;
  image: string;
}): Promise<Table[]> {
  const { backend, socketPath, image } = options;
  const script = 'while :; do echo "a line of some forty characters or so"; sleep 0.1; done';
  const ids: string[] = [];
  try {
    for (let index = 0; index < containers; index += 1) {
      const [key = '', value = ''] = label.split('=');
      const id = await backend.create({
        image,
        command: ['sh', '-c', script],
        stopGracePeriod: 0,
        labels: { [key]: value },
      });
      ids.push(id);
      await backend.start(id);
    }
    const idle = await follow('idle', socketPath);
    const wherry = await follow('wherry', socketPath);
    const dockerode = await follow('dockerode', socketPath);
    const about = `${containers} containers that write ten lines a second each; the process follows events, all logs and all statistics for ${seconds} s.`;
    return [
      {
        title: 'Following fifty containers: memory',
        about,
        unit: 'MiB',
        rows: [row('idle node', [idle.rss]), row('wherry', [wherry.rss]), row('dockerode', [dockerode.rss])],
        verdicts: [
          `lines read: wherry ${wherry.lines}, dockerode ${dockerode.lines}; statistics: ${wherry.stats}, ${dockerode.stats}`,
        ],
      },
      {
        title: 'Following fifty containers: CPU',
        about,
        unit: '% of a core',
        rows: [row('idle node', [idle.cpu]), row('wherry', [wherry.cpu]), row('dockerode', [dockerode.cpu])],
        verdicts: [],
      },
    ];
  } finally {
    await Promise.all(ids.map((id) => backend.remove(id, { force: true })));
  }
}

interface Figures {
  /** MiB at the end. */
  rss: number;
  /** Percent of one core over the time. */
  cpu: number;
  lines: number;
  stats: number;
}

function follow(who: string, socketPath: string): Promise<Figures> {
  const child = spawn(
    process.execPath,
    [join(import.meta.dirname, 'follow-child.ts'), who, socketPath, label, String(seconds)],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code) => {
      if (code === 0) resolve(JSON.parse(output) as Figures);
      else reject(new Error(`${who} ended with ${code}`));
    });
  });
}

/** Resident memory of this process in MiB. */
export function residentMemory(): number {
  const pages = Number(readFileSync('/proc/self/statm', 'utf8').split(' ')[1]);
  return (pages * 4096) / 2 ** 20;
}
