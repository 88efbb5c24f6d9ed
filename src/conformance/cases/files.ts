import { randomBytes } from 'node:crypto';
import { Secret } from '../../core/index.ts';
import type { ConformanceCase } from '../case.ts';
import { collect, deepEqual, equal, failsWith, ok } from '../expect.ts';
import { archive, unarchive } from '../tar.ts';

/** Copies in and out, secrets and configs. */
export const fileCases: readonly ConformanceCase[] = [
  {
    name: 'files: copied in with their owners, modes and links, also before the first start',
    needs: ['copy'],
    run: async (t) => {
      const id = await t.create({
        command: [
          'sh',
          '-c',
          'cd /in && stat -c "%n %a %u:%g %F" dir dir/file link && readlink link && cat link',
        ],
      });
      await t.backend.copyIn(
        id,
        '/',
        archive([
          { name: 'in', type: 'directory' },
          { name: 'in/dir', type: 'directory', mode: 0o750, uid: 1000, gid: 1001 },
          { name: 'in/dir/file', content: 'content\n', mode: 0o4711, uid: 7, gid: 8 },
          { name: 'in/link', type: 'symlink', linkname: 'dir/file' },
        ]),
      );
      await t.backend.start(id);
      equal((await t.backend.wait(id)).exitCode, 0, 'exit code');
      const { stdout } = await t.output(id);
      deepEqual(
        stdout.trim().split('\n'),
        [
          'dir 750 1000:1001 directory',
          'dir/file 4711 7:8 regular file',
          'link 777 0:0 symbolic link',
          'dir/file',
          'content',
        ],
        'what the process found',
      );
    },
  },
  {
    name: 'files: copied out with their modes and links, also after the end',
    needs: ['copy'],
    run: async (t) => {
      const { id } = await t.shell(
        'mkdir -p /out/dir && cd /out && printf content > dir/file && chown 7:8 dir/file && chmod 4711 dir/file && chmod 750 dir && ln -s dir/file link',
      );
      const entries = await unarchive(t.backend.copyOut(id, '/out'));
      const file = entries.get('out/dir/file');
      equal(Buffer.from(file?.content ?? '').toString(), 'content', 'content');
      equal(file?.mode, 0o4711, 'mode of the file');
      equal(entries.get('out/dir')?.mode, 0o750, 'mode of the directory');
      equal(entries.get('out/link')?.type, 'symlink', 'type of the link');
      equal(entries.get('out/link')?.linkname, 'dir/file', 'target of the link');
    },
  },
  {
    name: 'files: copied out with their owners',
    needs: ['copy', 'copyOwners'],
    run: async (t) => {
      const { id } = await t.shell('touch /file && chown 7:8 /file');
      const file = (await unarchive(t.backend.copyOut(id, '/file'))).get('file');
      equal(`${file?.uid}:${file?.gid}`, '7:8', 'owner of the file');
    },
  },
  {
    name: 'files: megabytes go in and come out unchanged, while it runs',
    needs: ['copy'],
    run: async (t) => {
      const id = await t.idle();
      const content = randomBytes(5 * 1024 * 1024 + 17);
      await t.backend.copyIn(id, '/tmp', archive([{ name: 'big', content }]));
      const entries = await unarchive(t.backend.copyOut(id, '/tmp/big'));
      ok(content.equals(Buffer.from(entries.get('big')?.content ?? '')), 'the same bytes');
    },
  },
  {
    name: 'files: a path that is not there is NOT_FOUND',
    needs: ['copy'],
    run: async (t) => {
      const id = await t.create();
      await failsWith(
        'NOT_FOUND',
        () => collect(t.backend.copyOut(id, '/no/such')),
        'copyOut of a missing path',
      );
      await failsWith(
        'NOT_FOUND',
        () => t.backend.copyIn(id, '/no/such', archive([{ name: 'a', content: 'a' }])),
        'copyIn below a missing directory',
      );
    },
  },
  {
    name: 'files: an archive that breaks off fails and the engine lives on',
    needs: ['copy'],
    run: async (t) => {
      const id = await t.create();
      const broken = async function* (): AsyncIterable<Uint8Array> {
        for await (const part of archive([{ name: 'big', content: randomBytes(300_000) }])) {
          yield part.subarray(0, 1_000);
          throw new Error('the source broke off');
        }
      };
      let failed = false;
      await t.backend.copyIn(id, '/tmp', broken()).catch(() => {
        failed = true;
      });
      ok(failed, 'copyIn of a broken archive fails');
      await t.backend.copyIn(id, '/tmp', archive([{ name: 'after', content: 'a' }]));
    },
  },
  {
    name: 'files: secrets and configs are there before the start, with owner and mode, and are told to nobody',
    needs: ['files'],
    run: async (t) => {
      const token = `token-${randomBytes(8).toString('hex')}`;
      const id = await t.create({
        command: [
          'sh',
          '-c',
          'stat -c "%n %a %u:%g" /run/secrets/token /etc/app/app.conf; cat /run/secrets/token /etc/app/app.conf',
        ],
        secrets: [
          { target: '/run/secrets/token', content: new Secret(token), uid: 1000, gid: 1001, mode: 0o400 },
        ],
        configs: [{ target: '/etc/app/app.conf', content: 'key = value\n' }],
      });
      const before = await t.backend.inspect(id);
      ok(!JSON.stringify(before).includes(token), 'the secret is nowhere in inspect');
      await t.backend.start(id);
      await t.backend.wait(id);
      const { stdout, stderr } = await t.output(id);
      equal(
        stdout,
        `/run/secrets/token 400 1000:1001\n/etc/app/app.conf 444 0:0\n${token}key = value\n`,
        `what the process found (${stderr})`,
      );
    },
  },
  {
    name: 'files: a container is exported, and committed to an image of the name and settings that were asked for',
    needs: ['copy'],
    run: async (t) => {
      const id = await t.idle({ labels: { kept: 'yes' } });
      await t.backend.execCapture(id, { command: ['sh', '-c', 'echo content >/made'] });
      const entries = await unarchive(t.backend.export(id));
      ok(entries.has('made'), 'the export has the file that was made');
      await failsWith('NOT_FOUND', () => collect(t.backend.export(t.unique())), 'an export of nothing');
      const name = `localhost/${t.unique()}:1`;
      const image = t.backend.image(name);
      try {
        const changes = ['ENV COMMITTED=yes', 'CMD ["cat", "/made"]'];
        const made = await t.backend.commit(id, { name, author: 'somebody', message: 'a change', changes });
        equal((await image.inspect()).id, made, 'id of the image that was made');
        const seen = (await image.inspect()).config;
        ok(seen?.environment.includes('COMMITTED=yes') === true, 'the variable is in the image');
        deepEqual(seen?.command, ['cat', '/made'], 'command of the image');
        const { stdout } = await t.run({ image: name, command: ['cat', '/made'] });
        equal(stdout, 'content\n', 'the file in a container of the image');
      } finally {
        await image.remove({ force: true }).catch(() => undefined);
      }
      await failsWith('NOT_FOUND', () => t.backend.commit(t.unique()), 'a commit of nothing');
    },
  },
];
