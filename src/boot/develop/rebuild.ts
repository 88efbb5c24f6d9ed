import { setTimeout as delay } from 'node:timers/promises';
import type { Project } from '../../compose/index.ts';
import { type Backend, isWherryError } from '../../core/index.ts';
import { observeContainers } from '../observed.ts';
import type { BootOptions } from '../options.ts';
import { up } from '../up.ts';

export interface RebuildOptions extends Pick<BootOptions, 'events' | 'logger'> {
  service: string;
  /** Remove the image that the rebuild took the name from. */
  prune: boolean;
  onLine: (line: string) => void;
  signal: AbortSignal;
}

/** Builds the image of one service and makes its containers anew; a build that fails leaves them as they are. */
export async function rebuild(
  backend: Backend,
  project: Project,
  { service, prune, onLine, ...options }: RebuildOptions,
): Promise<void> {
  const { signal } = options;
  const all = await observeContainers(backend, project.name, { signal });
  const before = all.filter((one) => one.service === service && !one.oneOff);
  const summary = await up(backend, project, {
    ...options,
    services: [service],
    scale: before.length === 0 ? undefined : { [service]: before.length },
    build: 'always',
    forceRecreate: true,
    noDeps: true,
    onProgress: (progress) => {
      if (progress.kind !== 'image' || progress.progress.kind !== 'output') return;
      for (const line of progress.progress.text.split('\n')) if (line.trim() !== '') onLine(line);
    },
  });
  const failed = summary.rows.find(({ error }) => error !== null);
  if (failed?.error) throw failed.error;
  if (!prune) return;
  for (const id of new Set(before.flatMap(({ imageId }) => imageId ?? [])))
    await removeNameless(backend, id, signal);
}

/**
 * What has a name or a container still is left alone. Tried again a little later when it is said to be in use or not to be
 * there, and is there: Podman says either while others remove images and containers of theirs.
 */
async function removeNameless(backend: Backend, id: string, signal: AbortSignal): Promise<void> {
  const image = backend.image(id);
  for (let attempt = 1; attempt <= 4; attempt++) {
    try {
      const { tags } = await image.inspect({ signal });
      if (tags.length === 0) await image.remove({ signal });
      return;
    } catch (error) {
      if (!isWherryError(error, 'NOT_FOUND', 'CONFLICT')) throw error;
    }
    if (!(await image.exists({ signal }))) return;
    await delay(attempt * 100, undefined, { signal });
  }
}
