import { spawnSync } from 'node:child_process';
import { chmod, chown, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { defaultRegistry } from '../../src/backends/index.ts';
import { prepareFixtures } from '../../src/conformance/index.ts';
import {
  Directory,
  type EngineUnderTest,
  firstEngine,
  launcher,
  plainEnvironment,
  wherry,
} from '../e2e/cli.ts';
import { OwnDocker } from './own-docker.ts';
import { Running } from './running.ts';

const subject = await firstEngine();
const stays = ['sh', '-c', 'trap "exit 0" TERM; while :; do sleep 0.05; done'];
const never = { test: ['CMD', 'false'], interval: '200ms', retries: 10_000 };
const isRoot = process.getuid?.() === 0;

describe.skipIf(subject === undefined)(
  `up in trouble${subject ? '' : ': SKIPPED, the lab has no engine'}`,
  { timeout: 120_000 },
  () => {
    const { backend, image, options } = subject as EngineUnderTest;
    const up = (directory: Directory, ...more: string[]): ReturnType<typeof wherry> =>
      wherry([...options, 'up', '-d', ...more], { cwd: directory.path });

    it('env files that are missing, a directory, or not for this user', async () => {
      await using directory = await Directory.make(backend);
      await mkdir(join(directory.path, 'folder'));
      await directory.write('secret.env', 'A=1\n');
      const service = { image, env_file: ['none.env', 'folder', 'secret.env'] };
      await directory.write('compose.yaml', JSON.stringify({ services: { web: service } }));
      const path = (name: string): string => join(directory.path, name);
      const { code, stderr } = await up(directory);
      expect(stderr).toMatch(/compose\.yaml:1:\d+: services\.web\.env_file\[0\]: .*none\.env not found/);
      expect(stderr).toMatch(/services\.web\.env_file\[1\]: the env file .*folder is a directory/);
      expect(code).toBe(1);
      if (!isRoot) return;
      await chown(path('secret.env'), 65_534, 65_534);
      await chmod(path('secret.env'), 0o600);
      await chmod(directory.path, 0o755);
      const powerless = ['--inh-caps=-all', '--bounding-set=-all', process.execPath, launcher, 'config'];
      const config = spawnSync('setpriv', powerless, { cwd: directory.path, env: plainEnvironment() });
      expect(config.stderr.toString()).toMatch(/env_file\[2\]: .*secret\.env may not be read by this user/);
      expect(config.status).toBe(1);
    });

    it('a compose file of 50 MB', async () => {
      await using directory = await Directory.make(backend);
      await directory.write('compose.yaml', `services: {}\nx-a: "${'a'.repeat(50_000_000)}"\n`);
      const { code, stderr } = await up(directory);
      expect(stderr).toMatch(/compose\.yaml: the file has more than \d+ characters/);
      expect(stderr.length).toBeLessThan(2_000);
      expect(code).toBe(1);
    });

    it('a container name that another project has: it is named', async () => {
      await using first = await Directory.make(backend);
      const container_name = `${first.project}-mine`;
      const model = { services: { web: { image, container_name, command: stays } } };
      await first.write('compose.yaml', JSON.stringify({ name: first.project, ...model }));
      await using second = await Directory.make(backend, model);
      expect(await up(first, '--no-start')).toMatchObject({ code: 0 });
      const { code, stdout, stderr } = await up(second);
      expect(`${stdout}${stderr}`).toContain(
        `the name ${container_name} is taken by a container of web in project ${first.project}`,
      );
      expect(code).toBe(1);
    });

    it('a service that ends again and again is not up', async () => {
      await using directory = await Directory.make(backend, {
        services: { web: { image, command: ['sh', '-c', 'echo bye; exit 3'], restart: 'always' } },
      });
      const { code, stdout, stderr } = await up(directory, '--wait');
      expect(`${stdout}${stderr}`).toMatch(/web-1 does not stay up: it ended \d+ times[\s\S]*\| bye/);
      expect(code).toBe(1);
    });

    it('a service that ends again and again before it was ever healthy closes its gate', async () => {
      const often = { test: ['CMD', 'true'], interval: '500ms', retries: 2 };
      const db = { image, command: ['sh', '-c', 'echo bye; exit 3'], restart: 'always', healthcheck: often };
      const depends_on = { db: { condition: 'service_healthy' } };
      await using directory = await Directory.make(backend, {
        services: { db, web: { image, command: stays, depends_on } },
      });
      const { code, stdout, stderr } = await up(directory);
      expect(`${stdout}${stderr}`).toMatch(
        /db-1 does not stay up: it ended \d+ times, the last time with exit code 3[\s\S]*\| bye/,
      );
      expect(code).toBe(1);
    });

    it('two at once: the second waits and says so', async () => {
      await using directory = await Directory.make(backend, {
        services: { web: { image, command: stays, healthcheck: never, stop_grace_period: '1s' } },
      });
      const first = begin(directory, ['--wait', '--wait-timeout', '5']);
      await first.says(/web-1: started/);
      const second = begin(directory, []);
      await second.says(new RegExp(`waiting: process ${first.child.pid} works on ${directory.project}`));
      expect(await first.ended).toBe(1);
      expect(await second.ended).toBe(0);
    });

    it('Ctrl-C ends it, a second one at once; the next up goes on from there', async () => {
      await using directory = await Directory.make(backend, {
        services: { web: { image, command: stays, healthcheck: never, stop_grace_period: '1s' } },
      });
      const waiting = begin(directory, ['--wait']);
      await waiting.says(/web-1: started/);
      waiting.child.kill('SIGINT');
      // Later than what a terminal counts as one key press.
      setTimeout(() => waiting.child.kill('SIGINT'), 600);
      expect(await waiting.ended).toBe(130);
      expect(await up(directory)).toMatchObject({ code: 0 });
    });

    /** An `up -d` under way. */
    function begin(directory: Directory, more: readonly string[]): Running {
      return new Running(directory.path, [...options, 'up', '-d', ...more]);
    }
  },
);

const own = subject === undefined ? undefined : await OwnDocker.start();

describe.skipIf(own === undefined)(
  `an engine that restarts in the middle of up${own ? '' : ': SKIPPED, no dockerd can be started here'}`,
  { timeout: 180_000 },
  () => {
    it('is told, and the next up finishes', async () => {
      await using engine = own as OwnDocker;
      await using backend = await defaultRegistry()
        .get('docker')
        .open({ type: 'docker', host: engine.host }, {});
      const { shell: image } = await prepareFixtures(backend);
      const service = { image, command: stays, network_mode: 'none', stop_grace_period: '1s' };
      const model = (healthcheck: object): object => ({
        services: {
          db: { ...service, healthcheck },
          web: { ...service, depends_on: { db: { condition: 'service_healthy' } } },
        },
      });
      const directory = await Directory.make(backend, { ...model(never) });
      try {
        const first = new Running(directory.path, ['-H', engine.host, 'up', '-d']);
        await first.says(/db-1: started/);
        await engine.stop();
        expect(await engine.up()).toBe(true);
        expect(await first.ended).toBe(1);
        expect(first.told).toMatch(/✗ db-1: .*(exited|engine|connection)/);
        expect(first.told).not.toMatch(/^\s+at .*:\d+:\d+\)?$/m);
        const passes = { test: ['CMD', 'true'], interval: '200ms' };
        await directory.write('compose.yaml', JSON.stringify({ name: directory.project, ...model(passes) }));
        const second = await wherry(['-H', engine.host, 'up', '-d', '--wait'], { cwd: directory.path });
        expect(second, second.stderr).toMatchObject({ code: 0 });
        const rows = await backend.list({ labels: [`com.docker.compose.project=${directory.project}`] });
        expect(rows.map(({ status }) => status)).toEqual(['running', 'running']);
      } finally {
        await directory[Symbol.asyncDispose]();
      }
    });
  },
);
