// Builds dist/: esbuild bundles the public entry points and the CLI into few files (start-up time is file count),
// tsc writes the types. Plain JavaScript, since the Node that runs `npm ci` may be too old to strip types.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const { build, transform } = await import('esbuild');

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
  platform: 'node',
  target: 'node22.19',
  packages: 'external',
  logLevel: 'warning',
};

await build({
  ...shared,
  entryPoints: library,
  format: 'esm',
  splitting: true,
  chunkNames: 'chunks/[name]-[hash]',
});
const command = await build({
  ...shared,
  outbase: 'src/cli',
  entryPoints: ['src/cli/main.ts'],
  format: 'esm',
  splitting: true,
  chunkNames: '[name]-[hash]',
  write: false,
  define: { 'import.meta.dirname': '__dirname' },
  // commander is on the way of every command with an option; the others are for few.
  packages: 'bundle',
  external: Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies }).filter(
    (name) => name !== 'commander',
  ),
});
mkdirSync(join(fresh, 'cli'));
writeFileSync(join(fresh, 'cli/main.cjs'), await packed(command.outputFiles));

const tsc = spawnSync(join(root, 'node_modules/.bin/tsc'), ['-p', 'tsconfig.build.json', '--outDir', fresh], {
  cwd: root,
  stdio: 'inherit',
});
if (tsc.status === 0) replace(fresh, join(root, 'dist'));
process.exitCode = tsc.status ?? 1;

/**
 * All chunks of the command as one CommonJS file, each a function that runs when it is first required. An ES module's
 * imports open all that a builtin has, and every file more costs half a millisecond.
 */
async function packed(files) {
  const chunks = await Promise.all(
    files.map(async ({ path, text }) => {
      const { code } = await transform(text, {
        format: 'cjs',
        platform: 'node',
        target: shared.target,
        supported: { 'dynamic-import': false },
        minifyWhitespace: true,
        minifySyntax: true,
      });
      return `${JSON.stringify(`./${basename(path)}`)}(exports,module,require){${code}}`;
    }),
  );
  const text = `'use strict';
/* Holds commander (MIT), whose licence is in node_modules/commander. */
const chunks={
${chunks.join(',\n')}
};
const loaded=new Map();
function load(name){
  if(!Object.hasOwn(chunks,name))return require(name);
  let module=loaded.get(name);
  if(module===undefined){
    loaded.set(name,module={exports:{}});
    chunks[name](module.exports,module,load);
  }
  return module.exports;
}
load('./main.js');
`;
  // V8 keeps a text with any other character in twice the space, and takes twice as long to load it.
  const stray = /[\u0080-\uffff].{0,20}/.exec(text);
  if (stray !== null) throw new Error(`the command must be plain ASCII, for its speed: ${stray[0]}`);
  // By its first line the launcher knows whether what it has compiled is this.
  return `// ${createHash('sha256').update(text).digest('hex').slice(0, 16)}\n${text}`;
}

function replace(from, to) {
  const old = `${from}.old`;
  if (existsSync(to)) renameSync(to, old);
  renameSync(from, to);
  rmSync(old, { recursive: true, force: true });
}
