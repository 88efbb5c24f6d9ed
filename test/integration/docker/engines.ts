import { randomUUID } from 'node:crypto';
import { describe, test } from 'vitest';
import { prepareFixtures } from '../../../src/conformance/index.ts';
import type { Backend, ContainerSpec } from '../../../src/core/index.ts';
import { connect } from '../../../src/index.ts';
import { type LabEngine, labEngines } from '../../lab/engines.ts';
import { removeLeft } from '../../lab/remove-left.ts';

/** What a test of a Docker engine works with; everything that it made is removed at its end. */
export class Bench implements AsyncDisposable {
  readonly engine: LabEngine;
  readonly backend: Backend;
  readonly label: string = `wherry-test=${randomUUID()}`;
  readonly image: string;
  readonly #clients: Backend[] = [];

  static async open(engine: LabEngine): Promise<Bench> {
    const backend = await connect({ type: 'docker', host: engine.host });
    const { shell } = await prepareFixtures(backend);
    return new Bench(engine, backend, shell);
  }

  private constructor(engine: LabEngine, backend: Backend, image: string) {
    this.engine = engine;
    this.backend = backend;
    this.image = image;
  }

  /** A second client, of the engine or of what stands before it. */
  async client(host: string = this.engine.host): Promise<Backend> {
    const client = await connect({ type: 'docker', host });
    this.#clients.push(client);
    return client;
  }

  get labels(): Record<string, string> {
    const [key = '', value = ''] = this.label.split('=');
    return { [key]: value };
  }

  create(spec: Partial<ContainerSpec> = {}): Promise<string> {
    const { labels, ...rest } = spec;
    return this.backend.create({
      image: this.image,
      entrypoint: ['sleep', '3600'],
      ...rest,
      labels: { ...labels, ...this.labels },
    });
  }

  async start(spec: Partial<ContainerSpec> = {}): Promise<string> {
    const id = await this.create(spec);
    await this.backend.start(id);
    return id;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const client of this.#clients) await client[Symbol.asyncDispose]();
    try {
      await removeLeft(this.backend, this.label);
    } finally {
      await this.backend[Symbol.asyncDispose]();
    }
  }
}

/** The same tests on every Docker engine of the lab; a loud skip where there is none. */
export async function onDocker(declare: (engine: LabEngine) => void): Promise<void> {
  const { engines } = await labEngines();
  const docker = engines.filter(({ kind }) => kind === 'docker');
  if (docker.length === 0) {
    console.warn('\nSKIPPED: no Docker engine in the lab (test/lab/up)\n');
    test.skip('no Docker engine in the lab', () => undefined);
  }
  for (const engine of docker) describe(`${engine.id} (API ${engine.apiVersion})`, () => declare(engine));
}
