import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe } from 'vitest';
import { EngineConnection } from '../../../src/backends/engine-api/connection.ts';
import { podmanFactory } from '../../../src/backends/podman/index.ts';
import type { Backend, ContainerSpec } from '../../../src/core/index.ts';
import { unixDialer } from '../../../src/transport/dialer.ts';
import { type LabEngine, labEngines } from '../../lab/engines.ts';
import { putShellImage, shellImage } from '../../lab/shell-image.ts';

/** A Podman of the lab; what is made with it carries `label` and goes with the tests. */
export interface TestPodman {
  lab: LabEngine;
  /** There from the first test on. */
  backend: Backend;
  /** Podman's API as it is, beside the backend. */
  api: EngineConnection;
  /** `key=value`, unique to this run. */
  label: string;
  /** A name that nobody else has. */
  unique(stem: string): string;
  start(spec?: Partial<ContainerSpec>): Promise<string>;
  create(spec?: Partial<ContainerSpec>): Promise<string>;
}

/** Runs `tests` against every Podman of the lab; a loud skip with its reason for each that is not there. */
export async function onEachPodman(tests: (podman: TestPodman) => void): Promise<void> {
  const { engines, skipped } = await labEngines();
  for (const lab of engines.filter(({ kind }) => kind === 'podman')) {
    describe(`${lab.id} (${lab.version})`, () => tests(testPodman(lab)));
  }
  for (const { id, reason } of skipped.filter(({ id }) => id.startsWith('podman'))) {
    describe.skip(`${id}: SKIPPED, ${reason}`, () => {});
  }
}

function testPodman(lab: LabEngine): TestPodman {
  const run = randomBytes(4).toString('hex');
  const [key, value] = ['wherry.test.podman', run];
  let backend: Backend | undefined;
  beforeAll(async () => {
    await putShellImage(lab);
    backend = await podmanFactory.open({ type: 'podman', host: lab.host }, {});
  });
  afterAll(async () => {
    if (backend === undefined) return;
    const left = await backend.list({ all: true, labels: [`${key}=${value}`] });
    for (const { id } of left) await backend.remove(id, { force: true }).catch(() => {});
    await backend[Symbol.asyncDispose]();
    api.close();
  });
  const api = new EngineConnection(unixDialer(lab.host.replace('unix://', '')));
  const podman: TestPodman = {
    lab,
    get backend(): Backend {
      if (backend === undefined) throw new Error('the backend is opened before the tests, not before that');
      return backend;
    },
    api,
    label: `${key}=${value}`,
    unique: (stem) => `wherry-${stem}-${randomBytes(4).toString('hex')}`,
    create: (spec = {}) =>
      podman.backend.create({
        image: shellImage,
        command: ['sleep', '3600'],
        stopGracePeriod: 1000,
        ...spec,
        labels: { ...spec.labels, [key]: value },
      }),
    start: async (spec) => {
      const id = await podman.create(spec);
      await podman.backend.start(id);
      return id;
    },
  };
  return podman;
}

export async function textOf(chunks: AsyncIterable<{ data: Uint8Array }>): Promise<string> {
  let text = '';
  for await (const { data } of chunks) text += Buffer.from(data).toString();
  return text;
}
