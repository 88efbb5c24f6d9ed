import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, expect, test } from 'vitest';

const script = join(import.meta.dirname, '../../scripts/check-floors.ts');
const folders: string[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function check(files: Readonly<Record<string, string>>): { status: number | null; output: string } {
  const folder = mkdtempSync(join(tmpdir(), 'wherry-floors-test-'));
  folders.push(folder);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  const run = spawnSync(process.execPath, [script, folder], { encoding: 'utf8' });
  return { status: run.status, output: run.stdout + run.stderr };
}

test.each([
  ['a room above', 'src/core/a.ts', "import { b } from '../boot/b.ts';\nexport const a: unknown = b;\n"],
  [
    'a type from above',
    'src/transport/a.ts',
    "import type { B } from '../health/b.ts';\nexport type A = B;\n",
  ],
  ['a lazy import', 'src/compose/a.ts', "export const a: Promise<unknown> = import('../cli/b.ts');\n"],
  ['a re-export', 'src/transport/a.ts', "export { b } from '../backends/docker/b.ts';\n"],
  ['a neighbour', 'src/health/a.ts', "import { b } from '../compose/b.ts';\nexport const a: unknown = b;\n"],
  [
    'a neighbour that may only be imported by the other',
    'src/boot/a.ts',
    "import { b } from '../orchestrator/b.ts';\nexport const a: unknown = b;\n",
  ],
  [
    'another engine',
    'src/backends/podman/a.ts',
    "import { b } from '../docker/b.ts';\nexport const a: unknown = b;\n",
  ],
  [
    'an engine in a service',
    'src/health/a.ts',
    "import { b } from '../backends/docker/b.ts';\nexport const a: unknown = b;\n",
  ],
  ['a hidden type import', 'src/core/a.ts', "export type A = import('../boot/b.ts').B;\n"],
])('refuses %s', (_, path, text) => {
  const { status, output } = check({ [path]: text });
  expect(status).toBe(1);
  expect(output).toContain(path);
});

test('accepts what the plan allows', () => {
  const { status, output } = check({
    'src/transport/a.ts': "import { b } from '../core/b.ts';\nexport const a: unknown = b;\n",
    'src/backends/podman/a.ts': "import { b } from '../engine-api/b.ts';\nexport const a: unknown = b;\n",
    'src/boot/a.ts': "import { b } from '../health/b.ts';\nexport const a: unknown = b;\n",
    'src/orchestrator/a.ts': "import { b } from '../boot/b.ts';\nexport const a: unknown = b;\n",
    'src/cli/commands/a.ts': "import { b } from '../../boot/b.ts';\nexport const a: unknown = b;\n",
  });
  expect(output).not.toContain('×');
  expect(status).toBe(0);
});
