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
  /** Somebody else stopped it on purpose. */
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
  if (event.type === 'died' || event.type === 'removed') await ended(container, signal);
  else if (event.type === 'started') await started(container, event, signal);
  else if (event.type === 'stopped' && booter.state === 'failed') await container.onMeant();
  else if (event.type === 'health' && event.health !== 'starting' && booter.isUp)
    work.noteHealth('engine', event.health === 'healthy', `the engine says ${event.health}`);
}

/** Looks for itself, since events may be missing. */
export async function catchUp(container: FollowedContainer, signal: AbortSignal): Promise<void> {
  const { work, booter } = container;
  if (booter.isUp) return ended(container, signal);
  const info = await look(work.spec, { signal });
  if (info?.status === 'running') adopt(container, info);
}

async function started(
  { work, booter, story, ...rest }: FollowedContainer,
  event: ContainerEvent,
  signal: AbortSignal,
): Promise<void> {
  const info = await look(work.spec, { signal });
  if (info?.status !== 'running') return;
  const isKnown = info.startedAt?.getTime() === work.run?.startedAt?.getTime() && info.id === work.run?.id;
  if (isKnown) return;
  const { state } = booter;
  if (state === 'starting' || state === 'stopping') return;
  story.started(work.spec.name, info);
  if (booter.isUp) work.adopt(info);
  else adopt({ work, booter, story, ...rest }, info, event.time);
}

function adopt({ work, booter }: FollowedContainer, info: ContainerInfo, since?: Date): void {
  if (booter.state !== 'stopped' && booter.state !== 'failed') return;
  work.adopt(info);
  booter.adopt({
    reason: 'somebody else started it',
    ...(since === undefined ? {} : { lastActivity: since }),
  });
}

/** What looks like an end may be none: the engine's restart policy may have brought it back. */
async function ended(container: FollowedContainer, signal: AbortSignal): Promise<void> {
  const { work, booter, story } = container;
  const { backend, name, container: id } = work.spec;
  if (!booter.isUp) return;
  const info = await look(work.spec, { signal });
  if (info === null) return crashed(container, removed(name, id), null);
  if (!isOver(info)) {
    const isNext = info.startedAt?.getTime() !== work.run?.startedAt?.getTime();
    if (!isNext && info.status !== 'starting') return;
    const lastLines = await lastLogLines(backend, info.id, { signal });
    story.failed(
      name,
      info,
      new WherryError('EXIT', `${name} ended, and its engine starts it again`),
      lastLines,
    );
    if (info.status !== 'running') return;
    work.adopt(info);
    story.started(name, info);
    return;
  }
  if (info.exitCode === 0 && !info.oomKilled) {
    story.stopped(name, info);
    work.ended();
    booter.ended({ reason: 'it exited with code 0' });
    return;
  }
  const death = await deathOf(backend, info.id, { signal });
  if (booter.isUp) crashed(container, death, info);
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
