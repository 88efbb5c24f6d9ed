import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { defaultRegistry } from '../../../src/backends/index.ts';
import { down } from '../../../src/boot/index.ts';
import { composeLabel, loadProject, type Project } from '../../../src/compose/index.ts';
import { prepareFixtures } from '../../../src/conformance/index.ts';
import type { Backend, ContainerSummary } from '../../../src/core/index.ts';
import { newId } from '../../../src/core/index.ts';
import { anonymousVolumes } from '../../lab/anonymous-volumes.ts';
import { type LabEngine, labEngines } from '../../lab/engines.ts';

/** What compose files of the tests say; JSON is YAML. */
export interface Model {
  name?: string;
  services: Record<string, object>;
  volumes?: Record<string, object>;
  networks?: Record<string, object>;
  secrets?: Record<string, object>;
  configs?: Record<string, object>;
  jobs?: Record<string, object>;
  models?: Record<string, object>;
}

/** A command that runs until it is told to stop. */
export const stays: readonly string[] = ['sh', '-c', 'trap "exit 0" TERM; while :; do sleep 0.05; done'];

/** A health check that passes as soon as `/tmp/ok` is there; the engine looks every 200 ms. */
export const okFile: object = { test: ['CMD', 'test', '-f', '/tmp/ok'], interval: '200ms', retries: 50 };

/** Ids of the lab's engines to test on; `WHERRY_BOOT_ENGINES` (names with commas between) takes some of them. */
export const enginesUnderTest: readonly string[] = [
  'docker-20.10',
  'docker-newest',
  'podman-4.3',
  'podman-5.4',
].filter((id) => (process.env.WHERRY_BOOT_ENGINES ?? id).split(',').includes(id));

/** A free port below those that engines choose from: several engines of one machine choose the same. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 10_000);
    const server = createServer();
    server.listen(port);
    const isFree = await once(server, 'listening').then(
      () => true,
      () => false,
    );
    await new Promise((resolve) => server.close(resolve));
    if (isFree) return port;
  }
}

/** One engine of the lab with the image that the stacks run. */
export interface Bench {
  engine: LabEngine;
  backend: Backend;
  image: string;
}

export async function benchOn(id: string): Promise<Bench | undefined> {
  const { engines } = await labEngines();
  const engine = engines.find((one) => one.id === id);
  return engine && openBench(engine);
}

/**
 * The bench of an engine, opened before the tests around this call and closed after them. There is none, which is told
 * loudly, where the lab does not have the engine.
 */
export function benchFor(id: string): () => Bench | undefined {
  let bench: Bench | undefined;
  beforeAll(async () => {
    bench = await benchOn(id);
    if (bench === undefined) console.error(`SKIPPED: the lab has no ${id}`);
  });
  afterAll(async () => await bench?.backend[Symbol.asyncDispose]());
  return () => bench;
}

async function openBench(engine: LabEngine): Promise<Bench> {
  const backend = await defaultRegistry().get(engine.kind).open({ type: engine.kind, host: engine.host }, {});
  const { shell } = await prepareFixtures(backend);
  return { engine, backend, image: shell };
}

/** A project of a name of its own, in a directory of its own; both go when it is disposed. */
export class Stack implements AsyncDisposable {
  readonly name: string = newId('wherry-boot');
  readonly #bench: Bench;
  #directory: string | undefined;

  constructor(bench: Bench) {
    this.#bench = bench;
  }

  async load(model: Model, options: { services?: string[] } = {}): Promise<Project> {
    const directory = await this.directory();
    const { image } = this.#bench;
    const services = Object.fromEntries(
      Object.entries(model.services).map(([name, service]) => [
        name,
        { image, stop_grace_period: '1s', ...service },
      ]),
    );
    await writeFile(join(directory, 'compose.yaml'), JSON.stringify({ ...model, services }));
    const { project } = await loadProject({
      workingDirectory: directory,
      env: {},
      projectName: this.name,
      ...options,
    });
    return project;
  }

  async directory(): Promise<string> {
    this.#directory ??= await mkdtemp(join(tmpdir(), 'wherry-boot-'));
    return this.#directory;
  }

  async containers(): Promise<readonly ContainerSummary[]> {
    const labels = [`${composeLabel.project}=${this.name}`];
    return this.#bench.backend.list({ all: true, labels });
  }

  /** Names of the anonymous volumes that its containers have now. */
  async anonymousVolumes(): Promise<string[]> {
    return anonymousVolumes(this.#bench.backend, `${composeLabel.project}=${this.name}`);
  }

  /** All that the engine has of the project. */
  async leftovers(): Promise<string[]> {
    const { backend } = this.#bench;
    const labels = [`${composeLabel.project}=${this.name}`];
    const [containers, networks = [], volumes = []] = await Promise.all([
      this.containers(),
      backend.networks?.list({ labels }),
      backend.volumes?.list({ labels }),
    ]);
    return [...containers, ...networks, ...volumes].map(({ name }) => name);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { rows } = await down(this.#bench.backend, { projectName: this.name, volumes: true, timeout: 0 });
    if (this.#directory !== undefined) await rm(this.#directory, { recursive: true, force: true });
    const error = rows.find((row) => row.error !== null)?.error;
    if (error) throw new Error(`the stack ${this.name} is still there`, { cause: error });
  }
}

/** The same backend, counting the calls of its verbs (`images.inspect` stands for every image's). */
export function counting(backend: Backend): { backend: Backend; calls: Map<string, number> } {
  const calls = new Map<string, number>();
  const count = (name: string): void => void calls.set(name, (calls.get(name) ?? 0) + 1);
  const wrap = <T extends object>(target: T, prefix: string): T =>
    new Proxy(target, {
      get(object, key) {
        const value = Reflect.get(object, key, object);
        if (typeof key === 'symbol') return typeof value === 'function' ? value.bind(object) : value;
        if (key === 'networks' || key === 'volumes' || key === 'images')
          return wrap(value as object, `${key}.`);
        if (typeof value !== 'function') return value;
        return (...args: unknown[]) => {
          if (key === 'image') return wrap(value.apply(object, args), 'image.');
          count(prefix + key);
          return value.apply(object, args);
        };
      },
    });
  return { backend: wrap(backend, ''), calls };
}
