import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { WherryError } from '../core/index.ts';
import { groupServices, type ServiceGroup } from './groups.ts';
import { emptyRow, runGroups } from './run-groups.ts';
import type { OrchestratedService } from './service.ts';
import { assertOrchestrated, summarizeRows } from './summary.ts';

function service(name: string, more: Partial<OrchestratedService> = {}): OrchestratedService {
  return {
    name,
    files: ['/f.yml'],
    profiles: [],
    services: [name],
    project: null,
    required: true,
    dependsOn: [],
    health: null,
    description: '',
    declared: [],
    origin: 'added',
    problem: null,
    ...more,
  };
}
const shape = (groups: readonly ServiceGroup[]): unknown =>
  groups.map(({ name, services, after }) => [name, services, after]);

test('one group for each file and profile, its services sorted', () => {
  const groups = groupServices([
    service('web'),
    service('db'),
    service('debug', { profiles: ['dev'] }),
    service('other', { files: ['/g.yml'] }),
  ]);
  expect(shape(groups)).toEqual([
    ['/f.yml', ['db', 'web'], []],
    ['/f.yml:dev', ['debug'], []],
    ['/g.yml', ['other'], []],
  ]);
});

test('a whole file is a whole file, also when parts of it are asked for beside', () => {
  expect(shape(groupServices([service('web'), service('all', { services: [] })]))).toEqual([
    ['/f.yml', [], []],
  ]);
});

test('what depends on another is in a later group, also of one file', () => {
  const groups = groupServices([
    service('web', { dependsOn: ['db'] }),
    service('db', { files: ['/g.yml'], dependsOn: ['net'] }),
    service('net'),
    service('free'),
  ]);
  expect(shape(groups)).toEqual([
    ['/f.yml', ['free', 'net'], []],
    ['/g.yml', ['db'], ['/f.yml']],
    ['/f.yml (web)', ['web'], ['/g.yml']],
  ]);
});

test('circles and dependencies that are not there are refused', () => {
  expect(() =>
    groupServices([service('a', { dependsOn: ['b'] }), service('b', { dependsOn: ['a'] })]),
  ).toThrow('a → b → a');
  expect(() => groupServices([service('a', { dependsOn: ['x'] })])).toThrow(
    'a depends on x, which is not there',
  );
});

const { signal } = new AbortController();
const done = (group: ServiceGroup): ReturnType<typeof emptyRow>[] => group.members.map(emptyRow);

test('dependencies come first on the way up and last on the way down, for any graph', async () => {
  const graph = fc.array(fc.record({ file: fc.nat(3), needs: fc.array(fc.nat(9), { maxLength: 3 }) }), {
    maxLength: 10,
  });
  await fc.assert(
    fc.asyncProperty(graph, fc.constantFrom('up' as const, 'down' as const), async (nodes, direction) => {
      const services = nodes.map(({ file, needs }, index) =>
        service(`s${index}`, {
          files: [`/${file}.yml`],
          dependsOn: [...new Set(needs.filter((one) => one < index))].map((one) => `s${one}`),
        }),
      );
      const order: string[] = [];
      let inside = 0;
      const rows = await runGroups(
        groupServices(services),
        async (group) => {
          inside += 1;
          expect(inside).toBeLessThanOrEqual(2);
          await new Promise((resolve) => setImmediate(resolve));
          inside -= 1;
          order.push(...group.members.map(({ name }) => name));
          return done(group);
        },
        { parallel: 2, direction, signal },
      );
      expect(rows.map(({ name }) => name).sort()).toEqual(services.map(({ name }) => name).sort());
      for (const { name, dependsOn } of services)
        for (const dependency of dependsOn) {
          const isBefore = order.indexOf(dependency) < order.indexOf(name);
          expect(isBefore).toBe(direction === 'up');
        }
    }),
    { numRuns: 50 },
  );
});

test('groups of one project take turns, others do not wait', async () => {
  const events: string[] = [];
  const groups = groupServices([
    service('a', { profiles: ['one'] }),
    service('b', { profiles: ['two'] }),
    service('c', { files: ['/g.yml'] }),
  ]);
  await runGroups(
    groups,
    async (group) => {
      events.push(`+${group.services}`);
      await new Promise((resolve) => setTimeout(resolve, group.services.includes('c') ? 30 : 5));
      events.push(`-${group.services}`);
      return done(group);
    },
    { parallel: 8, direction: 'up', signal },
  );
  expect(events).toEqual(['+a', '+c', '-a', '+b', '-b', '-c']);
});

test('all failures are told by name; what depends on a required one is skipped, the rest goes on', async () => {
  const services = [
    service('db', { files: ['/db.yml'] }),
    service('extra', { files: ['/extra.yml'], required: false }),
    service('web', { files: ['/web.yml'], dependsOn: ['db'] }),
    service('site', { files: ['/site.yml'], dependsOn: ['web'] }),
    service('shop', { files: ['/shop.yml'], dependsOn: ['extra'] }),
    service('mail', { files: ['/mail.yml'] }),
  ];
  const rows = await runGroups(
    groupServices(services),
    async (group) => {
      const [name] = group.services;
      if (name === 'db' || name === 'mail') throw new WherryError('PORT_TAKEN', `${name} has no port`);
      if (name === 'extra') throw new WherryError('NOT_FOUND', 'extra has no image');
      return done(group);
    },
    { parallel: 8, direction: 'up', signal },
  );
  const outcomes = Object.fromEntries(rows.map(({ name, outcome }) => [name, outcome]));
  expect(outcomes).toEqual({
    db: 'failed',
    extra: 'failed',
    web: 'skipped',
    site: 'skipped',
    shop: 'started',
    mail: 'failed',
  });
  const summary = summarizeRows(rows, 1);
  expect(() => assertOrchestrated(summary, 'started')).toThrow(
    expect.objectContaining({
      code: 'PORT_TAKEN',
      message: expect.stringMatching(
        /^5 of 6 services could not be started: (?=.*db: db has no port)(?=.*mail: mail has no port)(?=.*extra \(not required\): extra has no image)(?=.*web: db failed first)/,
      ),
    }),
  );
});

test('an abort is told when all under way has settled', async () => {
  const controller = new AbortController();
  const groups = groupServices([
    service('a'),
    service('b', { files: ['/g.yml'] }),
    service('c', { files: ['/h.yml'] }),
  ]);
  let settled = 0;
  let begun = 0;
  const running = runGroups(
    groups,
    async (group) => {
      begun += 1;
      controller.abort();
      await new Promise((resolve) => setTimeout(resolve, 20));
      settled += 1;
      return done(group);
    },
    { parallel: 2, direction: 'up', signal: controller.signal },
  );
  await expect(running).rejects.toMatchObject({ code: 'CANCELLED' });
  expect(settled).toBe(begun);
  expect(begun).toBeLessThan(3);
});
