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
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const builtin = createRequire(import.meta.url);
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
// `require` for chunks; `where` has the part of each chunk that is not in the main one.
const runtime = `const loaded=new Map();
function load(name){
  let module=loaded.get(name);
  if(module!==undefined)return module.exports;
  if(!Object.hasOwn(chunks,name)){
    if(!Object.hasOwn(where,name))return require(name);
    Object.assign(chunks,open(where[name]));
  }
  loaded.set(name,module={exports:{}});
  chunks[name](module.exports,module,load);
  return module.exports;
}
load('./main.js');`;
// What a command may come to need, and `ps` does not: opened at the first use, since each costs milliseconds.
const seldom = ['child_process', 'crypto', 'fs/promises', 'os', 'stream/consumers', 'timers/promises'];
const lazily = {
  name: 'lazily',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: new RegExp(`^(node:)?(${seldom.join('|')})$`) }, ({ path, namespace }) =>
      namespace === 'lazily' ? undefined : { path: path.replace(/^node:/, ''), namespace: 'lazily' },
    );
    onLoad({ filter: /.*/, namespace: 'lazily' }, ({ path }) => ({
      contents: `module.exports={${Object.keys(builtin(path))
        .map((name) => `get ${name}(){return process.getBuiltinModule(${JSON.stringify(path)}).${name}}`)
        .join()}}`,
    }));
  },
};
// On the way of every command with an option, and of every command of a project; the others are for few.
const bundled = ['commander', 'yaml'];
const yaml = 'node_modules/yaml/browser/dist/index.js';
const command = await build({
  ...shared,
  plugins: [lazily],
  outbase: 'src/cli',
  entryPoints: ['src/cli/main.ts'],
  format: 'esm',
  splitting: true,
  chunkNames: '[name]-[hash]',
  write: false,
  metafile: true,
  define: { 'import.meta.dirname': '__dirname' },
  packages: 'bundle',
  // Its ES modules: a chunk of the others would have a default export only.
  alias: { yaml: `./${yaml}` },
  external: Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies }).filter(
    (name) => !bundled.includes(name),
  ),
});
// What every command runs, what those that look at a project run, those that change it, and the rest: a command reads and
// compiles what it needs of them.
const parts = {
  main: [
    'cli/main',
    'cli/parse-options',
    'cli/commands/ps',
    'cli/scope',
    'cli/engine',
    'backends/index',
    'backends/docker/open',
    'backends/podman/open',
  ],
  project: ['compose/index', 'compose/node-files', yaml, 'boot/observed', 'boot/isolated/isolated-copies'],
  boot: ['boot/index'],
  rest: [],
};
mkdirSync(join(fresh, 'cli'));
const { main, ...others } = divided(command);
const where = Object.entries(others).flatMap(([part, files]) => files.map((file) => [chunkName(file), part]));
const start = `const where=${JSON.stringify(Object.fromEntries(where))};\n${runtime}`;
writeFileSync(join(fresh, 'cli/main.cjs'), await packed(main, start));
for (const [part, files] of Object.entries(others)) {
  writeFileSync(join(fresh, `cli/${part}.cjs`), await packed(files, 'return chunks;'));
}

const tsc = spawnSync(join(root, 'node_modules/.bin/tsc'), ['-p', 'tsconfig.build.json', '--outDir', fresh], {
  cwd: root,
  stdio: 'inherit',
});
if (tsc.status === 0) replace(fresh, join(root, 'dist'));
process.exitCode = tsc.status ?? 1;

/** The command's chunks by part: a chunk goes to the first part with an entry point that always loads it. */
function divided({ metafile, outputFiles }) {
  const outputs = new Map(Object.entries(metafile.outputs).map(([path, output]) => [basename(path), output]));
  const files = new Map(outputFiles.map((file) => [basename(file.path), file]));
  const placed = new Set();
  const place = (name, into) => {
    if (placed.has(name)) return;
    placed.add(name);
    into.push(files.get(name));
    for (const { path, kind } of outputs.get(name).imports) {
      if (kind === 'import-statement' && outputs.has(basename(path))) place(basename(path), into);
    }
  };
  return Object.fromEntries(
    Object.entries(parts).map(([part, entries]) => {
      const into = [];
      for (const entry of entries) {
        const [name] =
          [...outputs].find(([, { entryPoint }]) => [entry, `src/${entry}.ts`].includes(entryPoint)) ?? [];
        if (name === undefined) throw new Error(`the command loads no ${entry} of its own any more`);
        place(name, into);
      }
      if (part === 'rest') for (const name of outputs.keys()) place(name, into);
      return [part, into];
    }),
  );
}

/**
 * Chunks of the command as one CommonJS file, each a function that runs when it is first required. An ES module's imports
 * open all that a builtin has, and every file more costs half a millisecond.
 */
async function packed(files, last) {
  const chunks = await Promise.all(
    files.map(async (file) => {
      const { code } = await transform(file.text, {
        format: 'cjs',
        platform: 'node',
        target: shared.target,
        supported: { 'dynamic-import': false },
        minifyWhitespace: true,
        minifySyntax: true,
      });
      return `${JSON.stringify(chunkName(file))}(exports,module,require){${code}}`;
    }),
  );
  const text = `'use strict';
/* Holds commander (MIT) and yaml (ISC), whose licences are in node_modules. */
const chunks={
${chunks.join(',\n')}
};
${last}
`;
  // V8 keeps a text with any other character in twice the space, and takes twice as long to load it.
  const stray = /[\u0080-\uffff].{0,20}/.exec(text);
  if (stray !== null) throw new Error(`the command must be plain ASCII, for its speed: ${stray[0]}`);
  // By its first line the launcher knows whether what it has compiled is this.
  return `// ${createHash('sha256').update(text).digest('hex').slice(0, 16)}\n${text}`;
}

function chunkName({ path }) {
  return `./${basename(path)}`;
}

function replace(from, to) {
  const old = `${from}.old`;
  if (existsSync(to)) renameSync(to, old);
  renameSync(from, to);
  rmSync(old, { recursive: true, force: true });
}
