import { randomBytes } from 'node:crypto';
import { beforeAll, describe } from 'vitest';
import { EngineConnection } from '../../../src/backends/engine-api/connection.ts';
import { EngineImage } from '../../../src/backends/engine-api/image.ts';
import { type ImageContext, imageContext } from '../../../src/backends/engine-api/image-context.ts';
import { EngineImages } from '../../../src/backends/engine-api/images.ts';
import { RegistryAuth } from '../../../src/backends/engine-api/registry-auth.ts';
import { podmanImageDifferences } from '../../../src/backends/podman/image-differences.ts';
import type { DockerfileBuild, Image } from '../../../src/core/image.ts';
import { unixDialer } from '../../../src/transport/dialer.ts';
import { type LabEngine, labEngines } from '../../lab/engines.ts';
import { putShellImage, shellImage } from '../../lab/shell-image.ts';

/** One engine of the lab as these tests use it. What they make carries `label`, or a name below `prefix`. */
export interface TestEngine {
  lab: LabEngine;
  connection: EngineConnection;
  images: EngineImages;
  /** Names of images that are made here begin with it. */
  prefix: string;
  /** `key=value`, unique to this run. */
  label: string;
  image(name: string, auth?: RegistryAuth): Image;
  context(auth: RegistryAuth): ImageContext;
  /** A Dockerfile on the shell image whose every layer carries `label`. */
  shell(...lines: readonly string[]): Pick<DockerfileBuild, 'kind' | 'context' | 'dockerfileInline'>;
  /** Removes all images that were made here, and closes the connection. */
  clean(): Promise<void>;
}

const emptyContext = new URL('./empty-context', import.meta.url).pathname;

/** Runs `tests` against every engine of the lab; a loud skip with its reason for each that is not there. */
export async function onEachEngine(tests: (engine: TestEngine) => void): Promise<void> {
  const { engines, skipped } = await labEngines();
  for (const lab of engines) {
    describe(lab.id, () => {
      beforeAll(() => putShellImage(lab), 60_000);
      tests(testEngine(lab));
    });
  }
  for (const { id, reason } of skipped) describe.skip(`${id}: SKIPPED, ${reason}`, () => {});
}

function testEngine(lab: LabEngine): TestEngine {
  const connection = new EngineConnection(unixDialer(lab.host.replace('unix://', '')));
  const run = randomBytes(4).toString('hex');
  const prefix = `localhost/wherry-images-${run}`;
  const images = new EngineImages(connection);
  const label = `wherry.test.images=${run}`;
  const nobody = new RegistryAuth({ env: {}, home: '/nonexistent' });
  const context = (auth: RegistryAuth): ImageContext =>
    imageContext(connection, auth, lab.kind === 'podman' ? podmanImageDifferences(lab.version) : {});
  return {
    lab,
    connection,
    images,
    prefix,
    label,
    context,
    image: (name, auth = nobody) => new EngineImage(context(auth), name),
    shell: (...lines) => ({
      kind: 'dockerfile',
      context: emptyContext,
      dockerfileInline: [`FROM ${shellImage}`, `LABEL ${label}`, ...lines].join('\n'),
    }),
    clean: async () => {
      for (const { id, tags } of await images.list({ labels: [label] })) {
        for (const name of [...tags, id]) {
          await new EngineImage(context(nobody), name).remove({ force: true }).catch(() => {});
        }
      }
      connection.close();
    },
  };
}
