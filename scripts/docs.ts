// Writes what the docs take from the code: the blocks of README.md, docs/commands.md, docs/compose-support.md and the examples
// in docs/library.md. `node scripts/docs.ts` after a build; with --check it only compares.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { dockerStrategies } from '../src/backends/docker/config.ts';
import { newestApiVersion, oldestApiVersion } from '../src/backends/engine-api/api-version.ts';
import { podmanStrategies } from '../src/backends/podman/config.ts';
import { commands } from '../src/cli/table/index.ts';
import { composeSupport } from '../src/compose/index.ts';
import { MetricsCollector } from '../src/metrics/index.ts';
import { engineCells } from './compose-engines.ts';

const root = join(import.meta.dirname, '..');
const { registry } = await MetricsCollector.open();

/** Every generated file with the text that it should have. */
export function generatedDocs(): ReadonlyMap<string, string> {
  return new Map([
    ['README.md', filled('README.md', { backends: backendTable() })],
    ['docs/library.md', filled('docs/library.md', {})],
    ['docs/discovery.md', filled('docs/discovery.md', {})],
    ['docs/orchestrator.md', filled('docs/orchestrator.md', {})],
    ['docs/lifecycle.md', filled('docs/lifecycle.md', {})],
    ['docs/monitoring.md', filled('docs/monitoring.md', { metrics: metricTable() })],
    ['docs/commands.md', commandsPage()],
    ['docs/compose-support.md', composePage()],
  ]);
}

/** Fills `<!-- NAME:begin … -->` blocks; a block `example:begin (PATH)` gets the file. */
function filled(path: string, blocks: Readonly<Record<string, string>>): string {
  const text = readFileSync(join(root, path), 'utf8');
  return text.replace(
    /(<!-- ([a-z]+):begin(?: \(([^)]*)\))? -->\n)[\s\S]*?(<!-- \2:end -->)/g,
    (_, begin: string, name: string, argument: string | undefined, end: string) => {
      const body = name === 'example' ? example(argument ?? '') : blocks[name];
      if (body === undefined) throw new Error(`${path}: nothing fills the block "${name}"`);
      return `${begin}${body}\n${end}`;
    },
  );
}

function example(path: string): string {
  return `\`\`\`ts\n${readFileSync(join(root, path), 'utf8').trimEnd()}\n\`\`\``;
}

function backendTable(): string {
  const rows = [
    {
      type: 'docker',
      reached: `Docker Engine API ${oldestApiVersion} to ${newestApiVersion}, negotiated; unix, tcp, TLS`,
      found: dockerStrategies({ type: 'docker', env: {} }).map(({ name }) => name),
    },
    {
      type: 'podman',
      reached: 'Podman API service (Docker-compatible and libpod); unix, tcp; started on request',
      found: podmanStrategies({ type: 'podman', env: {} }, { isRoot: true }).map(({ name }) => name),
    },
  ];
  return [
    '| backend | reached over | looked for, in this order |',
    '|---|---|---|',
    ...rows.map(({ type, reached, found }) => `| \`${type}\` | ${reached} | ${found.join(', ')} |`),
  ].join('\n');
}

function metricTable(): string {
  const rows = registry.getMetricsAsArray() as unknown as MetricDeclaration[];
  return [
    '| metric | kind | labels | what it tells |',
    '|---|---|---|---|',
    ...rows.map(({ name, type, labelNames, help }) => {
      const labels = labelNames.map((label) => `\`${label}\``).join(', ');
      return `| \`${name}\` | ${type} | ${labels} | ${help} |`;
    }),
  ].join('\n');
}

/** What prom-client keeps of a metric beside the fields that it declares. */
interface MetricDeclaration {
  name: string;
  type: 'counter' | 'gauge' | 'histogram';
  help: string;
  labelNames: readonly string[];
}

function commandsPage(): string {
  const visible = commands.filter((command) => command.hidden !== true);
  return [
    '# Commands',
    '',
    'The help pages, as `wherry help COMMAND` shows them.',
    '',
    '## All commands',
    '',
    '```text',
    help([]),
    '```',
    ...visible.flatMap(({ name }) => ['', `## ${name}`, '', '```text', help(name.split(' ')), '```']),
    '',
  ].join('\n');
}

function help(words: readonly string[]): string {
  const env = { ...process.env, NO_COLOR: '1', COLUMNS: '110' };
  return execFileSync(process.execPath, [join(root, 'bin/wherry.cjs'), ...words, '--help'], {
    env,
    encoding: 'utf8',
  }).trimEnd();
}

/** docs/compose-support.md. */
export function composePage(): string {
  const rows = [...composeSupport()];
  return [
    '# Compose support',
    '',
    'Every key of the Compose specification. *ignored* keys change nothing and are warned about; *refused* keys would change',
    'what runs, so they are an error that names file, line and column. What an engine would ignore or do otherwise is refused',
    'there as well, before anything is made: the columns say what each does (Docker from Engine API 1.41, Podman from 4.3).',
    '',
    '| key | verdict | Docker | Podman | note |',
    '|---|---|---|---|---|',
    ...rows.map(([key, { verdict, note }]) => {
      const [docker, podman] = verdict === 'supported' ? engineCells(key) : ['', ''];
      return `| \`${key}\` | ${verdict} | ${docker} | ${podman} | ${note ?? ''} |`;
    }),
    '',
  ].join('\n');
}

if (process.argv[1] === import.meta.filename) {
  const stale = [...generatedDocs()].filter(([path, text]) => current(path) !== text);
  for (const [path, text] of stale) {
    if (process.argv.includes('--check'))
      console.error(`${path} is not what the code says: run \`node scripts/docs.ts\``);
    else writeFileSync(join(root, path), text);
  }
  if (process.argv.includes('--check') && stale.length > 0) process.exitCode = 1;
}

function current(path: string): string | undefined {
  try {
    return readFileSync(join(root, path), 'utf8');
  } catch {
    return undefined;
  }
}
