import { describe, expect, test } from 'vitest';
import { up } from '../../../src/boot/index.ts';
import { type Backend, isWherryError } from '../../../src/core/index.ts';
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

  test.each([
    ['stop-first, rolled back', { failure_action: 'rollback' }],
    ['start-first', { order: 'start-first' }],
  ])('what shares namespaces with it, or restarts with it, runs again as before: %s', async (_, update) => {
    const on = bench();
    if (on === undefined) return;
    const { backend } = on;
    await using stack = new Stack(on);
    const services = (command: readonly string[]): Model => {
      const web = { command, deploy: { update_config: update } };
      const side = { command: stays, network_mode: 'service:web', volumes: ['/kept'] };
      const near = { command: stays, depends_on: { web: { condition: 'service_started', restart: true } } };
      return { services: { web, side, near } };
    };
    await up(backend, await stack.load(services(stays)), {});
    const before = await stack.containers();
    const volumes = await stack.anonymousVolumes();
    const summary = await up(backend, await stack.load(services(['sh', '-c', 'exit 3'])), {});
    expect(summary.ok).toBe(false);
    const after = await stack.containers();
    expect(after.map(({ name, status }) => [name, status]).sort()).toEqual(
      before.map(({ name }) => [name, 'running']).sort(),
    );
    const web = before.find(({ name }) => name === `${stack.name}-web-1`);
    const side = await backend.inspect(`${stack.name}-side-1`);
    expect(side.spec.networkMode).toBe(`container:${web?.id}`);
    expect(await stack.anonymousVolumes()).toEqual(volumes);
    const again = await up(backend, await stack.load(services(stays)), {});
    expect(again.rows.map(({ change }) => change)).toEqual(again.rows.map(() => 'kept'));
  });
});

const [first = ''] = enginesUnderTest;
describe(`deploy.update_config beside failures on ${first}`, { timeout: 120_000 }, () => {
  const bench = benchFor(first);
  const diesLater: readonly string[] = ['sh', '-c', 'sleep 2; exit 4'];

  test('one that dies while it is looked at is rolled back', async () => {
    const on = bench();
    if (on === undefined) return;
    await using stack = new Stack(on);
    const update = { failure_action: 'rollback', monitor: '60s' };
    await up(on.backend, await stack.load(model(stays, update)), {});
    const before = await stack.containers();
    const summary = await up(on.backend, await stack.load(model(diesLater, update)), {});
    expect(summary.rows.map(({ error }) => error?.code)).toEqual(['EXIT']);
    expect((await stack.containers()).map(({ id: one }) => one).sort()).toEqual(
      before.map(({ id: one }) => one).sort(),
    );
  });

  test('with failure_action continue all are replaced', async () => {
    const on = bench();
    if (on === undefined) return;
    await using stack = new Stack(on);
    const update = { failure_action: 'continue', monitor: '100ms' };
    await up(on.backend, await stack.load(model(stays, update)), {});
    const before = await stack.containers();
    await up(on.backend, await stack.load(model(onlyOneStays, update)), {});
    const after = await stack.containers();
    expect(after.map(({ name }) => name).sort()).toEqual(before.map(({ name }) => name).sort());
    expect(after.filter(({ id: one }) => before.some((other) => other.id === one))).toEqual([]);
  });

  test.each([
    ['while the new one is looked at', { failure_action: 'rollback', monitor: '60s' }, [...stays, 'new']],
    ['while the old one comes back', { failure_action: 'rollback' }, ['sh', '-c', 'exit 3']],
  ])('cancelled %s, the old ones are back', async (when, update, command) => {
    const on = bench();
    if (on === undefined) return;
    await using stack = new Stack(on);
    await up(on.backend, await stack.load(model(stays, update)), {});
    const before = await stack.containers();
    const cancelling = new AbortController();
    const old = new Set(before.map(({ id: one }) => one));
    const backend = new Proxy(on.backend, {
      get(target, key) {
        const value = Reflect.get(target, key, target);
        if (key !== 'start') return typeof value === 'function' ? value.bind(target) : value;
        return async (...args: Parameters<Backend['start']>): Promise<void> => {
          if (old.has(args[0]) === when.includes('comes back')) cancelling.abort();
          await target.start(...args);
        };
      },
    });
    const ended = up(backend, await stack.load(model(command, update)), { signal: cancelling.signal });
    await expect(ended).rejects.toMatchObject({ code: 'CANCELLED' });
    const after = await stack.containers();
    expect(after.map(({ id: one, name, status }) => [one, name, status]).sort()).toEqual(
      before.map(({ id: one, name }) => [one, name, 'running']).sort(),
    );
  });
});
