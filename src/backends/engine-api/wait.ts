import type { WaitOptions } from '../../core/backend.ts';
import type { WaitResult } from '../../core/container.ts';
import { isWherryError, WherryError } from '../../core/errors.ts';
import { asRecord } from './answer-shape.ts';
import type { EngineConnection } from './connection.ts';
import { containerPath } from './container-path.ts';
import type { Dialect } from './dialect.ts';
import { containerRecord } from './lifecycle.ts';
import type { StateRecord } from './records.ts';
import { containerStatus, engineTime } from './status.ts';

interface WaitAnswer {
  StatusCode: number;
  Error?: { Message?: string } | null;
}

/**
 * `Backend.wait` for engines with the Engine API. The wait is subscribed first and the state is read after that, so that
 * no exit falls between the two; the engine flushes its headers as soon as it has subscribed.
 */
export async function waitForContainer(
  connection: EngineConnection,
  dialect: Dialect,
  id: string,
  options: WaitOptions = {},
): Promise<WaitResult> {
  const { condition = 'exit', onSubscribed } = options;
  const subscription = new AbortController();
  const signal =
    options.signal === undefined
      ? subscription.signal
      : AbortSignal.any([options.signal, subscription.signal]);
  try {
    const response = await connection.request({
      method: 'POST',
      path: containerPath(id, 'wait'),
      query: { condition: dialect.waitConditions[condition === 'removed' ? 'removed' : 'next-exit'] },
      signal,
    });
    const { State: before, HostConfig: host } = await containerRecord(connection, id, { signal });
    if (condition === 'exit' && hasEnded(before))
      return { run: runOf(before), exitCode: before.ExitCode ?? 0 };
    onSubscribed?.();
    const answer = asRecord<WaitAnswer>(await response.json(), ['StatusCode']);
    if (answer.Error?.Message) throw new WherryError('ENGINE', answer.Error.Message);
    if (isUp(before) || condition === 'removed') return { run: runOf(before), exitCode: answer.StatusCode };
    // It began to run after we looked: its start is known only now. One that was removed instead is NOT_FOUND.
    const after = await containerRecord(connection, id, { signal }).catch((error: unknown) => {
      // Its engine was told to remove it when it ends.
      if (host?.AutoRemove === true && isWherryError(error, 'NOT_FOUND')) return undefined;
      throw error;
    });
    return { run: runOf(after?.State ?? before), exitCode: answer.StatusCode };
  } finally {
    subscription.abort();
  }
}

/** A container that its engine is about to restart counts as running there, though its last run is over. */
function isUp(state: StateRecord): boolean {
  return state.Running === true && containerStatus(state.Status) !== 'starting';
}

function hasEnded(state: StateRecord): boolean {
  return !isUp(state) && engineTime(state.FinishedAt) !== null;
}

/** The start of the present run, or of the last one. */
function runOf(state: StateRecord): string {
  return state.StartedAt ?? '';
}
