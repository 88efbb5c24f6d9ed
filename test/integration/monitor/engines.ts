import { randomUUID } from 'node:crypto';
import { describe } from 'vitest';
import { prepareFixtures } from '../../../src/conformance/index.ts';
import type { Backend, ContainerSpec } from '../../../src/core/index.ts';
import { connect } from '../../../src/index.ts';
import { type LabEngine, labEngines } from '../../lab/engines.ts';
import { removeLeft } from '../../lab/remove-left.ts';

/** A connection to an engine of the lab; what is made with it goes with it. */
export class MonitorBench implements AsyncDisposable {
  readonly backend: Backend;
  readonly #image: string;
  readonly #run: string = randomUUID();

  static async open({ kind, host }: LabEngine): Promise<MonitorBench> {
    const backend = await connect({ type: kind, host });
    const { shell } = await prepareFixtures(backend);
    return new MonitorBench(backend, shell);
  }

  private constructor(backend: Backend, image: string) {
    this.backend = backend;
    this.#image = image;
  }

  async start(spec: Partial<ContainerSpec> = {}): Promise<string> {
    const labels = { ...spec.labels, 'wherry-test': this.#run };
    const id = await this.backend.create({
      image: this.#image,
      entrypoint: ['sleep', '3600'],
      ...spec,
      labels,
    });
    await this.backend.start(id);
    return id;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      await removeLeft(this.backend, `wherry-test=${this.#run}`);
    } finally {
      await this.backend[Symbol.asyncDispose]();
    }
  }
}

/** Runs `tests` against these engines of the lab; a loud skip with its reason for each that is not there. */
export async function onEachEngine(
  ids: readonly string[],
  tests: (engine: LabEngine & { open: () => Promise<MonitorBench> }) => void,
): Promise<void> {
  const { engines, skipped } = await labEngines();
  for (const id of ids) {
    const engine = engines.find((one) => one.id === id);
    if (engine !== undefined) {
      const open = (): Promise<MonitorBench> => MonitorBench.open(engine);
      describe(`${id} (${engine.version})`, () => tests({ ...engine, open }));
      continue;
    }
    const reason = skipped.find((one) => id.startsWith(one.id))?.reason ?? 'the lab does not have it';
    describe.skip(`${id}: SKIPPED, ${reason}`, () => {});
  }
}
