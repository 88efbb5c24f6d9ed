import type { Backend } from '../../core/backend.ts';
import type { ImageProgress } from '../../core/image.ts';
import { label as labels } from '../../core/labels.ts';
import type { ContainerSpec } from '../../core/spec.ts';
import type { Context } from '../context.ts';
import { deferred } from '../deferred.ts';
import { exitCode, exitCodeOf, exitCodeOfRun } from '../exit-codes.ts';
import { reportFault } from '../fault.ts';
import { imageProgress } from '../output/image-progress.ts';
import { ProgressBoard } from '../output/progress-board.ts';
import { converse } from '../terminal/converse.ts';
import { defaultDetachKeys, parseDetachKeys } from '../terminal/detach-keys.ts';
import { t } from '../text.ts';
import { passSignals } from './pass-signals.ts';

export interface Running {
  stdin: boolean;
  tty: boolean;
  detach: boolean;
  /** Remove the container when it has ended: once its exit code is read, or by the engine when nobody follows it. */
  remove: boolean;
  /** Of a service, which docker compose tells of. Default: an engine's container, told as docker does. */
  ofService?: { quietPull: boolean };
  /** Done once it runs; its failure fails the run. */
  afterStart?: ((id: string) => Promise<void>) | undefined;
}

/** Creates, starts and follows a container to its end; 125 to 127 when it did not come to life. */
export async function runContainer(context: Context, spec: ContainerSpec, running: Running): Promise<number> {
  const { output, signal, globals } = context;
  const backend = await context.backend();
  let id: string | undefined;
  let started = false;
  let isHandedOver = false;
  // What may go on without us is for the engine to remove.
  const autoRemove = running.remove && (running.detach || running.tty);
  const lease =
    running.remove && !autoRemove
      ? await import('../../boot/index.ts').then((boot) => boot.createLease(backend.address))
      : undefined;
  try {
    const leased =
      lease === undefined
        ? { ...spec, ...(autoRemove ? { autoRemove } : {}) }
        : { ...spec, labels: { ...spec.labels, [labels.lease]: lease.id } };
    id = await create(context, backend, leased, running);
    if (running.detach || globals.dryRun) {
      await backend.start(id, { signal });
      if (globals.dryRun) return exitCode.success;
      await running.afterStart?.(id);
      isHandedOver = true;
      output.line(id);
      return exitCode.success;
    }
    const onStart = (): void => {
      started = true;
    };
    const onDetach = (): void => {
      isHandedOver = true;
    };
    return await follow(context, backend, { id, onStart, onDetach, ...running });
  } catch (error) {
    signal.throwIfAborted();
    reportFault(error, output, globals);
    return started ? exitCodeOf(error) : exitCodeOfRun(error, context.role);
  } finally {
    if (running.remove && !isHandedOver && id !== undefined)
      await backend.remove(id, { force: true }).catch(() => undefined);
    await lease?.release();
  }
}

async function create(
  { output, signal }: Context,
  backend: Backend,
  spec: ContainerSpec,
  { ofService }: Running,
): Promise<string> {
  using board = new ProgressBoard(output);
  const show = imageProgress(board);
  const tells = ofService !== undefined && output.inComposeWords;
  let isPulled = false;
  const onProgress = (progress: ImageProgress): void => {
    if (tells && !isPulled) board.tell(`Image ${spec.image}`, 'working', 'Pulling');
    isPulled = true;
    if (ofService?.quietPull !== true) show(progress);
  };
  const id = await backend.create(spec, { signal, onProgress });
  if (tells && isPulled) board.tell(`Image ${spec.image}`, 'done', 'Pulled');
  if (tells) {
    board.tell(`Container ${spec.name}`, 'working', 'Creating');
    board.tell(`Container ${spec.name}`, 'done', 'Created');
  }
  return id;
}

async function follow(
  context: Context,
  backend: Backend,
  running: Running & { id: string; onStart: () => void; onDetach: () => void },
): Promise<number> {
  const { signal, output } = context;
  const { id, stdin, tty } = running;
  await using attached = await backend.attach(id, { stdin, signal });
  const { promise: subscribed, resolve: onSubscribed } = deferred<void>();
  const end = backend.wait(id, { condition: 'next-exit', onSubscribed, signal });
  await Promise.race([subscribed, end]);
  end.catch(() => undefined);
  await backend.start(id, { signal });
  running.onStart();
  const after = running.afterStart?.(id);
  after?.catch(() => undefined);
  using _passing = tty ? undefined : passSignals(context, backend, id);
  const detachKeys = parseDetachKeys(defaultDetachKeys);
  const how = await converse(attached, output, { stdin, tty, detachKeys, signal });
  if (how === 'detached') {
    running.onDetach();
    output.note(t('attach.detached', { name: id.slice(0, 12) }));
    return exitCode.success;
  }
  const { exitCode: code } = await end;
  await after;
  return code;
}
