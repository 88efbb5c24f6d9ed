import type { Project } from '../../compose/index.ts';
import type { Backend, ContainerSpec, OutputChunk } from '../../core/index.ts';
import { runHooks } from '../hooks/exec-hooks.ts';
import { prepareRun, type RunOptions } from './one-off.ts';

export interface RunToEndOptions extends RunOptions {
  /** Resolve when the container runs, without following it. Default: false. */
  detach?: boolean | undefined;
  /** Remove the container when it has ended; a detached one is removed by its engine. Default: false. */
  remove?: boolean | undefined;
  /** Gets what the container writes, unless it is detached. */
  onOutput?: ((chunk: OutputChunk) => void) | undefined;
}

export interface RunResult {
  id: string;
  name: string;
  /** Null for a detached one. */
  exitCode: number | null;
}

/**
 * Runs a one-off container of a service, after what it depends on is up, and resolves with its exit code, whatever that
 * is. Fails as {@link prepareRun} does, and for a container that cannot be made or started.
 */
export async function run(backend: Backend, project: Project, options: RunToEndOptions): Promise<RunResult> {
  const { signal, detach = false, remove = false } = options;
  const prepared = await prepareRun(backend, project, options);
  const spec: ContainerSpec = detach && remove ? { ...prepared, autoRemove: true } : prepared;
  const id = await backend.create(spec, { signal });
  const container = { id, name: spec.name ?? id };
  let handedOver = false;
  try {
    const follow = detach ? undefined : await follower(backend, id, options);
    await backend.start(id, { signal });
    const service = project.services[options.service];
    if (service !== undefined)
      await runHooks('post_start', service, container, { backend, signal, onProgress: options.onProgress });
    handedOver = detach;
    return { ...container, exitCode: follow === undefined ? null : await follow() };
  } finally {
    if (remove && !handedOver) await backend.remove(id, { force: true }).catch(() => undefined);
  }
}

/** Is there before the start, so that nothing that the container writes is missed; what it returns resolves at its end. */
async function follower(
  backend: Backend,
  id: string,
  { signal, onOutput }: RunToEndOptions,
): Promise<() => Promise<number>> {
  const attached = await backend.attach(id, { signal });
  const end = backend.wait(id, { condition: 'next-exit', signal });
  end.catch(() => undefined);
  const reading = (async () => {
    await using output = attached;
    for await (const chunk of output) onOutput?.(chunk);
  })();
  reading.catch(() => undefined);
  return async () => {
    await reading;
    return (await end).exitCode;
  };
}
