import type { ConformanceCase } from '../case.ts';
import { nothingLeft } from '../context.ts';
import { deepEqual, equal, failsWith, includes, ok } from '../expect.ts';
import { configured } from '../fixtures/images.ts';

/** Mounts and named volumes. */
export const volumeCases: readonly ConformanceCase[] = [
  {
    name: 'volumes: a bind mount is a directory of the host, for reading and writing',
    needs: ['volumes'],
    run: async (t) => {
      const source = `/tmp/${t.unique('bind')}`;
      const mount = { type: 'bind', source, target: '/mnt', createHostPath: true } as const;
      t.defer(() =>
        t.run({
          command: ['rmdir', `/mnt${source.slice(4)}`],
          volumes: [{ type: 'bind', source: '/tmp', target: '/mnt' }],
        }),
      );
      const write = await t.shell('printf "exact content" > /mnt/file', { volumes: [mount] });
      equal(write.exitCode, 0, `exit code of the writer: ${write.stderr}`);
      const read = await t.shell('cat /host/file; rm /host/file', {
        volumes: [{ type: 'bind', source, target: '/host' }],
      });
      equal(read.stdout, 'exact content', 'what another container finds there');
    },
  },
  {
    name: 'volumes: a read-only bind mount cannot be written',
    needs: ['volumes'],
    run: async (t) => {
      const run = await t.shell('ls /mnt > /dev/null && touch /mnt/wherry-conformance', {
        volumes: [{ type: 'bind', source: '/tmp', target: '/mnt', readOnly: true }],
      });
      ok(run.exitCode !== 0, 'writing fails');
      includes(run.stderr, 'Read-only', 'and says why');
    },
  },
  {
    name: 'volumes: a bind source that is not there is refused and not made',
    needs: ['volumes'],
    run: async (t) => {
      const name = t.unique('missing');
      const error = await failsWith(
        ['NOT_FOUND', 'INVALID'],
        () =>
          t
            .create({ volumes: [{ type: 'bind', source: `/tmp/${name}`, target: '/mnt' }] })
            .then((id) => t.backend.start(id)),
        'a bind mount without a source',
      );
      includes(error.message, name, 'message');
      const run = await t.shell(`test -e /mnt/${name}`, {
        volumes: [{ type: 'bind', source: '/tmp', target: '/mnt' }],
      });
      equal(run.exitCode, 1, 'exit code of the test whether it was made');
    },
  },
  {
    name: 'volumes: a named volume is made when needed, keeps its content and survives its containers',
    needs: ['volumes'],
    run: async (t) => {
      const { volumes } = t.backend;
      ok(volumes, '`volumes` is there');
      const name = t.unique('vol');
      t.defer(() => volumes.remove(name));
      const first = await t.shell('echo kept > /data/file', {
        volumes: [{ type: 'volume', source: name, target: '/data' }],
      });
      await t.backend.remove(first.id);
      const second = await t.shell('cat /data/file; echo x > /data/file', {
        volumes: [{ type: 'volume', source: name, target: '/data', readOnly: true }],
      });
      equal(second.stdout, 'kept\n', 'what the next container finds');
      includes(second.stderr, 'Read-only', 'a read-only volume');
      equal((await volumes.inspect(name)).name, name, 'the volume is listed under its name');
    },
  },
  {
    name: "volumes: an empty volume gets the image's content, unless told not to",
    needs: ['volumes'],
    run: async (t) => {
      const image = t.fixtures.configured;
      const [full, empty] = [await t.volume(), await t.volume()];
      const list = `ls ${configured.volume}`;
      const copied = await t.shell(list, {
        image,
        volumes: [{ type: 'volume', source: full, target: configured.volume }],
      });
      equal(copied.stdout, 'from-image\n', 'content of a new volume');
      const bare = await t.shell(list, {
        image,
        volumes: [{ type: 'volume', source: empty, target: configured.volume, noCopy: true }],
      });
      equal(bare.stdout, '', 'content with noCopy');
    },
  },
  {
    name: 'volumes: anonymous ones leave with their container, named ones stay',
    needs: ['volumes'],
    run: async (t) => {
      const { volumes } = t.backend;
      ok(volumes, '`volumes` is there');
      const named = await t.volume();
      const mounts = [
        { type: 'volume', target: '/anonymous' },
        { type: 'volume', source: named, target: '/named' },
      ] as const;
      const anonymousOf = async (id: string): Promise<string[]> => {
        const spec = (await t.backend.inspect(id)).spec;
        return (spec.volumes ?? []).flatMap((mount) =>
          mount.type === 'volume' && mount.source !== undefined && mount.source !== named
            ? [mount.source]
            : [],
        );
      };
      const all = async (): Promise<string[]> => (await volumes.list()).map(({ name }) => name);
      const kept = await t.shell('touch /anonymous/file', { volumes: mounts });
      const keptNames = await anonymousOf(kept.id);
      equal(keptNames.length, 1, 'anonymous volumes of the spec');
      await t.backend.remove(kept.id, { keepVolumes: true });
      for (const name of keptNames) {
        t.defer(() => volumes.remove(name));
        ok((await all()).includes(name), 'keepVolumes keeps it');
      }
      const gone = await t.shell('true', { image: t.fixtures.configured, volumes: mounts });
      const goneNames = await anonymousOf(gone.id);
      equal(goneNames.length, 2, 'anonymous volumes of the spec and of the image');
      await t.backend.remove(gone.id);
      for (const name of goneNames) ok(!(await all()).includes(name), `${name} went with its container`);
      ok((await all()).includes(named), 'the named one stays');
    },
  },
  {
    name: 'volumes: made, found, listed, refused while in use, removed',
    needs: ['volumes'],
    run: async (t) => {
      const { volumes } = t.backend;
      ok(volumes, '`volumes` is there');
      const name = await t.volume({ labels: { colour: 'blue' } });
      const info = await volumes.inspect(name);
      equal(info.labels.colour, 'blue', 'label');
      equal(info.driver, 'local', 'driver');
      deepEqual(
        (await volumes.list({ labels: [t.selector] })).map((each) => each.name),
        [name],
        'list by label',
      );
      const id = await t.create({ volumes: [{ type: 'volume', source: name, target: '/data' }] });
      await failsWith('CONFLICT', () => volumes.remove(name), 'remove of one in use');
      await t.backend.remove(id);
      await volumes.remove(name);
      await failsWith('NOT_FOUND', () => volumes.inspect(name), 'inspect after remove');
      await failsWith('NOT_FOUND', () => volumes.remove(name), 'second remove');
      await nothingLeft(t, 'the container');
    },
  },
];
