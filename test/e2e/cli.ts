import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defaultRegistry } from '../../src/backends/index.ts';
import { down } from '../../src/boot/index.ts';
import { prepareFixtures } from '../../src/conformance/index.ts';
import { type Backend, newId } from '../../src/core/index.ts';
import { type LabEngine, labEngines } from '../lab/engines.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The launcher, as npm links it. */
export const launcher: string = join(root, 'bin/wherry.cjs');

if (!existsSync(join(root, 'dist/cli/main.cjs')))
  throw new Error('these tests run the built CLI: `npm run build` first');

export interface Finished {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

export interface WherryOptions {
  cwd?: string;
  env?: Readonly<Record<string, string | undefined>>;
  /** Bytes for stdin. Default: none. */
  input?: string | Buffer;
}

/** Environment without what would colour or redirect the CLI. */
export function plainEnvironment(more: Readonly<Record<string, string | undefined>> = {}): NodeJS.ProcessEnv {
  const taken =
    /^(NO_COLOR|FORCE_COLOR|CLICOLOR.*|COMPOSE_.*|DOCKER_.*|CONTAINER_HOST|NODE_OPTIONS|WHERRY_.*)$/;
  const kept = Object.entries(process.env).filter(([name]) => !taken.test(name));
  return { ...Object.fromEntries(kept), ...more };
}

/** Runs the built CLI to its end, with pipes for all streams. */
export function wherry(args: readonly string[], options: WherryOptions = {}): Promise<Finished> {
  const child = spawn(process.execPath, [launcher, ...args], {
    cwd: options.cwd ?? tmpdir(),
    env: plainEnvironment(options.env),
    stdio: 'pipe',
  });
  const [stdout, stderr]: [Buffer[], Buffer[]] = [[], []];
  child.stdout.on('data', (data: Buffer) => stdout.push(data));
  child.stderr.on('data', (data: Buffer) => stderr.push(data));
  child.stdin.on('error', () => undefined);
  child.stdin.end(options.input ?? '');
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      const text = (chunks: Buffer[]): string => Buffer.concat(chunks).toString('utf8');
      resolve({ code, signal, stdout: text(stdout), stderr: text(stderr) });
    });
  });
}

/** One engine of the lab, with the image that the tests run. */
export interface EngineUnderTest {
  engine: LabEngine;
  backend: Backend;
  image: string;
  /** Options that send the CLI to it. */
  options: readonly string[];
}

export async function engineUnderTest(engine: LabEngine): Promise<EngineUnderTest> {
  const backend = await defaultRegistry().get(engine.kind).open({ type: engine.kind, host: engine.host }, {});
  const { shell } = await prepareFixtures(backend);
  return { engine, backend, image: shell, options: ['--backend', engine.kind, '-H', engine.host] };
}

/** The engine that all tests run on; undefined when the lab has none. */
export async function firstEngine(): Promise<EngineUnderTest | undefined> {
  const { engines } = await labEngines();
  const engine = engines.find(({ id }) => id === 'docker-20.10') ?? engines[0];
  return engine && engineUnderTest(engine);
}

/** A directory with a compose file; the project and the directory go when it is disposed. */
export class Directory implements AsyncDisposable {
  readonly path: string;
  readonly project: string;
  readonly #backend: Backend;

  private constructor(path: string, project: string, backend: Backend) {
    this.path = path;
    this.project = project;
    this.#backend = backend;
  }

  static async make(backend: Backend, compose?: Readonly<Record<string, unknown>>): Promise<Directory> {
    const path = await mkdtemp(join(tmpdir(), 'wherry-e2e-'));
    const project = newId('e2e').slice(0, 16);
    const directory = new Directory(path, project, backend);
    if (compose !== undefined)
      await directory.write('compose.yaml', JSON.stringify({ name: project, ...compose }));
    return directory;
  }

  async write(name: string, text: string): Promise<void> {
    await writeFile(join(this.path, name), text);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await down(this.#backend, { projectName: this.project, volumes: true, timeout: 0 });
    await rm(this.path, { recursive: true, force: true });
  }
}
