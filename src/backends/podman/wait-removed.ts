import { setTimeout as sleep } from 'node:timers/promises';
import type { Backend, WaitOptions } from '../../core/backend.ts';
import type { WaitResult } from '../../core/container.ts';

/** How long after a removal the end of the run that it cut short may take to be told. */
const LAST_WORD_MS = 1000;

/** Podman 4 answers a wait for the removal with 0: the exit code is told by the waits for the runs until then. */
export async function waitUntilRemoved(
  wait: Backend['wait'],
  id: string,
  options: WaitOptions,
): Promise<WaitResult> {
  const over = new AbortController();
  const signal = options.signal === undefined ? over.signal : AbortSignal.any([options.signal, over.signal]);
  let last: WaitResult | undefined;
  let looks = (): void => {};
  const looking = new Promise<void>((resolve) => {
    looks = resolve;
  });
  const follow = async (): Promise<void> => {
    last = await wait(id, { condition: 'exit', signal, onSubscribed: looks });
    looks();
    for (;;) last = await wait(id, { condition: 'next-exit', signal });
  };
  const runs = follow().catch(looks);
  try {
    await looking;
    const removed = await wait(id, { ...options, condition: 'removed' });
    await Promise.race([runs, sleep(LAST_WORD_MS, undefined, { signal: over.signal, ref: false })]);
    return last ?? removed;
  } finally {
    over.abort();
  }
}
