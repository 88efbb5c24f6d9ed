import { closeSync, openSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Directory, type EngineUnderTest, firstEngine, wherry } from '../e2e/cli.ts';
import { Running } from './running.ts';

const subject = await firstEngine();
const writes = ['sh', '-c', 'trap "exit 0" TERM; i=0; while :; do echo line $((i++)); sleep 0.2; done'];

describe.skipIf(subject === undefined)(
  `what happens around a command${subject ? '' : ': SKIPPED, the lab has no engine'}`,
  { timeout: 120_000 },
  () => {
    const { backend, image, options } = subject as EngineUnderTest;
    const service = { image, network_mode: 'none', stop_grace_period: '0s' };

    it('the folder of the project goes: Ctrl-C stops its services, and down by name removes them', async () => {
      const watch = [{ action: 'sync', path: './src', target: '/src' }];
      await using directory = await Directory.make(backend, {
        services: { web: { ...service, command: writes, develop: { watch } } },
      });
      const up = new Running(directory.path, [...options, 'up', '--watch']);
      await up.says(/watch enabled[\s\S]*line 3/);
      await rm(directory.path, { recursive: true });
      await up.says(/line 9/);
      up.child.kill('SIGINT');
      expect(await up.ended, up.told).toBe(130);
      const labels = [`com.docker.compose.project=${directory.project}`];
      const rows = await backend.list({ all: true, labels });
      expect(rows.map(({ status }) => status)).toEqual(['exited']);
      expect(await wherry([...options, '-p', directory.project, 'down'])).toMatchObject({ code: 0 });
      expect(await backend.list({ all: true, labels })).toEqual([]);
    });

    it('what crashes under an attached up is in its history, and not what is stopped', async () => {
      await using directory = await Directory.make(backend, {
        services: {
          once: { ...service, command: ['sh', '-c', 'echo bye; exit 3'] },
          again: { ...service, command: ['sh', '-c', 'sleep 1; exit 4'], restart: 'on-failure:1' },
          stays: { ...service, command: writes },
        },
      });
      const up = new Running(directory.path, [...options, 'up', '--history', 'history']);
      await up.says(/again-1 exited with code 4/);
      await wherry([...options, 'stop', 'stays'], { cwd: directory.path });
      expect(await up.ended, up.told).toBe(0);
      const lines = (await readFile(join(directory.path, 'history'), 'utf8')).trim().split('\n');
      const events = lines.map((line) => JSON.parse(line));
      const started = events.filter(({ type }) => type === 'container.started');
      expect(started.map(({ data }) => data.id.length)).toEqual([64, 64, 64]);
      const failed = events
        .filter(({ type }) => type === 'container.failed')
        .map(({ data }) => [data.service, data.exitCode, data.lastLines.length]);
      expect(failed.sort()).toEqual([
        ['again', 4, 0],
        ['again', 4, 0],
        ['once', 3, 1],
      ]);
    });

    it('a service that ends while others start does not keep an attached up from ending', async () => {
      const depends_on = { slow: { condition: 'service_healthy' } };
      const healthcheck = { test: ['CMD', 'test', '-e', '/ok'], interval: '100ms', retries: 100 };
      const slow = ['sh', '-c', 'sleep 1; touch /ok; sleep 1'];
      await using directory = await Directory.make(backend, {
        services: {
          once: { ...service, command: ['sh', '-c', 'echo bye; exit 3'] },
          slow: { ...service, command: slow, healthcheck },
          last: { ...service, command: ['true'], depends_on },
        },
      });
      const up = new Running(directory.path, [...options, 'up']);
      expect(await up.ended, up.told).toBe(0);
      expect(up.told).toMatch(/once-1 exited with code 3/);
    });

    it('a key that the engine would ignore is refused at its place by run as well', async () => {
      await using directory = await Directory.make(backend, {
        services: { web: { ...service, ports: [], gpus: 'all', annotations: { a: 'b' } } },
      });
      const { code, stderr } = await wherry([...options, 'run', '--rm', 'web', 'true'], {
        cwd: directory.path,
      });
      expect(stderr).toMatch(/compose\.yaml:1:\d+: services\.web\.annotations/);
      expect(code).toBe(1);
    });

    it('a disk that is full under the output is an error', async () => {
      await using directory = await Directory.make(backend, { services: { web: service } });
      const full = openSync('/dev/full', 'w');
      try {
        const config = new Running(directory.path, [...options, 'config'], {}, full);
        expect(await config.ended, config.told).toBe(1);
        expect(config.told).toMatch(/error: .*\n {2}why: .+\n {2}fix: /);
      } finally {
        closeSync(full);
      }
    });
  },
);
