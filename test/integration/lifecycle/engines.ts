import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe } from 'vitest';
import type { Backend, ContainerSpec } from '../../../src/core/index.ts';
import { connect } from '../../../src/index.ts';
import { type LabEngine, labEngines } from '../../lab/engines.ts';
import { removeLeft } from '../../lab/remove-left.ts';
import { putShellImage, shellImage } from '../../lab/shell-image.ts';

/** An engine of the lab; what is made with it goes with the tests. */
export interface Ground {
  engine: LabEngine;
  /** There from the first test on. */
  backend: Backend;
  /** A container that runs `script` until it is stopped, which takes no grace. */
  create(script: string, spec?: Partial<ContainerSpec>): Promise<string>;
}

/** The same tests on every engine of the lab; a loud skip with its reason for each that is not there. */
export async function onEachEngine(tests: (ground: Ground) => void): Promise<void> {
  const { engines, skipped } = await labEngines();
  for (const engine of engines)
    describe(`${engine.id} (API ${engine.apiVersion})`, () => tests(groundOf(engine)));
  for (const { id, reason } of skipped) describe.skip(`${id}: SKIPPED, ${reason}`, () => {});
}

function groundOf(engine: LabEngine): Ground {
  const label = `wherry-test=${randomUUID()}`;
  const [key = '', value = ''] = label.split('=');
  const ground = {
    engine,
    create: (script: string, spec: Partial<ContainerSpec> = {}): Promise<string> =>
      ground.backend.create({
        image: shellImage,
        entrypoint: ['sh', '-c', script],
        stopGracePeriod: 0,
        ...spec,
        labels: { ...spec.labels, [key]: value },
      }),
  } as Ground;
  beforeAll(async () => {
    await putShellImage(engine);
    ground.backend = await connect({ type: engine.kind, host: engine.host });
  });
  afterAll(async () => {
    try {
      await removeLeft(ground.backend, label);
    } finally {
      await ground.backend[Symbol.asyncDispose]();
    }
  });
  return ground;
}
