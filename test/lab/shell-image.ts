import { defaultRegistry } from '../../src/backends/index.ts';
import { prepareFixtures } from '../../src/conformance/index.ts';
import type { LabEngine } from './engines.ts';

/** The shell image of the conformance suite by a name that Dockerfiles of the tests can say. */
export const shellImage = 'localhost/wherry-lab/busybox:1';

/** Puts it on an engine of the lab. */
export async function putShellImage({ kind, host }: LabEngine): Promise<void> {
  await using backend = await defaultRegistry().get(kind).open({ type: kind, host }, {});
  const { shell } = await prepareFixtures(backend);
  await backend.image(shell).tag(shellImage);
}
