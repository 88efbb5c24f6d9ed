// What the lab's engines hold, a line for each thing (`docker-20.10 container NAME`), sorted: test-all.sh compares what
// was there before a run with what is there after it. Images are no part of it: those of the fixtures stay on purpose.
import { openBackend } from '../../src/backends/index.ts';
import { type LabEngine, labEngines } from './engines.ts';

const { engines } = await labEngines();
const lines = (await Promise.all(engines.map(held))).flat();
process.stdout.write(
  lines
    .sort()
    .map((line) => `${line}\n`)
    .join(''),
);

async function held({ id, kind, host }: LabEngine): Promise<string[]> {
  await using backend = await openBackend({ type: kind, host });
  const containers = await backend.list({ all: true });
  const networks = (await backend.networks?.list()) ?? [];
  const volumes = (await backend.volumes?.list()) ?? [];
  return [
    ...containers.map(({ name, image }) => `${id} container ${name} (${image})`),
    ...networks.map(({ name }) => `${id} network ${name}`),
    ...volumes.map(({ name }) => `${id} volume ${name}`),
  ];
}
