import { deathOf, lastLogLines } from '../core/death.ts';
import type { ContainerInfo } from '../core/index.ts';
import { WherryError } from '../core/index.ts';
import type { ContainerEvent } from './container-watch.ts';
import { type ContainerWork, isOver, look } from './container-work.ts';
import type { LazyBooter } from './lazy-booter.ts';
import type { Story } from './story.ts';

export interface FollowedContainer {
  work: ContainerWork;
  booter: LazyBooter;
  story: Story;
  /** It ended with an error that nobody asked for. */
  onCrash(): void;
  /** It ended, and its engine may bring it back: `settleDoubt` is to be called a little later. */
  onDoubt(): void;
  /** Somebody else stopped it on purpose, after it was taken for failed. */
  onMeant(): Promise<void>;
}

/** Follows what happens to the container without our doing. What we did ourselves changes nothing. */
export async function follow(
  container: FollowedContainer,
  event: ContainerEvent,
  signal: AbortSignal,
): Promise<void> {
  const { work, booter } = container;
  const isOld = work.run?.startedAt != null && event.time < work.run.startedAt;
  if (isOld) return;
  if (event.type === 'died' || event.type === 'removed') await ended(container, { signal });
  else if (event.type === 'started') await started(container, event, signal);
  else if (event.type === 'stopped') await stopped(container, signal);
  else if (event.type === 'health' && event.health !== 'starting' && booter.isUp)
    work.noteHealth('engine', event.health === 'healthy', `the engine says ${event.health}`);
}

/** Looks for itself, since events may be missing. */
export async function catchUp(container: FollowedContainer, signal: AbortSignal): Promise<void> {
  const { work, booter } = container;
  if (booter.isUp) return ended(container, { signal });
  const info = await look(work.spec, { signal });
  if (info?.status === 'running') adopt(container, info);
}

/** Looks whether its engine has brought it back: if not, it is over. */
export async function settleDoubt(container: FollowedContainer, signal: AbortSignal): Promise<void> {
  await ended(container, { signal, isSettled: true });
}

async function started(
  container: FollowedContainer,
  event: ContainerEvent,
  signal: AbortSignal,
): Promise<void> {
  const { work, booter, story } = container;
  const info = await look(work.spec, { signal });
  const { state } = booter;
  if (info?.status !== 'running' || state === 'starting' || state === 'stopping') return;
  if (isRun(info, work.run)) return;
  story.started(work.spec.name, info);
  if (booter.isUp) work.adopt(info);
  else adopt(container, info, event.time);
}

function adopt({ work, booter }: FollowedContainer, info: ContainerInfo, since?: Date): void {
  if (booter.state !== 'stopped' && booter.state !== 'failed') return;
  work.adopt(info);
  booter.adopt({
    reason: 'somebody else started it',
    ...(since === undefined ? {} : { lastActivity: since }),
  });
}

async function stopped(container: FollowedContainer, signal: AbortSignal): Promise<void> {
  const { work, booter, story } = container;
  if (booter.state === 'failed') return container.onMeant();
  const info = await look(work.spec, { signal });
  if (!booter.isUp || info === null || !isOver(info)) return;
  story.stopped(work.spec.name, info);
  work.ended();
  booter.ended({ reason: 'somebody else stopped it' });
}

/** What looks like an end may be none: the engine's restart policy may bring it back. */
async function ended(
  container: FollowedContainer,
  { signal, isSettled = false }: { signal: AbortSignal; isSettled?: boolean },
): Promise<void> {
  const { work, booter, story } = container;
  const { backend, name, container: id } = work.spec;
  const info = await look(work.spec, { signal });
  if (!booter.isUp) return;
  if (info === null) return crashed(container, removed(name, id), null);
  const isUp = info.status === 'running' || info.status === 'paused';
  const isBack = isUp && !isRun(info, work.run);
  // The event of an end may be sooner than the state that it leads to.
  if ((isUp && !isBack) || info.status === 'stopping') return isSettled ? undefined : container.onDoubt();
  if (isBack || (comesBack(info) && !isSettled)) {
    const error = new WherryError('EXIT', `${name} ended, and its engine starts it again`, {
      details: { lastLines: await lastLogLines(backend, info.id, { signal }) },
    });
    if (!booter.isUp) return;
    work.tellFailure(error, info);
    if (!isBack) return container.onDoubt();
    work.adopt(info);
    story.started(name, info);
  } else if (isOver(info)) {
    await over(container, info, signal);
  }
}

async function over(container: FollowedContainer, info: ContainerInfo, signal: AbortSignal): Promise<void> {
  const { work, booter, story } = container;
  if (info.exitCode !== 0 || info.oomKilled) {
    const death = await deathOf(work.spec.backend, info.id, { signal });
    if (booter.isUp) crashed(container, death, info);
    return;
  }
  story.stopped(work.spec.name, info);
  work.ended();
  booter.ended({ reason: 'it exited with code 0' });
}

/** Whether the engine is about to start it again. Not every engine shows that in its state. */
function comesBack({ status, spec, exitCode, restartCount }: ContainerInfo): boolean {
  const { name = 'no', maximumRetryCount } = spec.restart ?? {};
  if (status === 'starting' || name === 'always' || name === 'unless-stopped') return true;
  return (
    name === 'on-failure' && exitCode !== 0 && restartCount < (maximumRetryCount || Number.POSITIVE_INFINITY)
  );
}

function isRun(info: ContainerInfo, run: ContainerInfo | null): boolean {
  return info.id === run?.id && info.startedAt?.getTime() === run.startedAt?.getTime();
}

function crashed(container: FollowedContainer, error: WherryError, info: ContainerInfo | null): void {
  container.work.endedBy(error, info);
  container.booter.ended({ error });
  container.onCrash();
}

function removed(name: string, container: string): WherryError {
  return new WherryError('NOT_FOUND', `${name}: container ${container} was removed`, {
    details: { container },
  });
}
