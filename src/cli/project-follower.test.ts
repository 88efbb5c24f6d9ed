import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import type { Backend } from '../core/backend.ts';
import { composeLabel } from '../core/compose-labels.ts';
import type { EngineEvent } from '../core/engine-event.ts';
import { ProjectFollower } from './project-follower.ts';

const subject = {
  id: 'id-1',
  name: 'shop-fails-1',
  image: 'busybox',
  labels: { [composeLabel.project]: 'shop', [composeLabel.service]: 'fails' },
};
const died: EngineEvent = { type: 'died', subject, time: new Date(), exitCode: 7, oomKilled: false };
const started: EngineEvent = { type: 'started', subject, time: new Date() };

/** An engine that tells of the second run of a container long after that is over. */
function lateEngine(late: number): Backend {
  let isOver = false;
  const state = (): object => ({
    ...subject,
    startedAt: null,
    finishedAt: null,
    status: isOver ? 'exited' : 'starting',
  });
  return {
    address: 'unix:///late.sock',
    capabilities: async () => ({ stopEvents: { supported: true } }),
    logs: () => ({ batches: async function* () {} }),
    inspect: async () => state(),
    list: async () => {
      isOver = true;
      return [state()];
    },
    async *events({ signal }: { signal: AbortSignal }) {
      yield started;
      yield died;
      await sleep(late);
      yield started;
      yield died;
      await once(signal, 'abort');
    },
  } as unknown as Backend;
}

// While it looks whether all is over, and long after that.
it.each([50, 1500])('tells the end of a run of which the engine tells %i ms late', async (late) => {
  const told: string[] = [];
  const follower = new ProjectFollower(lateEngine(late), {
    projectName: 'shop',
    services: undefined,
    onRecord: () => undefined,
    afterBatch: async () => undefined,
    onRestart: () => told.push('restart'),
    onExit: () => told.push('exit'),
    signal: new AbortController().signal,
  });
  follower.listen();
  await sleep(20);
  await follower.idle();
  await follower.close();
  expect(told).toEqual(['restart', 'exit']);
});
