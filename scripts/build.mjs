// Builds dist/: esbuild bundles the public entry points and the CLI into few files (start-up time is file count),
// tsc writes the types. Plain JavaScript, since the Node that runs `npm ci` may be too old to strip types.
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const { build } = await import('esbuild');

// Built beside dist/ and put in its place at the end: whoever runs wherry meanwhile has a whole one.
const fresh = mkdtempSync(join(root, '.dist-'));
chmodSync(fresh, 0o755);
process.on('exit', () => rmSync(fresh, { recursive: true, force: true }));

const library = Object.values(manifest.exports)
  .filter((target) => typeof target === 'object')
  .map((target) => target.default.replace('./dist/', 'src/').replace(/\.js$/, '.ts'));
const shared = {
  absWorkingDir: root,
  outdir: fresh,
  outbase: 'src',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node22.19',
  packages: 'external',
  logLevel: 'warning',
};

// Apart from each other: what they share would be cut into more chunks than a command has to open.
await build({ ...shared, entryPoints: library, chunkNames: 'chunks/[name]-[hash]' });
await build({
  ...shared,
  entryPoints: ['src/cli/main.ts'],
  chunkNames: 'cli/chunks/[name]-[hash]',
  // commander is on the way of every command, and opening its files costs more than reading one; the others are for few.
  packages: 'bundle',
  external: Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies }).filter(
    (name) => name !== 'commander',
  ),
  banner: { js: '/* Holds commander (MIT), whose licence is in node_modules/commander. */' },
  minifyWhitespace: true,
  minifySyntax: true,
});

const tsc = spawnSync(join(root, 'node_modules/.bin/tsc'), ['-p', 'tsconfig.build.json', '--outDir', fresh], {
  cwd: root,
  stdio: 'inherit',
});
if (tsc.status === 0) replace(fresh, join(root, 'dist'));
process.exitCode = tsc.status ?? 1;

function replace(from, to) {
  const old = `${from}.old`;
  if (existsSync(to)) renameSync(to, old);
  renameSync(from, to);
  rmSync(old, { recursive: true, force: true });
}
