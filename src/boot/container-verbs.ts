import { anonymousVolumes } from './anonymous-volumes.ts';
import { ignoreGone } from './failure.ts';
import type { ContainerStep } from './plan.ts';
import type { UpContext } from './up-run.ts';

export async function startExisting(context: UpContext, step: ContainerStep): Promise<void> {
  const { backend, limit, signal } = context;
  const { current, currentName, name, reason } = step;
  if (current === null) return;
  if (currentName !== name) await limit.run(() => backend.rename(current, name));
  if (reason === 'paused') await limit.run(() => backend.resume(current, { signal }), signal);
  else await start(context, step, current);
}

export async function start(context: UpContext, step: ContainerStep, id: string): Promise<void> {
  const { backend, limit, signal, watch, story, hooks } = context;
  await hooks.beforeStart(step, id, context.plan);
  watch.starting(id);
  await limit.run(() => backend.start(id, { signal }), signal);
  watch.started(id);
  story.started(id);
  await hooks.afterStart(step, id);
}

export async function stop(context: UpContext, step: ContainerStep): Promise<void> {
  const { backend, limit, signal, options, story, hooks } = context;
  const { current } = step;
  if (current === null) return;
  await hooks.beforeStop(step, current);
  story.stopping(current);
  try {
    await limit.run(() => backend.stop(current, { timeout: options.timeout, signal }), signal);
  } catch (error) {
    ignoreGone(error);
  }
}

export async function stopAndRemove(context: UpContext, step: ContainerStep): Promise<void> {
  const { backend, limit, signal, options, leftVolumes } = context;
  const { current } = step;
  if (current === null) return;
  try {
    if (step.reason !== 'scaled-down' && step.reason !== 'orphan' && options.renewAnonymousVolumes !== true)
      leftVolumes.set(current, await anonymousVolumes(context, step, current));
    await stop(context, step);
    await limit.run(() => backend.remove(current, { force: true, keepVolumes: true, signal }), signal);
  } catch (error) {
    ignoreGone(error);
  }
}

/** Without a signal: it ran before, and does so after an `up` that was cancelled too. */
export async function startAgain({ backend, limit, story, watch }: UpContext, id: string): Promise<void> {
  watch.starting(id);
  await limit.run(() => backend.start(id));
  watch.started(id);
  story.started(id);
}
