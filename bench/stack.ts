import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { observe, up } from '../src/boot/index.ts';
import { loadProject, nodeFiles } from '../src/compose/index.ts';
import type { Backend } from '../src/core/index.ts';
import { atMost, type Row, race, type Table, timed } from './measure.ts';
import type { RawEngine } from './raw-engine.ts';
import { clear, rawDown, rawUp } from './raw-stack.ts';
import { composeFile, project, type Stack } from './stacks.ts';
import { dockerCli, installed } from './startup.ts';

interface Options {
  backend: Backend;
  raw: RawEngine;
  socketPath: string;
  image: string;
}

/** Booting and ending a stack behind health gates, from nothing and when nothing changed. */
export async function stackTables(stack: Stack, options: Options): Promise<Table[]> {
  const folder = mkdtempSync(join(tmpdir(), 'wherry-bench-stack-'));
  const commands = installed();
  const file = join(folder, 'compose.json');
  writeFileSync(file, JSON.stringify(composeFile(stack, options.image)));
  try {
    return await measure(stack, { ...options, ...commands }, file, folder);
  } finally {
    await clear(options.raw);
    commands.remove();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measure(
  stack: Stack,
  options: Options & { wherry: string; path: string },
  file: string,
  folder: string,
): Promise<Table[]> {
  const { backend, raw, socketPath, image, wherry, path } = options;
  const { bars } = stack;
  const count = stack.waves.flat().length;
  const env = { ...process.env, PATH: path, DOCKER_HOST: `unix://${socketPath}` };
  const library = async (): Promise<void> => {
    const { project: loaded } = await loadProject({
      files: [file],
      projectName: project,
      env: {},
      workingDirectory: folder,
      access: nodeFiles,
    });
    const summary = await up(backend, loaded, { wait: true });
    if (!summary.ok) throw new Error(JSON.stringify(summary.rows));
  };
  const command = (argv: readonly string[]) => async (): Promise<void> => {
    const [program = '', ...args] = argv;
    const { status, stderr } = spawnSync(program, args, { env, encoding: 'utf8' });
    if (status !== 0) throw new Error(`${argv.join(' ')}: ${stderr}`);
  };
  const ours = [wherry, '-f', file, '-p', project];
  const docker = dockerCli(env);
  const theirs =
    docker !== undefined && hasCompose(docker, env)
      ? [docker, 'compose', '-f', file, '-p', project]
      : undefined;
  const wherryUp = command([...ours, 'up', '-d', '--wait']);
  const lazyUp = command([...ours, 'up', '-d', '--wait', '--no-eager']);
  const composeUp = theirs === undefined ? undefined : command([...theirs, 'up', '-d', '--wait']);

  const cold = (run: () => Promise<unknown>) => async (): Promise<number> => {
    await clear(raw);
    return await timed(run);
  };
  const ups = await race(
    {
      'raw API, in process': cold(() => rawUp(raw, stack, image)),
      'wherry, in process': cold(library),
      'wherry up --wait': cold(wherryUp),
      ...(bars.lazyToRaw === undefined ? {} : { 'wherry up --wait --no-eager': cold(lazyUp) }),
      ...(composeUp === undefined ? {} : { 'docker compose up --wait': cold(composeUp) }),
    },
    stack.rounds,
  );

  await clear(raw);
  await library();
  if ((await observe(backend, project)).length !== count)
    throw new Error(`the project does not have ${count} containers`);
  const unchanged = await race(
    { 'wherry, in process': () => timed(library), 'wherry up --wait': () => timed(wherryUp) },
    7,
  );
  if (composeUp !== undefined) {
    await clear(raw);
    await composeUp();
    unchanged.push(...(await race({ 'docker compose up --wait': () => timed(composeUp) }, 5)));
  }

  const ended = (start: () => Promise<unknown>, end: () => Promise<unknown>) => async (): Promise<number> => {
    await clear(raw);
    await start();
    return await timed(end);
  };
  /** The median of some, since who lists right after a start meets a busy engine. */
  const listedBy = (start: () => Promise<void>, list: () => Promise<void>) => async (): Promise<number> => {
    await clear(raw);
    await start();
    const times: number[] = [];
    for (let time = 0; time < 9; time += 1) times.push(await timed(list));
    return times.sort((a, b) => a - b)[4] ?? Number.NaN;
  };
  const downs =
    bars.downToRaw === undefined
      ? undefined
      : await race(
          {
            'raw API, in process': ended(library, () => rawDown(raw, stack)),
            'wherry down': ended(library, command([...ours, 'down', '-t', '0'])),
            ...(theirs === undefined || composeUp === undefined
              ? {}
              : { 'docker compose down': ended(composeUp, command([...theirs, 'down', '-t', '0'])) }),
          },
          3,
        );

  const listed =
    composeUp === undefined || theirs === undefined || bars.downToRaw === undefined
      ? undefined
      : await race(
          {
            'wherry ps': listedBy(wherryUp, command([...ours, 'ps'])),
            'docker compose ps': listedBy(composeUp, command([...theirs, 'ps'])),
          },
          3,
        );
  const version = theirs === undefined ? 'not on this machine' : composeVersion(docker ?? '', env);
  const { version: engine } = await backend.info();
  const about = `${stack.about} docker compose: ${version}; engine ${engine}.`;
  const ratio = (rows: readonly Row[], name: string, other: string, bar: number | undefined): string[] => {
    const [one, two] = [name, other].map((wanted) => rows.find((candidate) => candidate.name === wanted));
    if (one === undefined || two === undefined) return [];
    const value = one.value / two.value;
    const what = `\`${name}\` ÷ ${other}`;
    return [bar === undefined ? `${what} = ${value.toFixed(2)} ×` : atMost(what, value, bar, '×')];
  };
  return [
    {
      title: `${stack.title}, from nothing`,
      about,
      unit: 'ms',
      rows: ups,
      verdicts: [
        ...(bars.upToRaw === undefined
          ? []
          : ratio(ups, 'wherry, in process', 'raw API, in process', bars.upToRaw)),
        ...ratio(ups, 'wherry up --wait --no-eager', 'raw API, in process', bars.lazyToRaw),
        ...ratio(ups, 'wherry up --wait', 'docker compose up --wait', bars.upToCompose),
      ],
    },
    {
      title: `${stack.title}, unchanged`,
      about: 'The project is up and healthy; each tool finds what it made itself.',
      unit: 'ms',
      rows: unchanged,
      verdicts: ratio(unchanged, 'wherry up --wait', 'docker compose up --wait', bars.unchangedToCompose),
    },
    ...(downs === undefined
      ? []
      : [
          {
            title: `${stack.title}, taken down`,
            about: 'Wave by wave, without grace; each tool takes down what it made itself.',
            unit: 'ms' as const,
            rows: downs,
            verdicts: ratio(downs, 'wherry down', 'raw API, in process', bars.downToRaw),
          },
        ]),
    ...(listed === undefined
      ? []
      : [
          {
            title: `${stack.title}, listed`,
            about: 'Each tool lists what it made itself.',
            unit: 'ms' as const,
            rows: listed,
            verdicts: ratio(listed, 'wherry ps', 'docker compose ps', 0.7),
          },
        ]),
  ];
}

function hasCompose(docker: string, env: NodeJS.ProcessEnv): boolean {
  return spawnSync(docker, ['compose', 'version'], { env }).status === 0;
}

function composeVersion(docker: string, env: NodeJS.ProcessEnv): string {
  return spawnSync(docker, ['compose', 'version', '--short'], { env, encoding: 'utf8' }).stdout.trim();
}
