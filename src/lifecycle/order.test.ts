import fc from 'fast-check';
import { expect, test } from 'vitest';
import { checkCycle, inOrder, type Ordered, predecessors, reversed, withDependencies } from './order.ts';

function services(...list: readonly [name: string, dependencies: readonly string[], priority?: number][]) {
  return new Map<string, Ordered>(
    list.map(([name, dependencies, priority = 0]) => [name, { name, dependencies, priority }]),
  );
}

test('a circle is named from end to end', () => {
  const known = services(['a', ['b']], ['b', ['c']], ['other', ['a']]);
  const added = { name: 'c', dependencies: ['other'], priority: 0 };
  expect(() => checkCycle(added, known)).toThrow(
    expect.objectContaining({
      code: 'INVALID',
      message: 'services depend on each other in a circle: c → other → a → b → c',
      details: { cycle: ['c', 'other', 'a', 'b', 'c'] },
    }),
  );
  expect(() => checkCycle({ name: 'me', dependencies: ['me'], priority: 0 }, known)).toThrow(/me → me/);
  expect(() => checkCycle({ name: 'd', dependencies: ['a', 'b'], priority: 0 }, known)).not.toThrow();
});

test('a dependency that is not there is named with who needs it', () => {
  const known = services(['web', ['api']], ['api', ['db']]);
  expect(() => withDependencies(['web'], known)).toThrow('api depends on db, which is not registered');
});

test('a dependency is as urgent as the most urgent that needs it', () => {
  const known = services(['db', [], 9], ['api', ['db'], 1], ['batch', [], 5]);
  expect(predecessors(new Set(known.keys()), known)).toEqual(
    new Map([
      ['db', []],
      ['api', ['db']],
      ['batch', ['db', 'api']],
    ]),
  );
});

/** Any services that depend only on those before them, in any order of registration. */
const anyServices = fc
  .array(
    fc.record({ priority: fc.integer({ min: 0, max: 3 }), needs: fc.array(fc.nat(), { maxLength: 3 }) }),
    {
      minLength: 1,
      maxLength: 12,
    },
  )
  .chain((list) => {
    const known = list.map(
      ({ priority, needs }, index): Ordered => ({
        name: `s${index}`,
        priority,
        dependencies: index === 0 ? [] : [...new Set(needs.map((need) => `s${need % index}`))],
      }),
    );
    return fc.shuffledSubarray(known, { minLength: known.length });
  });

test('each starts after what it needs and after the more urgent, and stops the other way round', async () => {
  await fc.assert(
    fc.asyncProperty(anyServices, async (list) => {
      const known = new Map(list.map((service) => [service.name, service]));
      const before = predecessors(new Set(known.keys()), known);
      const log: string[] = [];
      const work = async (name: string): Promise<void> => {
        log.push(`begin ${name}`);
        await new Promise(setImmediate);
        log.push(`end ${name}`);
      };
      await inOrder(before, work);
      const at = (entry: string): number => log.indexOf(entry);
      for (const { name, dependencies } of list) {
        expect(at(`end ${name}`)).toBeGreaterThan(-1);
        for (const other of dependencies) expect(at(`end ${other}`)).toBeLessThan(at(`begin ${name}`));
        for (const other of before.get(name) ?? [])
          expect(at(`end ${other}`)).toBeLessThan(at(`begin ${name}`));
      }
      const pinned = list.filter(({ name }) => !list.some((other) => other.dependencies.includes(name)));
      for (const a of pinned)
        for (const b of pinned)
          if (a.priority < b.priority) expect(at(`end ${a.name}`)).toBeLessThan(at(`begin ${b.name}`));
      log.length = 0;
      await inOrder(reversed(before), work);
      for (const { name } of list)
        for (const other of before.get(name) ?? [])
          expect(at(`end ${name}`)).toBeLessThan(at(`begin ${other}`));
      expect(log).toHaveLength(2 * list.length);
    }),
  );
});

test('what nothing keeps apart runs side by side', async () => {
  const known = services(['a', []], ['b', []], ['c', ['a', 'b']]);
  let [now, most] = [0, 0];
  await inOrder(predecessors(new Set(known.keys()), known), async () => {
    now += 1;
    most = Math.max(most, now);
    await new Promise(setImmediate);
    now -= 1;
  });
  expect(most).toBe(2);
});
