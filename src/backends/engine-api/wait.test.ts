import { afterEach, describe, expect, test } from 'vitest';
import type { WaitOptions } from '../../core/backend.ts';
import { chunked, FakeEngine, fakeContainer, json } from './fake-engine.test-support.ts';
import type { StateRecord } from './records.ts';

const open: AsyncDisposable[] = [];
afterEach(async () => {
  for (const thing of open.splice(0)) await thing[Symbol.asyncDispose]();
});

const never = '0001-01-01T00:00:00Z';
const created: StateRecord = { Status: 'created', Running: false, StartedAt: never, FinishedAt: never };
const running: StateRecord = { Status: 'running', Running: true, StartedAt: 'run-1', FinishedAt: never };
const exited: StateRecord = {
  Status: 'exited',
  Running: false,
  ExitCode: 4,
  StartedAt: 'run-1',
  FinishedAt: '2026-01-01T00:00:09Z',
};

/** An engine on which the container is `before` when it is looked at first, and `after` later (null: gone). */
async function wait(
  before: StateRecord,
  after: StateRecord | null,
  options: WaitOptions = {},
): Promise<unknown> {
  const engine = await FakeEngine.listen(({ path, nth }) => {
    if (path.endsWith('/wait')) return chunked(['{"StatusCode":4}'], { end: true });
    if (!path.endsWith('/json')) return undefined;
    const state = nth === 0 ? before : after;
    return state === null
      ? json({ message: 'No such container: fake' }, 404)
      : json({ ...fakeContainer, State: state });
  });
  const backend = engine.backend();
  open.push(backend, engine);
  const result = await backend.wait('fake', options);
  const [asked] = engine.requests.filter(({ path }) => path.endsWith('/wait'));
  return { ...result, asked: asked?.query.get('condition') };
}

describe('wait', () => {
  test('on a running one ends with its run', async () => {
    expect(await wait(running, exited)).toEqual({ run: 'run-1', exitCode: 4, asked: 'next-exit' });
  });

  test('on an exited one tells the last run at once, without claiming to be subscribed', async () => {
    const onSubscribed = (): void => expect.unreachable();
    expect(await wait(exited, exited, { onSubscribed })).toMatchObject({ run: 'run-1', exitCode: 4 });
  });

  test('on a created one is for the run that comes', async () => {
    let subscribed = 0;
    const onSubscribed = (): void => {
      subscribed += 1;
    };
    expect(await wait(created, exited, { onSubscribed })).toMatchObject({ run: 'run-1', exitCode: 4 });
    expect(subscribed).toBe(1);
  });

  test('for the next exit of an exited one is for the next run', async () => {
    const again = { ...exited, StartedAt: 'run-2' };
    expect(await wait(exited, again, { condition: 'next-exit' })).toMatchObject({ run: 'run-2' });
  });

  test('on one that its engine is about to restart tells the run that is over', async () => {
    const restarting = { ...exited, Status: 'restarting', Running: true };
    expect(await wait(restarting, restarting)).toMatchObject({ run: 'run-1', exitCode: 4 });
  });

  test('on one that is removed before it ran is NOT_FOUND', async () => {
    await expect(wait(created, null)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  test('on one that is removed while it runs tells its end', async () => {
    expect(await wait(running, null)).toMatchObject({ run: 'run-1', exitCode: 4 });
  });
});
