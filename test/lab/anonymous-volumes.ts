import type { Backend } from '../../src/core/index.ts';

/** Names of the anonymous volumes that the containers with this label (`key=value`) have now. */
export async function anonymousVolumes(backend: Backend, label: string): Promise<string[]> {
  const containers = await backend.list({ all: true, labels: [label] });
  return [...new Set(containers.flatMap(({ volumes = [] }) => volumes))].filter((name) =>
    /^[0-9a-f]{64}$/.test(name),
  );
}

/** Removes those of the volumes that are left. */
export async function removeVolumes(backend: Backend, names: readonly string[]): Promise<void> {
  for (const name of names) await backend.volumes?.remove(name, { force: true });
}
