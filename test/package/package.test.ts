import { execFile, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };

const root = fileURLToPath(new URL('../..', import.meta.url));
const tsc = join(root, 'node_modules/typescript/bin/tsc');
const rooms = Object.keys(manifest.exports).filter((path) => path !== './package.json');
const names = rooms.map((path) => path.replace('.', 'wherry'));

/** A Node that is too old for wherry, such as the machine's own; undefined when there is none. */
const oldNode = ['/usr/bin/node', '/usr/local/bin/node', '/bin/node'].find((path) => {
  if (!existsSync(path)) return false;
  const [major = 99] = spawnSync(path, ['-p', 'process.versions.node'])
    .stdout.toString()
    .split('.')
    .map(Number);
  return major < 22;
});

/** What npm must not be told by the npm that runs these tests. */
const environment = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^(npm_|INIT_CWD|NODE_OPTIONS|VITEST)/i.test(name)),
);

async function command(program: string, args: readonly string[], cwd: string): Promise<string> {
  const { stdout } = await promisify(execFile)(program, [...args], {
    cwd,
    env: environment,
    maxBuffer: 32 * 1024 * 1024,
  });
  return stdout;
}

describe('the package', { timeout: 240_000 }, () => {
  let directory: string;
  let project: string;
  let files: string[];

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'wherry-package-'));
    project = join(directory, 'project');
    await mkdir(project);
    const packed = await command(
      'npm',
      ['pack', '--ignore-scripts', '--json', '--pack-destination', directory],
      root,
    );
    const told = JSON.parse(packed) as
      | { filename: string; size: number; files: { path: string }[] }[]
      | Record<string, never>;
    const [pack] = Object.values(told);
    if (pack === undefined) throw new Error(`npm pack told nothing: ${packed}`);
    files = pack.files.map(({ path }) => path);
    process.stdout.write(`${pack.filename}: ${Math.round(pack.size / 1024)} KiB, ${files.length} files\n`);
    const tarball = join(directory, pack.filename);
    await writeFile(join(project, 'package.json'), '{"name":"consumer","private":true,"type":"module"}');
    const install = ['install', '--no-audit', '--no-fund', '--omit=dev', tarball];
    // The cache has what `npm ci` of the clone fetched; elsewhere the registry is asked.
    await command('npm', [...install, '--offline'], project).catch(() => command('npm', install, project));
  }, 240_000);

  afterAll(() => rm(directory, { recursive: true, force: true }));

  it('has only what users need', () => {
    const tops = new Set(files.map((path) => path.split('/')[0]));
    expect([...tops].sort()).toEqual(
      ['CHANGELOG.md', 'LICENSE', 'README.md', 'bin', 'dist', 'locales', 'package.json'].sort(),
    );
    const wanted =
      /^(dist\/.+\.(js|js\.map|d\.ts)|dist\/cli\/(main|project|boot|rest)\.cjs|bin\/wherry\.cjs|locales\/\w+\.yaml|[A-Z]+(\.md)?|package\.json)$/;
    const others = files.filter(
      (path) => !wanted.test(path) || /\.test\.|test-support|fixture.*\.map/.test(path),
    );
    expect(others).toEqual([]);
  });

  it('brings none of the development dependencies', async () => {
    const installed = await readdir(join(project, 'node_modules'));
    expect(installed).toEqual(expect.arrayContaining(['wherry', ...['commander', 'tar-stream', 'yaml']]));
    const strays = Object.keys(manifest.devDependencies).filter(
      // These come with dependencies' own: of @grpc/grpc-js, and of prom-client.
      (name) =>
        !['@types/node', '@opentelemetry/api'].includes(name) &&
        existsSync(join(project, 'node_modules', name)),
    );
    expect(strays).toEqual([]);
  });

  it('is imported by each of its names', async () => {
    const text = `
      for (const name of ${JSON.stringify(names)}) {
        const room = await import(name);
        if (Object.keys(room).length === 0) throw new Error(name + ' exports nothing');
      }
      const { default: manifest } = await import('wherry/package.json', { with: { type: 'json' } });
      const { connect, WherryError } = await import('wherry');
      const { WherryError: same } = await import('wherry/core');
      const error = await connect({ type: 'docker', host: 'unix:///nowhere.sock' }).then((b) => b.healthCheck()).catch((thrown) => thrown);
      console.log(manifest.version, same === WherryError, error instanceof WherryError, error.code);`;
    await writeFile(join(project, 'imports.mjs'), text);
    expect(await command(process.execPath, ['imports.mjs'], project)).toBe(
      `${manifest.version} true true UNAVAILABLE\n`,
    );
    await expect(
      command(process.execPath, ['-e', 'import("wherry/dist/index.js")'], project),
    ).rejects.toThrow(/ERR_PACKAGE_PATH_NOT_EXPORTED/);
  });

  it('has types for each of its names, for strict consumers', async () => {
    const imports = names.map((name, index) => `import * as room${index} from '${name}';`).join('\n');
    await writeFile(
      join(project, 'consumer.ts'),
      `${imports}
import { type Backend, connect, type ContainerSpec, isWherryError } from 'wherry';
import type { HealthChecker } from 'wherry/health';
export const rooms: object[] = [${names.map((_, index) => `room${index}`).join(', ')}];
export const spec: ContainerSpec = { image: 'redis:7', ports: [{ target: 6379 }] };
export type Checker = HealthChecker;
export async function main(): Promise<string> {
  await using backend: Backend = await connect();
  try {
    return await backend.create(spec);
  } catch (error) {
    if (isWherryError(error, 'NOT_FOUND')) return error.message;
    throw error;
  }
}
// @ts-expect-error a spec needs an image
export const wrong: ContainerSpec = { name: 'x' };
`,
    );
    await writeFile(
      join(project, 'tsconfig.json'),
      JSON.stringify({
        compilerOptions: {
          strict: true,
          module: 'nodenext',
          target: 'es2023',
          lib: ['es2023', 'esnext.disposable'],
          types: ['node'],
          exactOptionalPropertyTypes: true,
          noEmit: true,
          skipLibCheck: false,
        },
        files: ['consumer.ts'],
      }),
    );
    const types = join(project, 'node_modules/@types/node');
    if (!existsSync(types)) {
      await mkdir(join(project, 'node_modules/@types'), { recursive: true });
      await symlink(join(root, 'node_modules/@types/node'), types);
    }
    const { stdout, status } = spawnSync(process.execPath, [tsc, '-p', '.'], {
      cwd: project,
      env: environment,
    });
    expect({ status, stdout: stdout.toString() }).toEqual({ status: 0, stdout: '' });
  });

  it('has a command that npx starts', async () => {
    const bin = join(project, 'node_modules/.bin/wherry');
    expect(await command(bin, ['--version'], project)).toBe(`wherry ${manifest.version}\n`);
    expect(await command('npx', ['--no-install', 'wherry', '--version'], project)).toBe(
      `wherry ${manifest.version}\n`,
    );
    expect(await command(process.execPath, [bin, 'help', 'up'], project)).toContain('Usage: wherry up');
    expect((await stat(bin)).mode & 0o111).not.toBe(0);
  });

  describe.skipIf(oldNode === undefined)(
    `an old Node${oldNode ? '' : ': SKIPPED, this machine has none that is older than 22'}`,
    () => {
      const old = oldNode ?? '';

      it('gets one sentence from an installed wherry', () => {
        const launcher = join(project, 'node_modules/wherry/bin/wherry.cjs');
        const { status, stdout, stderr } = spawnSync(old, [launcher, 'ps'], { env: environment });
        expect({ status, stdout: stdout.toString() }).toEqual({ status: 1, stdout: '' });
        expect(stderr.toString()).toMatch(
          /^error: wherry needs Node 22\.19 or newer, and this is v\d+\.\d+\.\d+\n {2}fix: .+\n$/,
        );
      });

      it('hands over to the Node of the clone, which passes exit codes on', () => {
        const launcher = join(root, 'bin/wherry.cjs');
        const code = (...args: string[]): number | null =>
          spawnSync(old, [launcher, ...args], {
            env: { ...environment, DOCKER_HOST: 'unix:///nowhere.sock' },
          }).status;
        expect(code('help')).toBe(0);
        expect(code('ps')).toBe(1);
        expect(code('nonsense')).toBe(2);
      });
    },
  );

  it('is told to be built when it is not', async () => {
    const unbuilt = join(directory, 'unbuilt');
    await mkdir(join(unbuilt, 'bin'), { recursive: true });
    await cp(join(root, 'bin/wherry.cjs'), join(unbuilt, 'bin/wherry.cjs'));
    await cp(join(root, 'package.json'), join(unbuilt, 'package.json'));
    const { status, stderr } = spawnSync(process.execPath, [join(unbuilt, 'bin/wherry.cjs'), 'ps']);
    expect(status).toBe(1);
    expect(stderr.toString()).toMatch(/^error: wherry is not built: .+\n {2}fix: .+\n$/);
  });
});
