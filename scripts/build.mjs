// Builds dist/: esbuild bundles the public entry points and the CLI into few files (start-up time is file count),
// tsc writes the types. Plain JavaScript, since the Node that runs `npm ci` may be too old to strip types.
import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const { build } = await import('esbuild');

rmSync(join(root, 'dist'), { recursive: true, force: true });

const entryPoints = Object.values(manifest.exports)
  .filter((target) => typeof target === 'object')
  .map((target) => target.default.replace('./dist/', 'src/').replace(/\.js$/, '.ts'));

await build({
  absWorkingDir: root,
  entryPoints: [...entryPoints, 'src/cli/main.ts'],
  outdir: 'dist',
  outbase: 'src',
  bundle: true,
  splitting: true,
  chunkNames: 'chunks/[name]-[hash]',
  format: 'esm',
  platform: 'node',
  target: 'node22.19',
  packages: 'external',
  sourcemap: true,
  sourcesContent: false,
  logLevel: 'warning',
});

const tsc = spawnSync(join(root, 'node_modules/.bin/tsc'), ['-p', 'tsconfig.build.json'], { cwd: root, stdio: 'inherit' });
process.exit(tsc.status ?? 1);
