import { expect, test } from 'vitest';
import { unixDialer } from '../../transport/dialer.ts';
import { EngineConnection } from './connection.ts';
import { EngineClock } from './engine-clock.ts';
import { FakeEngine, json } from './fake-engine.test-support.ts';

const signal = new AbortController().signal;

test('the clock of another host is compared with ours once, and errs towards the past', async () => {
  const ahead = 3_600_000;
  await using engine = await FakeEngine.listen(({ path }) =>
    path === '/info' ? json({ SystemTime: new Date(Date.now() + ahead).toISOString() }) : undefined,
  );
  const connection = new EngineConnection({
    ...unixDialer(engine.path),
    address: 'tcp://other:2375',
    kind: 'custom',
  });
  const clock = new EngineClock(connection);
  const asked = Date.now();
  const told = await clock.now(signal);
  await clock.now(signal);
  expect(told).toBeLessThanOrEqual(asked + ahead + 1);
  expect(told).toBeGreaterThan(asked + ahead - 60_000);
  expect(engine.requests.filter(({ path }) => path === '/info')).toHaveLength(1);
  connection.close();
});

test('behind a unix socket it is ours', async () => {
  await using engine = await FakeEngine.listen(() => undefined);
  const connection = new EngineConnection(unixDialer(engine.path));
  await new EngineClock(connection).now(signal);
  expect(engine.requests).toEqual([]);
});
