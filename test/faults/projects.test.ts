import { once } from 'node:events';
import { mkdir, readFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Directory, type EngineUnderTest, firstEngine, wherry } from '../e2e/cli.ts';
import { freePort, registryProgram, startRegistry } from '../integration/images/registry.ts';

const subject = await firstEngine();
const stays = ['sleep', '1000'];

describe.skipIf(subject === undefined)(
  `bad projects${subject ? '' : ': SKIPPED, the lab has no engine'}`,
  { timeout: 120_000 },
  () => {
    const { backend, image, options } = subject as EngineUnderTest;
    const run = (cwd: string, ...args: string[]): ReturnType<typeof wherry> =>
      wherry([...options, ...args], { cwd });

    it.each([
      ['a tab', 'services:\n  web:\n\timage: x\n', /compose\.yaml:3:1: /],
      [
        'a key twice',
        'services:\n  web: {image: a}\n  web: {image: b}\n',
        /compose\.yaml:3:3: services\.web: /,
      ],
      ['an open quote', 'services:\n  web: {image: "x\n', /compose\.yaml:\d+:\d+: .*quote/],
      ['no mapping', '- a\n', /compose\.yaml:1:1: a compose file is a mapping/],
      ['nothing', '', /compose\.yaml:1:1: the file is empty/],
      [
        'a cycle',
        'services:\n  a: {image: x, depends_on: [b]}\n  b: {image: x, depends_on: [a]}\n',
        /compose\.yaml:3:\d+: .*a → b → a/,
      ],
      ['itself', 'services:\n  a: {image: x, depends_on: [a]}\n', /compose\.yaml:2:\d+: .*depend/],
      [
        'an escape sequence',
        'services:\n  "a\\e[2Jb\\nc": {image: x}\n',
        /compose\.yaml:2:3: services\.a\\x1b\[2Jb/,
      ],
    ])('%s: told with file, line and column', async (_name, text, expected) => {
      await using directory = await Directory.make(backend);
      await directory.write('compose.yaml', text);
      for (const command of [['plan'], ['up', '-d']]) {
        const { code, stderr } = await run(directory.path, ...command);
        expect(stderr).toMatch(expected);
        expect(stderr).not.toContain('\u001b[2J');
        expect(code).toBe(1);
      }
    });

    it('a port that a process holds: the process is named', async () => {
      const server = createServer().listen(0, '0.0.0.0');
      await once(server, 'listening');
      const { port } = server.address() as AddressInfo;
      await using directory = await Directory.make(backend, {
        services: { web: { image, command: stays, ports: [`${port}:80`] } },
      });
      const { code, stdout, stderr } = await run(directory.path, 'up', '-d');
      server.close();
      expect(code).toBe(1);
      expect(`${stdout}${stderr}`).toMatch(
        new RegExp(`host port ${port} is held by process .+ \\(pid ${process.pid}\\)`),
      );
    });

    it('a port that a container holds: the container is named', async () => {
      const port = await freePort();
      const holder = await Directory.make(backend, {
        services: { holder: { image, command: stays, ports: [`${port}:80`], stop_grace_period: '0s' } },
      });
      await using _holder = holder;
      await using directory = await Directory.make(backend, {
        services: { web: { image, command: stays, ports: [`${port}:80`] } },
      });
      expect(await run(holder.path, 'up', '-d')).toMatchObject({ code: 0 });
      const up = await run(directory.path, 'up', '-d');
      expect(up.code).toBe(1);
      expect(`${up.stdout}${up.stderr}`).toContain(
        `host port ${port} is held by container ${holder.project}-holder-1`,
      );
      const one = await run(directory.path, '--engine', 'run', '--rm', '-p', `${port}:80`, image, 'true');
      expect(one.code).toBe(125);
      expect(one.stderr).toContain(`host port ${port} is held by container ${holder.project}-holder-1`);
    });

    it('an image for another platform, a registry that is not there: each service says why', async () => {
      const closed = await freePort();
      await using directory = await Directory.make(backend, {
        services: {
          other: { image, platform: 'linux/s390x', pull_policy: 'never' },
          away: { image: `127.0.0.1:${closed}/app:1` },
          behind: { image, command: stays, depends_on: ['away'] },
        },
      });
      const { code, stdout, stderr } = await run(directory.path, 'up', '-d');
      const told = `${stdout}${stderr}`;
      expect(code).toBe(1);
      expect(told).toMatch(/other: .*is not on the engine.*|other: .*for linux\/s390x/);
      expect(told).toContain('linux/s390x');
      expect(told).toContain(`the engine cannot reach the registry 127.0.0.1:${closed}`);
      expect(told).toMatch(/behind: .*away/);
    });

    it('names, values and paths full of surprises arrive as they are', async () => {
      await using directory = await Directory.make(backend);
      const value = 'it\'s "quoted" `x` \\ ; $(rm -rf /)\nline 2\ttab ü 🚢';
      const folder = 'sp ace é\'"x';
      await mkdir(join(directory.path, folder));
      await directory.write(`${folder}/f ü.txt`, 'ahoy');
      await directory.write(
        'compose.yaml',
        JSON.stringify({
          name: directory.project,
          services: {
            'a.b_c-D': {
              image,
              container_name: `${directory.project}.Name_1`,
              command: stays,
              environment: { VALUE: value.replaceAll('$', '$$$$') },
              labels: { 'we ird': 'a=b,c\nd' },
              volumes: [{ type: 'bind', source: `./${folder}`, target: '/x y', read_only: true }],
              stop_grace_period: '0s',
            },
          },
        }),
      );
      const up = await run(directory.path, 'up', '-d');
      expect(up, up.stderr).toMatchObject({ code: 0 });
      const { stdout } = await run(directory.path, 'exec', '-T', 'a.b_c-D', 'sh', '-c', 'printf %s "$VALUE"');
      expect(stdout).toBe(value);
      expect(await run(directory.path, 'cp', 'a.b_c-D:/x y/f ü.txt', './co py')).toMatchObject({ code: 0 });
      expect(await readFile(join(directory.path, 'co py'), 'utf8')).toBe('ahoy');
      const { labels } = await backend.inspect(`${directory.project}.Name_1`);
      expect(labels['we ird']).toBe('a=b,c\nd');
      expect(await run(directory.path, 'up', '-d')).toMatchObject({
        stderr: expect.stringContaining('✓ running'),
      });
    });

    it.each(['../../etc', 'a b', '', '-', 'x\r\nHost: y', 'ü', '%2e%2e'])(
      'a container called %j is not found',
      async (name) => {
        const { code, stderr } = await wherry([...options, '--engine', 'inspect', '--', name]);
        expect(code).toBe(1);
        expect(stderr).toMatch(/^error: .+\n(?: {7}.+\n)* {2}why: there is no such thing\n/);
      },
    );

    const program = registryProgram();
    it.skipIf(program === undefined)(
      `wrong credentials${program ? '' : ': SKIPPED, docker-registry is not installed'}`,
      async () => {
        const registry = await startRegistry(program ?? '');
        try {
          await using directory = await Directory.make(backend, {
            services: { web: { image: `${registry.host}/team/app:1` } },
          });
          const login = Buffer.from('wherry:hush-hush').toString('base64');
          await directory.write(
            'config.json',
            JSON.stringify({ auths: { [registry.host]: { auth: login } } }),
          );
          for (const [config, hint] of [
            [directory.path, 'are wrong or have expired'],
            ['/nonexistent', 'log in first'],
          ] as const) {
            const { code, stdout, stderr } = await wherry([...options, 'up', '-d'], {
              cwd: directory.path,
              env: { DOCKER_CONFIG: config },
            });
            expect(code).toBe(1);
            expect(`${stdout}${stderr}`).toContain(`${registry.host} wants other credentials`);
            expect(`${stdout}${stderr}`).toContain(hint);
            expect(`${stdout}${stderr}`).not.toContain('hush-hush');
          }
        } finally {
          await registry.stop();
        }
      },
    );
  },
);
