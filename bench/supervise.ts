import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer as createHttpServer } from 'node:http';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { build } from 'esbuild';
import { atMost, find, row, type Table } from './measure.ts';

const endpoints = 1000;
const interval = 10_000;
const seconds = 30;

/** Memory and CPU of a process that keeps checking a thousand endpoints, samples the machine and is scraped. */
export async function superviseTables(): Promise<Table[]> {
  const tcp = await listening(createServer((socket) => socket.resume().on('error', () => undefined)));
  const http = await listening(createHttpServer((_, response) => response.end('ok')));
  const child = await bundled('supervise-child.ts');
  try {
    const idle = await supervise(child.file, 'idle', 0);
    const overTcp = await supervise(child.file, 'tcp', tcp.port);
    const scraped = await supervise(child.file, 'tcp', tcp.port, { scrape: true });
    const overHttp = await supervise(child.file, 'http', http.port);
    const rows = (of: keyof Figures): Table['rows'] => [
      row('idle node', [idle[of]]),
      row('tcp endpoints', [overTcp[of]]),
      row('tcp endpoints, scraped', [scraped[of]]),
      row('http endpoints', [overHttp[of]]),
    ];
    const about = `${endpoints} endpoints, each checked every ${interval / 1000} s; the machine is sampled as often, all checks are counted as metrics. Scraped: the metrics, 13 lines an endpoint, are fetched as often too. Measured for ${seconds} s after the first round.`;
    const [memory, cpu] = [rows('rss'), rows('cpu')];
    return [
      {
        title: 'Supervising a thousand endpoints: memory',
        about,
        unit: 'MiB',
        rows: memory,
        verdicts: [atMost('tcp, resident memory', find(memory, 'tcp endpoints'), 100, 'MiB')],
      },
      {
        title: 'Supervising a thousand endpoints: CPU',
        about,
        unit: '% of a core',
        rows: cpu,
        verdicts: [
          atMost('tcp, CPU', find(cpu, 'tcp endpoints'), 5, '% of a core'),
          `checks: tcp ${overTcp.checks}, http ${overHttp.checks}; of them failed: ${overTcp.failed}, ${overHttp.failed}`,
        ],
      },
    ];
  } finally {
    tcp.server.close();
    http.server.close();
    await rm(child.folder, { recursive: true, force: true });
  }
}

/** What the child prints at the end. */
export interface Figures {
  /** MiB at the end. */
  rss: number;
  /** Percent of one core over the time. */
  cpu: number;
  checks: number;
  failed: number;
}

async function listening(server: Server): Promise<{ server: Server; port: number }> {
  server.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  return { server, port: typeof address === 'object' && address !== null ? address.port : 0 };
}

/** As plain JavaScript in one file, which is what users run: Node's own stripping of types costs 30 MiB. */
async function bundled(name: string): Promise<{ folder: string; file: string }> {
  // Below this checkout, so that packages are found.
  const folder = await mkdtemp(join(import.meta.dirname, '.bench-'));
  const file = join(folder, 'child.mjs');
  await build({
    entryPoints: [join(import.meta.dirname, name)],
    outfile: file,
    bundle: true,
    format: 'esm',
    platform: 'node',
    packages: 'external',
    logLevel: 'warning',
  });
  return { folder, file };
}

/** The child says where its metrics are, which are scraped from here on request, and at the end its figures. */
function supervise(
  file: string,
  kind: string,
  port: number,
  { scrape = false }: { scrape?: boolean } = {},
): Promise<Figures> {
  const args = [kind, port, endpoints, interval, seconds].map(String);
  const child = spawn(process.execPath, [file, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  const scraping = setInterval(() => {
    const [, url] = /^(http:.+)\n/.exec(output) ?? [];
    if (scrape && url !== undefined) void fetch(url).then((answer) => answer.text());
  }, interval);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code) => {
      clearInterval(scraping);
      if (code === 0) resolve(JSON.parse(output.split('\n').at(-1) ?? '') as Figures);
      else reject(new Error(`supervise-child ${kind} ended with ${code}`));
    });
  });
}
