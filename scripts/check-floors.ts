// Checks the floor rule of docs/architecture.md: a room imports only from the rooms below it. The linter does the work;
// this script turns the table of floors into its configuration. `node scripts/check-floors.ts [checkout]`
import { spawnSync } from 'node:child_process';
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Rooms from the ground up. A room on the same floor is off limits too, except where `sideways` says so. */
const floors: readonly (readonly string[])[] = [
  ['core', 'i18n'],
  ['transport', 'tracing'],
  ['backends', 'hosts'],
  [
    'compose',
    'health',
    'discovery',
    'lifecycle',
    'history',
    'scheduler',
    'monitor',
    'metrics',
    'proxy',
    'tunnels',
    'volumes',
    'watch',
  ],
  ['boot', 'orchestrator', 'distribution', 'devenv'],
  ['cli', 'top', 'server'],
];
/** Who may import from which neighbour on its own floor. */
const sideways: Readonly<Record<string, readonly string[]>> = { orchestrator: ['boot'], cli: ['server'] };
/** Not rooms of the house: the library's front door and the suite that users run against any backend. */
const engines = ['docker', 'podman', 'containerd', 'kubernetes', 'linuxkit', 'firecracker', 'nanos'];

const here = dirname(fileURLToPath(import.meta.url));
const checkout = resolve(process.argv[2] ?? join(here, '..'));

const overrides = [
  ...floors.flatMap((rooms, floor) =>
    rooms.map((room) =>
      rule(
        `src/${room}/**`,
        forbidden(room, floor),
        `${room} is on floor ${floor}: it imports only from floors below`,
      ),
    ),
  ),
  ...engines.map((engine) =>
    rule(
      `src/backends/${engine}/**`,
      [
        ...forbidden('backends', 2),
        ...engines.filter((other) => other !== engine).map((other) => `**/${other}/**`),
      ],
      `the ${engine} backend knows no other engine and no room above floor 2`,
    ),
  ),
  rule(
    'src/conformance/**',
    [...forbidden('', 0).filter((group) => group !== '**/core/**')],
    'the conformance suite knows only the contract',
  ),
];

const folder = mkdtempSync(join(tmpdir(), 'wherry-floors-'));
try {
  const config = join(folder, 'biome.json');
  writeFileSync(
    config,
    JSON.stringify({
      root: true,
      linter: { enabled: true, rules: { preset: 'none' } },
      formatter: { enabled: false },
      assist: { enabled: false },
      overrides,
    }),
  );
  const biome = join(here, '..', 'node_modules', '.bin', 'biome');
  const lint = spawnSync(
    biome,
    ['lint', '--max-diagnostics=none', `--config-path=${config}`, join(checkout, 'src')],
    { cwd: checkout, stdio: 'inherit' },
  );
  const unseen = importTypes();
  for (const place of unseen)
    console.error(`${place}: write \`import type\` instead of import(): the floor rule does not see it`);
  process.exitCode = lint.status === 0 && unseen.length === 0 ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function rule(include: string, group: readonly string[], message: string): object {
  const options = { patterns: [{ group, message }] };
  return {
    includes: [`**/${include}`, '!**/*.test.ts'],
    linter: { rules: { style: { noRestrictedImports: { level: 'error', options } } } },
  };
}

/** Rooms above and beside; for the services of floor 3 the engines as well, since they know none by name. */
function forbidden(room: string, floor: number): string[] {
  return floors
    .slice(floor === 3 ? 2 : floor)
    .flat()
    .filter((other) => other !== room && !sideways[room]?.includes(other))
    .map((other) => `**/${other}/**`);
}

/** `import('…').Type` in a type position is invisible to the linter's rule. */
function importTypes(): string[] {
  const places: string[] = [];
  for (const file of globSync('src/**/*.ts', { cwd: checkout })) {
    const lines = readFileSync(join(checkout, file), 'utf8').split('\n');
    for (const [index, line] of lines.entries()) {
      if (/(?<!await )\bimport\(['"]\.[^'"]+['"]\)\.[A-Z]/.test(line)) places.push(`${file}:${index + 1}`);
    }
  }
  return places;
}
