import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const script = fileURLToPath(new URL('../../lab/prometheus', import.meta.url));

/** Folder of the real programs, or why this machine cannot have them. */
export async function prometheusPrograms(): Promise<{ folder: string } | { reason: string }> {
  try {
    const { stdout } = await promisify(execFile)('bash', [script]);
    return { folder: stdout.trim() };
  } catch (error) {
    const { stderr = '' } = error as { stderr?: string };
    return { reason: stderr.trim().split('\n').at(-1) ?? 'test/lab/prometheus failed' };
  }
}

/** A real Prometheus that scrapes one target every second. */
export class PrometheusServer implements AsyncDisposable {
  readonly url: string;
  readonly #process: ChildProcess;
  readonly #folder: string;

  static async start(programs: string, target: string): Promise<PrometheusServer> {
    const folder = await mkdtemp(join(tmpdir(), 'wherry-prometheus-'));
    const config = `
global: { scrape_interval: 1s, scrape_timeout: 1s }
scrape_configs: [{ job_name: wherry, static_configs: [{ targets: ['${target}'] }] }]
`;
    await writeFile(join(folder, 'prometheus.yml'), config);
    const listen = `127.0.0.1:${await freePort()}`;
    const child = spawn(
      join(programs, 'prometheus'),
      [
        `--config.file=${join(folder, 'prometheus.yml')}`,
        `--storage.tsdb.path=${join(folder, 'data')}`,
        `--web.listen-address=${listen}`,
      ],
      { stdio: 'ignore' },
    );
    return new PrometheusServer(child, folder, `http://${listen}`);
  }

  private constructor(child: ChildProcess, folder: string, url: string) {
    this.#process = child;
    this.#folder = folder;
    this.url = url;
  }

  /** Values of an instant query, by the label `name` where there is one; nothing while it is not up. */
  async query(expression: string): Promise<Record<string, number>> {
    const answer = await fetch(
      `${this.url}/api/v1/query?${new URLSearchParams({ query: expression })}`,
    ).catch(() => null);
    if (answer === null || !answer.ok) return {};
    const { data } = (await answer.json()) as {
      data: { result: { metric: Record<string, string>; value: [number, string] }[] };
    };
    return Object.fromEntries(data.result.map(({ metric, value }) => [metric.name ?? '', Number(value[1])]));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = new Promise((resolve) => this.#process.once('exit', resolve));
    if (this.#process.exitCode === null && this.#process.kill()) await ended;
    await rm(this.#folder, { recursive: true, force: true });
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}
