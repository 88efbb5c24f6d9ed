import type { ConformanceCase } from '../case.ts';
import { nothingLeft } from '../context.ts';
import { equal, failsWith } from '../expect.ts';

/** Who is who, who is gone, and who may have which name. */
export const nameCases: readonly ConformanceCase[] = [
  {
    name: 'names: rename changes the name and nothing else',
    needs: ['rename'],
    run: async (t) => {
      const [old, fresh] = [t.unique('old'), t.unique('new')];
      const id = await t.idle({ name: old });
      await t.backend.rename(id, fresh);
      const info = await t.backend.inspect(fresh);
      equal(info.name, fresh, 'name');
      equal(info.id, (await t.backend.inspect(id)).id, 'id');
      equal(info.status, 'running', 'status');
      await failsWith('NOT_FOUND', () => t.backend.inspect(old), 'inspect of the old name');
      const other = await t.create({ name: old });
      await failsWith('ALREADY_EXISTS', () => t.backend.rename(other, fresh), 'rename to a taken name');
    },
  },
  {
    name: 'names: a running one is removed only by force',
    run: async (t) => {
      const id = await t.idle();
      await failsWith('CONFLICT', () => t.backend.remove(id), 'remove of a running one');
      equal((await t.backend.inspect(id)).status, 'running', 'status after the refused remove');
      await t.backend.remove(id, { force: true });
      await failsWith('NOT_FOUND', () => t.backend.inspect(id), 'inspect after remove by force');
    },
  },
  {
    name: 'names: remove is final',
    run: async (t) => {
      const name = t.unique('gone');
      const { id } = await t.shell('echo text', { name });
      await t.backend.remove(id);
      for (const word of [id, name]) {
        await failsWith('NOT_FOUND', () => t.backend.inspect(word), `inspect of ${word}`);
        await failsWith('NOT_FOUND', () => t.backend.remove(word), `second remove of ${word}`);
      }
      await nothingLeft(t, 'remove');
      await t.create({ name });
    },
  },
  {
    name: 'names: a taken name is refused and the first keeps it',
    run: async (t) => {
      const name = t.unique('taken');
      const id = await t.create({ name });
      await failsWith('ALREADY_EXISTS', () => t.create({ name }), 'create with a taken name');
      equal((await t.backend.inspect(name)).id, (await t.backend.inspect(id)).id, 'owner of the name');
    },
  },
  {
    name: 'names: id, short id and exact name mean the same container',
    run: async (t) => {
      const name = `${t.unique('a.b')}`;
      const twin = name.replace('.', 'x');
      const id = await t.create({ name });
      const other = await t.create({ name: twin });
      await t.create({ name: `${name}-longer` });
      const full = (await t.backend.inspect(id)).id;
      for (const word of [id, full, full.slice(0, 12), name]) {
        equal((await t.backend.inspect(word)).id, full, `inspect of "${word}"`);
      }
      const found = await t.backend.list({ all: true, names: [name] });
      equal(found.map((row) => row.name).join(), name, 'list by exact name');
      await failsWith('NOT_FOUND', () => t.backend.inspect(name.slice(0, -1)), 'inspect of part of a name');
      equal((await t.backend.inspect(twin)).id, (await t.backend.inspect(other)).id, 'inspect of the twin');
      equal((await t.backend.inspect(id)).name, name, 'name without a slash');
    },
  },
  {
    name: 'names: what is not there is NOT_FOUND for every verb',
    run: async (t) => {
      const ghost = t.unique('ghost');
      const { backend } = t;
      const verbs: [string, () => PromiseLike<unknown>][] = [
        ['start', () => backend.start(ghost)],
        ['stop', () => backend.stop(ghost)],
        ['restart', () => backend.restart(ghost)],
        ['kill', () => backend.kill(ghost)],
        ['remove', () => backend.remove(ghost)],
        ['remove by force', () => backend.remove(ghost, { force: true })],
        ['wait', () => backend.wait(ghost)],
        ['inspect', () => backend.inspect(ghost)],
        ['logs', () => backend.logs(ghost)[Symbol.asyncIterator]().next()],
        ['resize', () => backend.resize(ghost, { columns: 80, rows: 24 })],
      ];
      const { exec, stats, copy, pause, rename, update, processes } = t.capabilities;
      if (exec.supported) verbs.push(['exec', () => backend.execCapture(ghost, { command: ['true'] })]);
      if (stats.supported) verbs.push(['stats', () => backend.stats(ghost)[Symbol.asyncIterator]().next()]);
      if (pause.supported) verbs.push(['pause', () => backend.pause(ghost)]);
      if (pause.supported) verbs.push(['resume', () => backend.resume(ghost)]);
      if (rename.supported) verbs.push(['rename', () => backend.rename(ghost, t.unique())]);
      if (update.supported)
        verbs.push(['update', () => backend.update(ghost, { resources: { cpuShares: 512 } })]);
      if (processes.supported) verbs.push(['processes', () => backend.processes(ghost)]);
      if (copy.supported) {
        verbs.push(['copyOut', () => backend.copyOut(ghost, '/etc')[Symbol.asyncIterator]().next()]);
      }
      for (const [verb, call] of verbs) await failsWith('NOT_FOUND', call, `${verb} of an unknown container`);
    },
  },
  {
    name: 'names: 32 creates at once give 32 containers',
    alone: true,
    run: async (t) => {
      const ids = await Promise.all(Array.from({ length: 32 }, () => t.create()));
      equal(new Set(ids).size, 32, 'different ids');
      const rows = await t.backend.list({ all: true, labels: [t.selector] });
      equal(rows.length, 32, 'containers in the list');
      equal(new Set(rows.map(({ name }) => name)).size, 32, 'different names');
      await Promise.all(ids.map((id) => t.backend.remove(id)));
      await nothingLeft(t, '32 removes at once');
    },
  },
];
