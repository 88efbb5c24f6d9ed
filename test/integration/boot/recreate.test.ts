import { afterAll, describe, expect, test } from 'vitest';
import {
  type BootSummary,
  type ChangeSummary,
  pauseServices,
  restartServices,
  startServices,
  stopServices,
  type UpOptions,
  up,
} from '../../../src/boot/index.ts';
import { removeVolumes } from '../../lab/anonymous-volumes.ts';
import { benchOn, enginesUnderTest, type Model, Stack, stays } from './stack.ts';

for (const id of enginesUnderTest) {
  const bench = await benchOn(id);
  if (bench === undefined) console.warn(`\nSKIPPED: recreation on ${id}: the lab has no such engine\n`);
  describe.skipIf(bench === undefined)(`what up makes anew on ${id}`, { timeout: 90_000 }, () => {
    if (bench === undefined) return;
    const { backend } = bench;
    afterAll(() => backend[Symbol.asyncDispose]());

    const ids = async (stack: Stack): Promise<Record<string, string>> =>
      Object.fromEntries(
        (await stack.containers()).map(({ name, id }) => [name.slice(stack.name.length + 1), id]),
      );
    const run = async (stack: Stack, model: Model, options: UpOptions = {}): Promise<BootSummary> => {
      const summary = await up(backend, await stack.load(model), options);
      expect(summary.rows.flatMap(({ error }) => error?.message ?? [])).toEqual([]);
      return summary;
    };
    const changes = ({ rows }: BootSummary): Record<string, string> =>
      Object.fromEntries(rows.map(({ name, change }) => [name, change]));
    const verbs = ({ rows }: ChangeSummary): object =>
      Object.fromEntries(rows.map(({ service, change }) => [service, change]));
    const printed = async (container: string | undefined, ...command: string[]): Promise<string> =>
      (await backend.execCapture(container ?? '', { command })).stdout.trim();

    test('a changed network: what is on it leaves, and comes back to the new one as it was', async () => {
      await using stack = new Stack(bench);
      const model = (version: string): Model => ({
        services: {
          web: { command: stays, networks: { default: { aliases: ['shop'] }, other: {} } },
          beside: { command: stays, network_mode: 'service:web' },
          apart: { command: stays, networks: ['other'] },
        },
        networks: { default: { labels: { version } }, other: {} },
      });
      await run(stack, model('1'));
      const before = await ids(stack);
      expect(changes(await run(stack, model('2')))).toEqual({
        web: 'restarted',
        beside: 'restarted',
        apart: 'kept',
      });
      expect(await ids(stack)).toEqual(before);
      const network = await backend.networks?.inspect(`${stack.name}_default`);
      expect(network?.labels.version).toBe('2');
      const web = await backend.inspect(before['web-1'] ?? '');
      expect(web.networks.map(({ name }) => name).sort()).toEqual([
        `${stack.name}_default`,
        `${stack.name}_other`,
      ]);
      expect(web.spec.networks?.[`${stack.name}_default`]?.aliases).toContain('shop');
      // The namespaces that it shares are those of now.
      const namespace = ['readlink', '/proc/self/ns/net'];
      expect(await printed(before['beside-1'], ...namespace)).toBe(
        await printed(before['web-1'], ...namespace),
      );
      expect(changes(await run(stack, model('2')))).toEqual({ web: 'kept', beside: 'kept', apart: 'kept' });
    });

    test('a changed network that somebody else is on is left alone, and so is the project', async () => {
      await using stack = new Stack(bench);
      const model = (version: string): Model => ({
        services: { web: { command: stays } },
        networks: { default: { labels: { version } } },
      });
      await run(stack, model('1'));
      const name = `${stack.name}-stranger`;
      const network = `${stack.name}_default`;
      const stranger = await backend.create({
        name,
        image: bench.image,
        command: stays,
        networks: { [network]: {} },
      });
      try {
        await backend.start(stranger);
        await expect(up(backend, await stack.load(model('2')))).rejects.toMatchObject({ code: 'CONFLICT' });
        expect((await stack.containers()).map(({ status }) => status)).toEqual(['running']);
      } finally {
        await backend.remove(stranger, { force: true });
      }
    });

    test('a network or a volume of another name: containers move to it', async () => {
      await using stack = new Stack(bench);
      const model = (name: string): Model => ({
        services: {
          web: { command: stays, networks: ['front'], volumes: ['data:/data'] },
          idle: { command: ['true'], networks: ['front'] },
        },
        networks: { front: { name: `${stack.name}-${name}` } },
        volumes: { data: { name: `${stack.name}-${name}` } },
      });
      await run(stack, model('one'));
      expect(changes(await run(stack, model('two')))).toMatchObject({ web: 'recreated', idle: 'recreated' });
      const [web] = (await stack.containers()).filter(({ name }) => name.endsWith('web-1'));
      expect(web?.networks.map(({ name }) => name)).toEqual([`${stack.name}-two`]);
      expect(web?.volumes).toEqual([`${stack.name}-two`]);
      // The volume has data, the network has none.
      expect((await stack.leftovers()).filter((name) => name.endsWith('-one'))).toEqual([
        `${stack.name}-one`,
      ]);
      expect(changes(await run(stack, model('two')))).toMatchObject({ web: 'kept' });
    });

    test('a changed volume keeps its data until somebody allows that it is lost', async () => {
      await using stack = new Stack(bench);
      const model = (version: string): Model => ({
        services: {
          db: { command: stays, volumes: ['data:/data', '/scratch'] },
          reader: { command: stays, depends_on: ['db'], network_mode: 'service:db' },
          copy: { command: stays, volumes_from: ['db'] },
          other: { command: stays, depends_on: { db: { condition: 'service_started', restart: true } } },
        },
        volumes: { data: { labels: { version } } },
      });
      await run(stack, model('1'));
      const first = await ids(stack);
      await printed(first['db-1'], 'touch', '/data/file', '/scratch/file');
      const asked: string[] = [];
      const mayReplaceVolume = async (name: string): Promise<boolean> => {
        asked.push(name);
        return false;
      };
      const kept = await run(stack, model('2'), { mayReplaceVolume });
      expect(kept.warnings).toEqual([expect.stringContaining(`"${stack.name}_data" differs`)]);
      expect(asked).toEqual([`${stack.name}_data`]);
      expect(await ids(stack)).toEqual(first);

      const replaced = await run(stack, model('2'), { mayReplaceVolume: async () => true });
      expect(changes(replaced)).toEqual({
        db: 'recreated',
        reader: 'recreated',
        copy: 'recreated',
        other: 'restarted',
      });
      const { 'db-1': db, 'copy-1': copy } = await ids(stack);
      for (const one of [db, copy])
        expect(await printed(one, 'ls', '/data', '/scratch')).toBe('/data:\n\n/scratch:\nfile');
      expect((await backend.volumes?.inspect(`${stack.name}_data`))?.labels.version).toBe('2');
      expect(await run(stack, model('2'))).toMatchObject({ warnings: [], counts: { started: 4 } });
      const orphaned = await stack.anonymousVolumes();
      await run(stack, model('2'), { forceRecreate: true, renewAnonymousVolumes: true });
      await removeVolumes(backend, orphaned);
      expect(await printed((await ids(stack))['db-1'], 'ls', '/scratch')).toBe('');
    });

    test('a service that was paused goes on, and one that shares namespaces starts with their owner', async () => {
      await using stack = new Stack(bench);
      const model: Model = {
        services: {
          web: { command: stays },
          // Its own word on the dependency, without "restart".
          beside: { command: stays, network_mode: 'service:web', depends_on: ['web'] },
        },
      };
      await run(stack, model);
      const before = await ids(stack);
      await pauseServices(backend, { projectName: stack.name, services: ['web'] });
      expect(changes(await run(stack, model))).toEqual({ web: 'started', beside: 'kept' });
      expect((await stack.containers()).map(({ status }) => status)).toEqual(['running', 'running']);
      await backend.stop(before['web-1'] ?? '', { timeout: 0 });
      expect(changes(await run(stack, model))).toEqual({ web: 'started', beside: 'restarted' });
      const web = { projectName: stack.name, services: ['web'] };
      await stopServices(backend, { ...web, timeout: 0 });
      expect(verbs(await startServices(backend, web))).toEqual({ web: 'started', beside: 'restarted' });
      expect(verbs(await restartServices(backend, web))).toEqual({ web: 'restarted', beside: 'restarted' });
      expect(await ids(stack)).toEqual(before);
      await pauseServices(backend, { projectName: stack.name });
      expect(changes(await run(stack, model, { forceRecreate: true }))).toEqual({
        web: 'recreated',
        beside: 'recreated',
      });
    });
  });
}
