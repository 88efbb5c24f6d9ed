import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { observe, up } from '../src/boot/index.ts';
import { loadProject, nodeFiles } from '../src/compose/index.ts';
import type { Backend } from '../src/core/index.ts';
import { atMost, find, race, type Table, timed } from './measure.ts';
import type { RawEngine } from './raw-engine.ts';
import { dockerCli } from './startup.ts';

const project = 'wherry-bench-stack';
/** Ten services in three waves: each waits for all of the wave before to be healthy. */
const waves: readonly (readonly string[])[] = [
  ['a1', 'a2', 'a3'],
  ['b1', 'b2', 'b3', 'b4'],
  ['c1', 'c2', 'c3'],
];
const healthcheck = { test: ['CMD', 'true'], interval: '1s', timeout: '5s', retries: 3 };

interface Options {
  backend: Backend;
  raw: RawEngine;
  socketPath: string;
  image: string;
}

/** Booting ten services behind health gates, from nothing and when nothing changed. */
export async function stackTables(options: Options): Promise<Table[]> {
  const folder = mkdtempSync(join(tmpdir(), 'wherry-bench-stack-'));
  const file = join(folder, 'compose.json');
  writeFileSync(file, JSON.stringify(composeFile(options.image)));
  try {
    return await measure(options, file, folder);
  } finally {
    await clear(options.raw);
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measure(options: Options, file: string, folder: string): Promise<Table[]> {
  const { backend, raw, socketPath } = options;
  const env = { ...process.env, DOCKER_HOST: `unix://${socketPath}` };
  const load = () =>
    loadProject({
      files: [file],
      projectName: project,
      env: {},
      workingDirectory: folder,
      access: nodeFiles,
    });
  const library = async (): Promise<void> => {
    const { project: loaded } = await load();
    const summary = await up(backend, loaded, { wait: true });
    if (!summary.ok) throw new Error(JSON.stringify(summary.rows));
  };
  const command = (argv: readonly string[]) => async (): Promise<void> => {
    const [program = '', ...args] = argv;
    const { status, stderr } = spawnSync(program, args, { env, encoding: 'utf8' });
    if (status !== 0) throw new Error(`${argv.join(' ')}: ${stderr}`);
  };
  const wherry = command([
    process.execPath,
    join(import.meta.dirname, '../bin/wherry.cjs'),
    '-f',
    file,
    '-p',
    project,
    'up',
    '-d',
    '--wait',
  ]);
  const docker = dockerCli(env);
  const compose =
    docker === undefined || !hasCompose(docker, env)
      ? undefined
      : command([docker, 'compose', '-f', file, '-p', project, 'up', '-d', '--wait']);

  const cold = (run: () => Promise<unknown>) => async (): Promise<number> => {
    await clear(raw);
    return await timed(run);
  };
  const coldRows = await race(
    {
      'raw API, in process': cold(() => rawUp(raw, options.image)),
      'wherry, in process': cold(library),
      'wherry up --wait': cold(wherry),
      ...(compose === undefined ? {} : { 'docker compose up --wait': cold(compose) }),
    },
    5,
  );
  await clear(raw);
  await library();
  const ours = await race(
    { 'wherry, in process': () => timed(library), 'wherry up --wait': () => timed(wherry) },
    7,
  );
  if ((await observe(backend, project)).length !== 10)
    throw new Error('the project does not have ten containers');
  await clear(raw);
  await compose?.();
  const theirs =
    compose === undefined ? [] : await race({ 'docker compose up --wait': () => timed(compose) }, 5);
  const unchangedRows = [...ours, ...theirs];
  const version = compose === undefined ? 'not on this machine' : composeVersion(docker ?? '', env);
  return [
    {
      title: 'Ten services behind health gates, from nothing',
      about: `Three waves, health checks every second; images are there. docker compose: ${version}.`,
      unit: 'ms',
      rows: coldRows,
      verdicts: [
        atMost(
          'wherry ÷ raw API',
          find(coldRows, 'wherry, in process') / find(coldRows, 'raw API, in process'),
          1.1,
          '×',
        ),
        ...(compose === undefined
          ? []
          : [
              `\`wherry up\` ÷ \`docker compose up\` = ${(find(coldRows, 'wherry up --wait') / find(coldRows, 'docker compose up --wait')).toFixed(2)} ×`,
            ]),
      ],
    },
    {
      title: 'The same ten services, unchanged',
      about: 'The project is up and healthy; each tool finds what it made itself.',
      unit: 'ms',
      rows: unchangedRows,
      verdicts:
        compose === undefined
          ? []
          : [
              atMost(
                '`wherry up` ÷ `docker compose up`',
                find(unchangedRows, 'wherry up --wait') / find(unchangedRows, 'docker compose up --wait'),
                0.25,
                '×',
              ),
            ],
    },
  ];
}

function composeFile(image: string): unknown {
  const services: Record<string, unknown> = {};
  for (const [index, wave] of waves.entries()) {
    const before = waves[index - 1] ?? [];
    for (const name of wave) {
      services[name] = {
        image,
        command: ['sleep', '3600'],
        healthcheck,
        stop_grace_period: '0s',
        depends_on: Object.fromEntries(
          before.map((dependency) => [dependency, { condition: 'service_healthy' }]),
        ),
      };
    }
  }
  return { services };
}

/** The same containers by the fewest calls that do it, as parallel as the gates allow. */
async function rawUp(raw: RawEngine, image: string): Promise<void> {
  const ids = new Map<string, string>();
  const healthy = new Set<string>();
  let changed: () => void = () => undefined;
  const filters = encodeURIComponent(
    JSON.stringify({ type: ['container'], label: [`com.docker.compose.project=${project}`] }),
  );
  const events = raw.follow(`/v1.41/events?filters=${filters}`, (event) => {
    if (event.Action === 'health_status: healthy') healthy.add((event.Actor as { ID: string }).ID);
    changed();
  });
  try {
    await events.ready;
    const labels = { 'com.docker.compose.project': project };
    const network = `${project}_default`;
    await raw.call('POST', '/v1.41/networks/create', { Name: network, Labels: labels });
    const second = 1e9;
    const boot = async (name: string, before: readonly string[]): Promise<void> => {
      const { Id } = await raw.call<{ Id: string }>(
        'POST',
        `/v1.41/containers/create?name=${project}-${name}-1`,
        {
          Image: image,
          Cmd: ['sleep', '3600'],
          Labels: labels,
          Healthcheck: { Test: healthcheck.test, Interval: second, Timeout: 5 * second, Retries: 3 },
          HostConfig: { NetworkMode: network },
          NetworkingConfig: { EndpointsConfig: { [network]: { Aliases: [name] } } },
        },
      );
      ids.set(name, Id);
      const isHealthy = (other: string): boolean => healthy.has(ids.get(other) ?? '');
      while (!before.every(isHealthy)) await nextChange();
      await raw.call('POST', `/v1.41/containers/${Id}/start`);
      while (!isHealthy(name)) await nextChange();
    };
    const waiting = new Set<() => void>();
    changed = () => {
      for (const wake of waiting) wake();
      waiting.clear();
    };
    const nextChange = (): Promise<void> => new Promise((resolve) => void waiting.add(resolve));
    await Promise.all(waves.flatMap((wave, index) => wave.map((name) => boot(name, waves[index - 1] ?? []))));
  } finally {
    events.stop();
  }
}

async function clear(raw: RawEngine): Promise<void> {
  const filters = encodeURIComponent(JSON.stringify({ label: [`com.docker.compose.project=${project}`] }));
  const list = await raw.call<{ Id: string }[]>('GET', `/v1.41/containers/json?all=1&filters=${filters}`);
  await Promise.all(list.map(({ Id }) => raw.call('DELETE', `/v1.41/containers/${Id}?force=1&v=1`)));
  const networks = await raw.call<{ Id: string }[]>('GET', `/v1.41/networks?filters=${filters}`);
  await Promise.all(networks.map(({ Id }) => raw.call('DELETE', `/v1.41/networks/${Id}`)));
}

function hasCompose(docker: string, env: NodeJS.ProcessEnv): boolean {
  return spawnSync(docker, ['compose', 'version'], { env }).status === 0;
}

function composeVersion(docker: string, env: NodeJS.ProcessEnv): string {
  return spawnSync(docker, ['compose', 'version', '--short'], { env, encoding: 'utf8' }).stdout.trim();
}
