import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseDocument, stringify } from 'yaml';
import { loadProject, nodeFiles } from '../src/compose/index.ts';
import { atMost, find, race, row, type Table, timed } from './measure.ts';

const services = 500;

/** Reading a project of 500 services: the time of it, and the memory of a process that does nothing else. */
export async function loaderTables(): Promise<Table[]> {
  const folder = mkdtempSync(join(tmpdir(), 'wherry-bench-loader-'));
  const file = join(folder, 'compose.yaml');
  writeFileSync(file, stringify(composeFile()));
  try {
    return [await timeTable(file, folder), memoryTable(file, folder)];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function timeTable(file: string, folder: string): Promise<Table> {
  const load = async (): Promise<void> => {
    const { project } = await loadProject({
      files: [file],
      projectName: 'bench',
      env: {},
      workingDirectory: folder,
      access: nodeFiles,
    });
    if (Object.keys(project.services).length !== services) throw new Error('services are missing');
  };
  const rows = await race(
    {
      'the parser `yaml` alone, with positions': () =>
        timed(async () => parseDocument(readFileSync(file, 'utf8')).toJS()),
      loadProject: () => timed(load),
    },
    9,
  );
  return {
    title: `Loading ${services} services`,
    about: `A file of ${Math.round(readFileSync(file).length / 1024)} KiB, in a process that has loaded it before.`,
    unit: 'ms',
    rows,
    verdicts: [atMost('loadProject', find(rows, 'loadProject'), 100, 'ms')],
  };
}

function memoryTable(file: string, folder: string): Table {
  const resident = (code: string): number => {
    const { stdout, stderr } = spawnSync(
      process.execPath,
      ['--input-type=module', '-e', `${code}; console.log(process.memoryUsage().rss / 2 ** 20)`],
      { encoding: 'utf8' },
    );
    if (stdout === '') throw new Error(stderr);
    return Number(stdout.trim());
  };
  const room = join(import.meta.dirname, '../dist/compose/index.js');
  const options = JSON.stringify({ files: [file], projectName: 'bench', env: {}, workingDirectory: folder });
  return {
    title: `Memory after loading ${services} services`,
    about: 'Resident set of a process that did it once.',
    unit: 'MiB',
    rows: [
      row(
        'bare node',
        [0, 1, 2].map(() => resident('0')),
      ),
      row(
        'loadProject',
        [0, 1, 2].map(() =>
          resident(
            `const { loadProject, nodeFiles } = await import('${room}'); await loadProject({ ...${options}, access: nodeFiles })`,
          ),
        ),
      ),
    ],
    verdicts: [],
  };
}

function composeFile(): unknown {
  const all = Array.from({ length: services }, (_, index) => [
    `service-${index}`,
    {
      image: `registry.example/team/app-${index % 20}:1.2.3`,
      command: ['serve', '--port', '8080'],
      environment: { LOG_LEVEL: `\${LOG_LEVEL:-info}`, INDEX: String(index), NAME: `service-${index}` },
      ports: [`${10_000 + index}:8080`],
      volumes: [`data-${index % 10}:/data`, '/etc/hosts:/etc/hosts.of-the-host:ro'],
      labels: { 'com.example.team': 'bench' },
      restart: 'unless-stopped',
      healthcheck: { test: ['CMD', 'true'], interval: '10s' },
      ...(index === 0 ? {} : { depends_on: [`service-${index - 1}`] }),
    },
  ]);
  const volumes = Object.fromEntries(Array.from({ length: 10 }, (_, index) => [`data-${index}`, {}]));
  return { services: Object.fromEntries(all), volumes };
}
