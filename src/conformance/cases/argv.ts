import type { ConformanceCase } from '../case.ts';
import { deepEqual, equal, ok } from '../expect.ts';
import { configured, hello } from '../fixtures/images.ts';

/** What runs: entrypoint, command, environment, directory and user, with one meaning on every engine. */
export const argvCases: readonly ConformanceCase[] = [
  {
    name: "argv: an empty spec runs the image's own command",
    run: async (t) => {
      equal((await t.run()).exitCode, 0, 'exit code of `sh` with no input');
      const run = await t.run({ image: t.fixtures.entrypoint });
      equal(run.stdout, 'entrypoint default\n', 'ENTRYPOINT and CMD of the image');
    },
  },
  {
    name: 'argv: a command replaces CMD and keeps ENTRYPOINT',
    run: async (t) => {
      const run = await t.run({ image: t.fixtures.entrypoint, command: ['given', 'words'] });
      equal(run.stdout, 'entrypoint given words\n', 'output');
    },
  },
  {
    name: 'argv: an entrypoint drops CMD too',
    run: async (t) => {
      const run = await t.run({ image: t.fixtures.entrypoint, entrypoint: ['echo', 'mine'] });
      equal(run.stdout, 'mine\n', 'output');
    },
  },
  {
    name: 'argv: entrypoint and command together',
    run: async (t) => {
      const run = await t.run({
        image: t.fixtures.entrypoint,
        entrypoint: ['echo', 'mine'],
        command: ['and', 'yours'],
      });
      equal(run.stdout, 'mine and yours\n', 'output');
    },
  },
  {
    name: 'argv: an empty entrypoint removes the one of the image',
    run: async (t) => {
      const run = await t.run({
        image: t.fixtures.entrypoint,
        entrypoint: [],
        command: ['echo', 'bare'],
      });
      equal(run.stdout, 'bare\n', 'output');
    },
  },
  {
    name: 'argv: words arrive as they are, whatever is in them',
    run: async (t) => {
      const words = [
        'two words',
        '"quoted"',
        "it's",
        '$HOME `id` \\',
        'line\nbreak',
        'größe ☃',
        '*',
        '-n',
        '{{.}}',
      ];
      const run = await t.run({
        entrypoint: ['sh', '-c', 'for word; do printf "%s\\0" "$word"; done', 'sh'],
        command: words,
      });
      deepEqual(run.stdout.split('\0').slice(0, -1), words, 'words that the process got');
    },
  },
  {
    name: 'argv: an image without a shell runs',
    needs: ['oci'],
    run: async (t) => {
      const run = await t.run({ image: t.fixtures.bare });
      equal(run.stdout, hello.text, 'output');
      equal(run.exitCode, hello.exitCode, 'exit code');
    },
  },
  {
    name: 'argv: environment is added to that of the image',
    run: async (t) => {
      const environment = { GIVEN: 'from-env', EMPTY: '', ODD: 'a=b c\n"d" $X', FIXTURE: 'changed' };
      const run = await t.shell('printf "%s|" "$GIVEN" "$(env | grep ^EMPTY)" "$ODD" "$FIXTURE" "$PATH"', {
        environment,
      });
      equal(run.stdout, 'from-env|EMPTY=|a=b c\n"d" $X|changed|/bin|', 'values that the process got');
      const unset = await t.shell('env | grep -c FIXTURE', { environment: { FIXTURE: null } });
      equal(unset.stdout, '0\n', 'value of a variable that is taken away');
      const plain = await t.shell('echo $FIXTURE', { image: t.fixtures.configured });
      equal(plain.stdout, 'configured\n', 'value of the image');
    },
  },
  {
    name: 'argv: the working directory',
    run: async (t) => {
      equal((await t.shell('pwd', { workingDir: '/tmp' })).stdout, '/tmp\n', 'workingDir of the spec');
      const kept = await t.shell('pwd', { image: t.fixtures.configured });
      equal(kept.stdout, `${configured.workingDir}\n`, 'WORKDIR of the image');
      equal((await t.shell('pwd')).stdout, '/\n', 'neither');
    },
  },
  {
    name: 'argv: the user, by name and by number, with groups',
    run: async (t) => {
      const who = async (spec: object): Promise<string> =>
        (await t.shell('echo $(id -u):$(id -g):$(id -G)', spec)).stdout.trim();
      const { uid, gid } = configured;
      equal(await who({}), '0:0:0', 'default user');
      equal(await who({ image: t.fixtures.configured }), `${uid}:${gid}:${gid}`, 'USER of the image');
      equal(await who({ user: 'app' }), `${uid}:${gid}:${gid}`, 'user by name');
      equal(await who({ user: '1234:5678' }), '1234:5678:5678', 'uid:gid');
      equal(await who({ user: 'app:extra' }), `${uid}:1002:1002`, 'user:group by name');
      equal(
        await who({ image: t.fixtures.configured, user: '0' }),
        '0:0:0',
        'the spec goes before the image',
      );
      const groups = (await who({ user: 'app:app', groupAdd: ['1002'] })).split(':')[2]?.split(' ');
      ok(groups?.includes('1002'), `groupAdd: ${groups}`);
    },
  },
  {
    name: 'argv: host name',
    run: async (t) => {
      const run = await t.shell('hostname; cat /etc/hosts', { hostname: 'conformance-host' });
      ok(run.stdout.startsWith('conformance-host\n'), `host name inside: ${run.stdout}`);
      ok(/\sconformance-host(\s|$)/m.test(run.stdout.slice(16)), `host name in /etc/hosts: ${run.stdout}`);
    },
  },
  {
    name: 'argv: a terminal when asked for, none otherwise',
    run: async (t) => {
      equal((await t.shell('test -t 1 && echo yes || echo no')).stdout, 'no\n', 'without tty');
      const run = await t.shell('test -t 1 && echo yes || echo no', { tty: true });
      equal(run.stdout.trim(), 'yes', 'with tty');
    },
  },
];
