import { describe, expect, test } from 'vitest';
import { up } from '../../../src/boot/index.ts';
import { isWherryError } from '../../../src/core/index.ts';
import { benchFor, enginesUnderTest, type Model, Stack, stays } from './stack.ts';

/** Of the second version one container stays up, the next one ends at once. */
const onlyOneStays: readonly string[] = [
  'sh',
  '-c',
  `mkdir /shared/one && exec ${stays[0]} -c '${stays[2]}'`,
];

function model(command: readonly string[], update: object): Model {
  const web = {
    command,
    volumes: ['shared:/shared'],
    deploy: { replicas: 3, update_config: { parallelism: 1, ...update } },
  };
  return { services: { web }, volumes: { shared: {} } };
}

describe.each(enginesUnderTest)('deploy.update_config on %s', { timeout: 120_000 }, (id) => {
  const bench = benchFor(id);

  test.each(['stop-first', 'start-first'])('a rollout that fails is rolled back, %s', async (order) => {
    const on = bench();
    if (on === undefined) return;
    const update = { failure_action: 'rollback', order };
    await using stack = new Stack(on);
    await up(on.backend, await stack.load(model(stays, update)), {});
    const before = await stack.containers();
    const summary = await up(on.backend, await stack.load(model(onlyOneStays, update)), {});
    expect(summary.ok).toBe(false);
    expect(summary.rows.some(({ error }) => isWherryError(error, 'EXIT'))).toBe(true);
    const after = await stack.containers();
    expect(after.map(({ id: one, name, status }) => [one, name, status]).sort()).toEqual(
      before.map(({ id: one, name }) => [one, name, 'running']).sort(),
    );
  });

  test('a rollout that fails is paused: the rest stays as it is', async () => {
    const on = bench();
    if (on === undefined) return;
    await using stack = new Stack(on);
    await up(on.backend, await stack.load(model(stays, {})), {});
    const before = await stack.containers();
    await up(on.backend, await stack.load(model(onlyOneStays, {})), {});
    const after = await stack.containers();
    const old = before.filter(({ id: one }) => after.some((other) => other.id === one));
    expect(old.map(({ name }) => name)).toEqual([`${stack.name}-web-3`]);
  });
});
