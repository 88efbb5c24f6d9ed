import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { atMost, find, race, type Table } from './measure.ts';

const root = join(import.meta.dirname, '..');

/**
 * A folder with the commands as a user has them on the path: `wherry` linked as npm installs it, `node` the one that runs
 * us. It has no compose file, so that `wherry ps` there is what `docker ps` is: the containers of the engine.
 */
export function installed(): { folder: string; wherry: string; path: string; remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), 'wherry-bench-'));
  symlinkSync(join(root, 'bin', 'wherry.cjs'), join(folder, 'wherry'));
  symlinkSync(process.execPath, join(folder, 'node'));
  return {
    folder,
    wherry: join(folder, 'wherry'),
    path: `${folder}${delimiter}${process.env.PATH ?? ''}`,
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

function run(argv: readonly string[], env: NodeJS.ProcessEnv, cwd: string): () => Promise<number> {
  const [command = '', ...args] = argv;
  return async () => {
    const began = performance.now();
    const { status, stderr, error } = spawnSync(command, args, { env, cwd, encoding: 'utf8' });
    const took = performance.now() - began;
    if (status !== 0) throw new Error(`${argv.join(' ')}: ${error?.message ?? stderr}`);
    return took;
  };
}

/** What starting the command and importing the library cost over bare Node. `engine` is a unix:// address. */
export async function startupTables(engine: string, oldNode: string | undefined): Promise<Table[]> {
  const { folder, wherry, path, remove } = installed();
  try {
    const env = { ...process.env, PATH: path, DOCKER_HOST: engine };
    const docker = dockerCli(env);
    const commands = await race(
      {
        'bare node': run([process.execPath, '-e', '0'], env, folder),
        'wherry --version': run([wherry, '--version'], env, folder),
        'wherry ps': run([wherry, 'ps'], env, folder),
        'wherry --engine ps': run([wherry, '--engine', 'ps'], env, folder),
        'wherry ps, without the compiled code of an earlier run': run(
          [wherry, 'ps'],
          { ...env, NODE_DISABLE_COMPILE_CACHE: '1' },
          folder,
        ),
        ...(docker === undefined ? {} : { 'docker ps': run([docker, 'ps'], env, folder) }),
        ...(oldNode === undefined
          ? {}
          : {
              'wherry --version, started by an older Node': run([oldNode, wherry, '--version'], env, folder),
            }),
        ...(oldNode === undefined
          ? {}
          : {
              'wherry ps, started by an older Node (hop)': run([oldNode, wherry, 'ps'], env, folder),
            }),
      },
      25,
    );
    const imports = await race(
      {
        'bare node': run([process.execPath, '--input-type=module', '-e', '0'], env, folder),
        'import wherry': run(
          [process.execPath, '--input-type=module', '-e', `await import('${join(root, 'dist/index.js')}')`],
          env,
          folder,
        ),
        'import dockerode': run(
          [
            process.execPath,
            '--input-type=module',
            '-e',
            `await import('${join(root, 'bench/node_modules/dockerode/lib/docker.js')}')`,
          ],
          env,
          folder,
        ),
        'import testcontainers': run(
          [
            process.execPath,
            '--input-type=module',
            '-e',
            `await import('${join(root, 'bench/node_modules/testcontainers/build/index.js')}')`,
          ],
          env,
          folder,
        ),
      },
      25,
    );
    const bare = find(commands, 'bare node');
    return [
      {
        title: 'Starting the command',
        about:
          'Whole processes, from spawn to exit; `wherry` is the installed command, on a Node that suits it unless said, and not for the first time.',
        unit: 'ms',
        rows: commands,
        verdicts: [
          atMost('`wherry --version` − bare node', find(commands, 'wherry --version') - bare, 15, 'ms'),
          ...(docker === undefined
            ? []
            : [
                atMost(
                  '`wherry ps` − `docker ps`',
                  find(commands, 'wherry ps') - find(commands, 'docker ps'),
                  60,
                  'ms',
                ),
              ]),
        ],
      },
      {
        title: 'Importing the library',
        about: 'Whole processes that import one module.',
        unit: 'ms',
        rows: imports,
        verdicts: [
          atMost(
            '`import wherry` − bare node',
            find(imports, 'import wherry') - find(imports, 'bare node'),
            25,
            'ms',
          ),
        ],
      },
    ];
  } finally {
    remove();
  }
}

/** The docker CLI on the path, when there is one. */
export function dockerCli(env: NodeJS.ProcessEnv): string | undefined {
  const found = spawnSync('sh', ['-c', 'command -v docker'], { env, encoding: 'utf8' }).stdout.trim();
  return found === '' ? undefined : found;
}
