import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import {
  assertBooted,
  type BootProgress,
  down,
  observe,
  projectNames,
  type UpOptions,
  up,
} from '../../../src/boot/index.ts';
import { composeLabel } from '../../../src/compose/index.ts';
import { type Event, EventBus, isWherryError } from '../../../src/core/index.ts';
import { benchOn, counting, enginesUnderTest, type Model, okFile, Stack, stays } from './stack.ts';

for (const id of enginesUnderTest) {
  const bench = await benchOn(id);
  if (bench === undefined) console.warn(`\nSKIPPED: boot on ${id}: the lab has no such engine\n`);
  describe.skipIf(bench === undefined)(`up and down on ${id}`, { timeout: 90_000 }, () => {
    if (bench === undefined) return;
    const { backend } = bench;
    afterAll(() => backend[Symbol.asyncDispose]());

    const startedAt = async (stack: Stack): Promise<Map<string, number>> => {
      const infos = await Promise.all((await stack.containers()).map((one) => backend.inspect(one.id)));
      return new Map(
        infos.map((info) => [info.name.split('-').at(-2) ?? '', info.startedAt?.getTime() ?? 0]),
      );
    };
    const statuses = async (stack: Stack): Promise<Record<string, string>> =>
      Object.fromEntries((await observe(backend, stack.name)).map((row) => [row.service, row.status]));

    test('starts each service after what it depends on, and no sooner than it is healthy', async () => {
      await using stack = new Stack(bench);
      const project = await stack.load({
        services: {
          web: { command: stays, depends_on: { cache: { condition: 'service_healthy' } } },
          cache: { command: stays, healthcheck: okFile, depends_on: ['base'] },
          base: { command: stays },
        },
      });
      const bus = new EventBus();
      const story: string[] = [];
      bus.subscribe({ types: ['container.started', 'health.changed'] }, async ({ type, name }) => {
        story.push(`${name} ${type === 'container.started' ? 'started' : 'healthy'}`);
        if (name !== 'cache' || type !== 'container.started') return;
        // Time for a web that does not wait to start too early.
        await sleep(500);
        const cache = (await stack.containers()).find((one) => one.name === `${stack.name}-cache-1`);
        await backend.execCapture(cache?.id ?? '', { command: ['touch', '/tmp/ok'] });
      });
      const summary = await up(backend, project, { events: bus });
      expect(summary.rows.map(({ name, change, error }) => [name, change, error])).toEqual([
        ['web', 'created', null],
        ['cache', 'created', null],
        ['base', 'created', null],
      ]);
      expect(summary).toMatchObject({ ok: true, counts: { started: 3, failed: 0 } });
      expect(story).toEqual(['base started', 'cache started', 'cache healthy', 'web started']);
      const times = await startedAt(stack);
      expect(times.get('base')).toBeLessThanOrEqual(times.get('cache') ?? 0);
      expect(times.get('cache')).toBeLessThanOrEqual(times.get('web') ?? 0);
    });

    test('an unchanged project is left alone, at the cost of four calls side by side', async () => {
      await using stack = new Stack(bench);
      const project = await stack.load(small);
      await up(backend, project, { wait: true });
      const before = (await stack.containers()).map(({ id }) => id).sort();
      const { backend: counted, calls } = counting(backend);
      const again = await up(counted, project, { wait: true });
      const { list, 'image.inspect': images, ...others } = Object.fromEntries(calls);
      const { 'networks.list': networks, 'volumes.list': volumes, ...more } = others;
      expect({ list, images, networks, volumes }).toEqual({ list: 1, images: 1, networks: 1, volumes: 1 });
      // Podman's list does not tell the health of a container.
      if (bench.engine.kind === 'docker') expect(more).toEqual({});
      expect(again.rows.map(({ change }) => change)).toEqual(['kept', 'kept']);
      expect((await stack.containers()).map(({ id }) => id).sort()).toEqual(before);
    });

    test('a full up makes the calls that it needs and no more', async () => {
      await using stack = new Stack(bench);
      const project = await stack.load(small);
      const { backend: counted, calls } = counting(backend);
      // What eager gates run depends on how soon the service is healthy.
      await up(counted, project, { eager: false });
      // A check of a spec with nothing special asks the engine nothing.
      expect(Object.fromEntries(calls)).toEqual({
        check: 2,
        list: 1,
        'image.inspect': 1,
        'networks.list': 1,
        'volumes.list': 1,
        'networks.create': 1,
        'volumes.create': 1,
        events: 1,
        create: 2,
        start: 2,
      });
    });

    test('a changed service is made anew and keeps its data, named and anonymous', async () => {
      await using stack = new Stack(bench);
      const command = (word: string): string[] => [
        'sh',
        '-c',
        `echo ${word} >> /named/log; echo ${word} >> /anonymous/log; touch /tmp/ok; ${stays[2]}`,
      ];
      const model = (word: string): Model => ({
        services: {
          db: { command: command(word), healthcheck: okFile, volumes: ['data:/named', '/anonymous'] },
          web: { command: stays, depends_on: { db: { condition: 'service_healthy', restart: true } } },
          other: { command: stays, depends_on: ['db'] },
        },
        volumes: { data: {} },
      });
      await up(backend, await stack.load(model('one')), { wait: true });
      const before = await startedAt(stack);
      const summary = await up(backend, await stack.load(model('two')), { wait: true });
      expect(summary.rows.map(({ name, change }) => [name, change])).toEqual([
        ['db', 'recreated'],
        ['web', 'restarted'],
        ['other', 'kept'],
      ]);
      const after = await startedAt(stack);
      expect(after.get('other')).toBe(before.get('other'));
      expect(after.get('web')).toBeGreaterThan(after.get('db') ?? 0);
      const db = (await stack.containers()).find(({ name }) => name === `${stack.name}-db-1`);
      const { stdout } = await backend.execCapture(db?.id ?? '', {
        command: ['cat', '/named/log', '/anonymous/log'],
      });
      expect(stdout).toBe('one\ntwo\none\ntwo\n');
      expect(await stack.containers()).toHaveLength(3);
      const volumes = (await backend.inspect(db?.id ?? '')).spec.volumes ?? [];
      const anonymous = volumes.flatMap((mount) =>
        mount.type === 'volume' && mount.target === '/anonymous' ? [mount.source ?? ''] : [],
      );
      await down(backend, { projectName: stack.name, volumes: true });
      const left = (await backend.volumes?.list())?.map(({ name }) => name) ?? [];
      expect(left.filter((name) => anonymous.includes(name))).toEqual([]);
    });

    test('a required service that dies fails what depends on it, with its exit code and last lines; others go on', async () => {
      await using stack = new Stack(bench);
      const project = await stack.load({
        services: {
          web: { command: stays, depends_on: { db: { condition: 'service_healthy' } } },
          proxy: { command: stays, depends_on: ['web'] },
          db: { command: ['sh', '-c', 'echo no disk; exit 3'], healthcheck: okFile },
          other: { command: stays },
        },
      });
      const events: Event[] = [];
      const bus = new EventBus();
      bus.subscribe({}, (event) => events.push(event));
      const summary = await up(backend, project, { events: bus });
      expect(summary.rows.map(({ name, status }) => [name, status])).toEqual([
        ['web', 'skipped'],
        ['proxy', 'skipped'],
        ['db', 'failed'],
        ['other', 'started'],
      ]);
      const [web, proxy, db] = summary.rows;
      expect(db?.error).toMatchObject({
        code: 'EXIT',
        details: { exitCode: 3, oomKilled: false, lastLines: ['no disk'] },
      });
      expect(web?.error).toMatchObject({ code: 'DEPENDENCY', details: { dependency: 'db' } });
      expect(web?.error?.message).toMatch(/^dependency db failed: .*exited with code 3/);
      expect(proxy?.error?.message).toMatch(/^dependency web failed: dependency db failed:/);
      expect(summary.ok).toBe(false);
      expect(() => assertBooted(summary)).toThrow(/the boot failed: .*db: container/);
      expect(await statuses(stack)).toEqual({
        web: 'created',
        proxy: 'created',
        db: 'exited',
        other: 'running',
      });
      const failed = events.find((event) => event.type === 'container.failed');
      expect(failed?.data).toMatchObject({ service: 'db', exitCode: 3, lastLines: ['no disk'] });
    });

    test('an unhealthy service says what its check said', async () => {
      await using stack = new Stack(bench);
      const check = { test: ['CMD-SHELL', 'echo not yet; exit 1'], interval: '100ms', retries: 1 };
      const project = await stack.load({
        services: {
          web: { command: stays, depends_on: { db: { condition: 'service_healthy' } } },
          db: { command: ['sh', '-c', 'echo hello; exec sleep 1000'], healthcheck: check },
        },
      });
      const { rows } = await up(backend, project);
      const db = rows.find(({ name }) => name === 'db');
      expect(db).toMatchObject({
        status: 'failed',
        error: { code: 'UNHEALTHY', details: { lastLines: ['hello'] } },
      });
      expect(db?.error?.message).toContain('not yet');
    });

    test('waits for a job that has to succeed, and does not go on when it fails', async () => {
      await using stack = new Stack(bench);
      const model = (exitCode: number): Model => ({
        services: {
          web: { command: stays, depends_on: { migrate: { condition: 'service_completed_successfully' } } },
          migrate: { command: ['sh', '-c', `sleep 0.5; exit ${exitCode}`] },
        },
      });
      const failed = await up(backend, await stack.load(model(4)), { wait: true });
      expect(failed.rows.map(({ name, status }) => [name, status])).toEqual([
        ['web', 'skipped'],
        ['migrate', 'failed'],
      ]);
      const done = await up(backend, await stack.load(model(0)), { wait: true });
      expect(done).toMatchObject({ ok: true, counts: { started: 2 } });
      const migrate = done.rows.find(({ name }) => name === 'migrate');
      expect(migrate?.containers).toMatchObject([{ exitCode: 0 }]);
      const again = await up(backend, await stack.load(model(0)), { wait: true });
      expect(again.rows.map(({ change }) => change)).toEqual(['kept', 'kept']);
    });

    test('what is not required may fail: its dependants start all the same', async () => {
      await using stack = new Stack(bench);
      const project = await stack.load({
        services: {
          web: { command: stays, depends_on: { extra: { condition: 'service_healthy', required: false } } },
          extra: { command: ['sh', '-c', 'exit 1'], healthcheck: okFile },
        },
      });
      const summary = await up(backend, project);
      expect(summary.rows.map(({ name, status, required }) => [name, status, required])).toEqual([
        ['web', 'started', true],
        ['extra', 'degraded', false],
      ]);
      expect(summary.ok).toBe(true);
    });

    test('with wait, a service without a health check that dies at once has failed', async () => {
      await using stack = new Stack(bench);
      const project = await stack.load({
        services: {
          dies: { command: ['sh', '-c', 'echo bye; exit 9'] },
          job: { command: ['true'] },
        },
      });
      const { rows } = await up(backend, project, { wait: true });
      expect(rows).toMatchObject([
        {
          name: 'dies',
          status: 'failed',
          error: { code: 'EXIT', details: { exitCode: 9, lastLines: ['bye'] } },
        },
        { name: 'job', status: 'started', error: null },
      ]);
    });

    test('a gate on a service without a health check, and one that takes too long, are clear errors', async () => {
      await using stack = new Stack(bench);
      const never = { test: ['CMD', 'false'], interval: '100ms', retries: 1000 };
      const project = await stack.load({
        services: {
          a: { command: stays, depends_on: { none: { condition: 'service_healthy' } } },
          none: { command: stays },
          b: { command: stays, depends_on: { slow: { condition: 'service_healthy' } } },
          slow: { command: stays, healthcheck: never },
        },
      });
      const { rows } = await up(backend, project, { waitTimeout: 700 });
      expect(rows.find(({ name }) => name === 'none')?.error).toMatchObject({ code: 'UNHEALTHY' });
      expect(rows.find(({ name }) => name === 'slow')?.error).toMatchObject({ code: 'TIMEOUT' });
      expect(await statuses(stack)).toMatchObject({ a: 'created', b: 'created' });
    });

    test('removes orphans only when asked, and scales', async () => {
      await using stack = new Stack(bench);
      await up(backend, await stack.load({ services: { a: { command: stays }, old: { command: stays } } }));
      const project = await stack.load({ services: { a: { command: stays } } });
      const kept = await up(backend, project);
      expect(kept.warnings).toEqual([expect.stringContaining(`${stack.name}-old-1`)]);
      expect(Object.keys(await statuses(stack))).toEqual(['a', 'old']);
      await up(backend, project, { removeOrphans: true, scale: { a: 3 } });
      expect((await observe(backend, stack.name)).map(({ name }) => name)).toEqual(
        [1, 2, 3].map((number) => `${stack.name}-a-${number}`),
      );
      await up(backend, project);
      expect(await observe(backend, stack.name)).toHaveLength(1);
    });

    test('only the named services and what they depend on', async () => {
      await using stack = new Stack(bench);
      const project = await stack.load({
        services: { a: { command: stays, depends_on: ['b'] }, b: { command: stays }, c: { command: stays } },
      });
      const { rows } = await up(backend, project, { services: ['a'] });
      expect(rows.map(({ name }) => name)).toEqual(['a', 'b']);
      expect(await statuses(stack)).toEqual({ a: 'running', b: 'running' });
    });

    test('noStart makes and does not start; the next up goes on from there', async () => {
      await using stack = new Stack(bench);
      const project = await stack.load(small);
      await up(backend, project, { noStart: true });
      expect(await statuses(stack)).toEqual({ db: 'created', web: 'created' });
      const { rows } = await up(backend, project);
      expect(rows.map(({ change }) => change)).toEqual(['started', 'started']);
    });

    test('builds what is missing, and takes over an image that was built anew', async () => {
      await using stack = new Stack(bench);
      const model = (word: string): Model => ({
        services: {
          app: {
            image: `localhost/${stack.name}:1`,
            build: { context: '.', dockerfile_inline: dockerfile(word) },
          },
          other: { command: stays },
        },
      });
      const dockerfile = (word: string): string =>
        `FROM ${bench.image}\nENV WORD=${word}\nCMD ${JSON.stringify(stays)}\n`;
      const word = async (): Promise<string> => {
        const app = (await stack.containers()).find(({ name }) => name.endsWith('-app-1'));
        return (
          await backend.execCapture(app?.id ?? '', { command: ['sh', '-c', 'echo $WORD'] })
        ).stdout.trim();
      };
      const changes = async (options: UpOptions, of: string): Promise<unknown> =>
        (await up(backend, await stack.load(model(of)), options)).rows.map(
          ({ change, error }) => error ?? change,
        );
      try {
        expect(await changes({}, 'one')).toEqual(['created', 'created']);
        expect(await word()).toBe('one');
        expect(await changes({}, 'two')).toEqual(['kept', 'kept']);
        expect(await changes({ build: 'always' }, 'two')).toEqual(['recreated', 'kept']);
        expect(await word()).toBe('two');
        expect(await changes({ build: 'always' }, 'two')).toEqual(['kept', 'kept']);
      } finally {
        await down(backend, { projectName: stack.name, timeout: 0 });
        await backend.image(`localhost/${stack.name}:1`).remove({ force: true });
      }
    });

    test('who mounts the files of an image that was built anew is made anew', async ({ skip }) => {
      if (bench.engine.id === 'docker-20.10') skip('the engine has no image volumes');
      await using stack = new Stack(bench);
      const image = `localhost/${stack.name}:1`;
      const model = (word: string): Model => ({
        services: {
          files: {
            image,
            build: { context: '.', dockerfile_inline: `FROM ${bench.image}\nRUN echo ${word} >/word\n` },
            command: ['true'],
          },
          reads: {
            command: stays,
            depends_on: ['files'],
            volumes: [{ type: 'image', source: image, target: '/mnt' }],
          },
        },
      });
      const reads = async (word: string, options: UpOptions): Promise<unknown> => {
        const { rows } = await up(backend, await stack.load(model(word)), options);
        const { change, containers, error } = rows.find(({ name }) => name === 'reads') ?? {};
        const command = ['cat', '/mnt/word'];
        const read = error ?? (await backend.execCapture(containers?.[0]?.id ?? '', { command })).stdout;
        return [change, read];
      };
      try {
        expect(await reads('one', {})).toEqual(['created', 'one\n']);
        expect(await reads('two', {})).toEqual(['kept', 'one\n']);
        expect(await reads('two', { build: 'always' })).toEqual(['recreated', 'two\n']);
        expect(await reads('two', {})).toEqual(['kept', 'two\n']);
      } finally {
        await down(backend, { projectName: stack.name, timeout: 0 });
        await backend.image(image).remove({ force: true });
      }
    });

    test('an image that cannot be had fails the services that use it, and no others', async () => {
      await using stack = new Stack(bench);
      const project = await stack.load({
        services: {
          app: { image: `localhost/${stack.name}/nowhere:1`, pull_policy: 'never' },
          bad: {
            image: `localhost/${stack.name}/bad:1`,
            build: { context: '.', dockerfile_inline: 'FROM scratch\nCOPY none /\n' },
          },
          other: { command: stays },
        },
      });
      const { rows } = await up(backend, project);
      expect(rows).toMatchObject([
        { name: 'app', status: 'failed', error: { code: 'NOT_FOUND' } },
        { name: 'bad', status: 'failed', error: { code: 'BUILD_FAILED' } },
        { name: 'other', status: 'started' },
      ]);
    });

    test('secrets and configs are in the container when it starts', async () => {
      await using stack = new Stack(bench);
      const model: Model = {
        services: {
          app: {
            command: [
              'sh',
              '-c',
              'cat /run/secrets/key /etc/app.conf > /tmp/seen; touch /tmp/ok; sleep 1000',
            ],
            stop_signal: 'SIGKILL',
            healthcheck: okFile,
            secrets: ['key'],
            configs: [{ source: 'conf', target: '/etc/app.conf' }],
          },
        },
        secrets: { key: { file: './key.txt' } },
        configs: { conf: { content: 'conf\n' } },
      };
      await writeFile(join(await stack.directory(), 'key.txt'), 'secret\n');
      const project = await stack.load(model);
      await up(backend, project, { noStart: true });
      expect((await up(backend, project, { wait: true })).rows).toMatchObject([
        { status: 'started', error: null },
      ]);
      const [app] = await stack.containers();
      const { stdout } = await backend.execCapture(app?.id ?? '', { command: ['cat', '/tmp/seen'] });
      expect(stdout).toBe('secret\nconf\n');
    });

    test('down needs the name only, and takes dependants first', async () => {
      await using stack = new Stack(bench);
      await up(backend, await stack.load(small));
      expect((await projectNames(backend)).map(({ name }) => name)).toContain(stack.name);
      const order: string[] = [];
      const onProgress = (progress: BootProgress): void => {
        if (progress.kind === 'step' && progress.state === 'ready') order.push(progress.step.id);
      };
      const summary = await down(backend, { projectName: stack.name, onProgress });
      expect(summary.ok).toBe(true);
      expect(order).toEqual([
        `remove ${stack.name}-web-1`,
        `remove ${stack.name}-db-1`,
        `network ${stack.name}_default`,
      ]);
      expect(await stack.leftovers()).toEqual([`${stack.name}_data`]);
      await down(backend, { projectName: stack.name, volumes: true });
      expect(await stack.leftovers()).toEqual([]);
    });

    // Later engines, and Podman, refuse a second one.
    test.runIf(id === 'docker-20.10')(
      'down removes two networks of one name, as an up that was killed may leave them',
      async () => {
        await using stack = new Stack(bench);
        await up(backend, await stack.load({ services: { a: { command: stays } } }), { noStart: true });
        const Labels = { [composeLabel.project]: stack.name };
        const socketPath = bench.engine.host.replace('unix://', '');
        const headers = { 'content-type': 'application/json' };
        const call = request({ socketPath, path: '/v1.41/networks/create', method: 'POST', headers });
        call.end(JSON.stringify({ Name: `${stack.name}_default`, Labels }));
        const [{ statusCode }] = await once(call, 'response');
        expect(statusCode).toBe(201);
        expect((await stack.leftovers()).filter((name) => name.endsWith('_default'))).toHaveLength(2);
        expect((await down(backend, { projectName: stack.name })).ok).toBe(true);
        expect(await stack.leftovers()).toEqual([]);
      },
    );

    test('events tell the story in order', async () => {
      await using stack = new Stack(bench);
      const bus = new EventBus();
      const story: string[] = [];
      bus.subscribe({}, (event) => story.push(`${event.type} ${event.name.replace(stack.name, 'project')}`));
      await up(backend, await stack.load(small), { events: bus });
      await down(backend, { projectName: stack.name, events: bus });
      expect(story).toEqual([
        'boot.started project',
        'container.started db',
        'health.changed db',
        'container.started web',
        'boot.completed project',
        'shutdown.started project',
        'container.stopped web',
        'container.stopped db',
        'shutdown.completed project',
      ]);
    });

    test('two ups at once take turns, and the second finds nothing to do', async () => {
      await using stack = new Stack(bench);
      const project = await stack.load(small);
      const waits: string[] = [];
      const onProgress = (progress: BootProgress): void => void waits.push(progress.kind);
      // Whichever is first.
      const [first, second] = await Promise.all([
        up(backend, project, { onProgress }),
        up(backend, project, { onProgress }),
      ]);
      expect(waits.filter((kind) => kind === 'locked')).toHaveLength(1);
      expect([first.rows[0]?.change, second.rows[0]?.change].sort()).toEqual(['created', 'kept']);
    });

    test('an up that is aborted anywhere leaves what the next up and down handle', {
      timeout: 240_000,
    }, async () => {
      const points = [0, 1, 2, 4, 6, 8, 11, 15];
      for (const point of points) {
        await using stack = new Stack(bench);
        const project = await stack.load(small);
        await abortedAfter(point, (options) => up(backend, project, options));
        const names = (await stack.containers()).map(({ name }) => name);
        expect(names.every((name) => name.startsWith(stack.name))).toBe(true);
        const changed = await stack.load({
          ...small,
          services: { ...small.services, db: { ...small.services.db, environment: { CHANGED: 'yes' } } },
        });
        await abortedAfter(point, (options) => up(backend, changed, { ...options, forceRecreate: true }));
        // A replacement that did not come to be is gone with the abort.
        const halfMade = (await stack.containers()).filter(({ name }) => !name.startsWith(stack.name));
        expect(halfMade).toEqual([]);
        const summary = await up(backend, changed, { wait: true });
        expect(summary.rows.map(({ error }) => error)).toEqual([null, null]);
        expect((await observe(backend, stack.name)).map(({ name, status }) => [name, status])).toEqual([
          [`${stack.name}-db-1`, 'running'],
          [`${stack.name}-web-1`, 'running'],
        ]);
        await abortedAfter(point % 5, (options) =>
          down(backend, { ...options, projectName: stack.name, volumes: true }),
        );
        await down(backend, { projectName: stack.name, volumes: true });
        expect(await stack.leftovers()).toEqual([]);
      }
    });

    test('an up that is killed anywhere leaves what the next up and down handle', {
      timeout: 240_000,
    }, async () => {
      await using stack = new Stack(bench);
      const project = await stack.load(small);
      const script = fileURLToPath(new URL('up-process.ts', import.meta.url));
      const { kind, host } = bench.engine;
      for (const delay of [0, 60, 150, 300, 600]) {
        const child = spawn(process.execPath, [script, kind, host, await stack.directory(), stack.name]);
        await Promise.race([once(child.stdout, 'data'), once(child, 'exit')]);
        await sleep(delay);
        child.kill('SIGKILL');
        if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
        // The engine carries out what it was asked for last, also when nobody waits for it any more.
        await sleep(1_500);
        const { rows } = await up(backend, project, { wait: true });
        expect(rows.map(({ error }) => error)).toEqual([null, null]);
        expect((await observe(backend, stack.name)).map(({ name, status }) => [name, status])).toEqual([
          [`${stack.name}-db-1`, 'running'],
          [`${stack.name}-web-1`, 'running'],
        ]);
      }
      await down(backend, { projectName: stack.name, volumes: true });
      expect(await stack.leftovers()).toEqual([]);
    });
  });
}

const small: Model = {
  services: {
    db: {
      command: ['sh', '-c', `touch /tmp/ok; ${stays[2]}`],
      healthcheck: okFile,
      volumes: ['data:/data'],
    },
    web: { command: stays, depends_on: { db: { condition: 'service_healthy' } } },
  },
  volumes: { data: {} },
};

/** Aborts after that many reports of progress; what ended before that is fine too. */
async function abortedAfter(
  reports: number,
  work: (options: Pick<UpOptions, 'signal' | 'onProgress'>) => Promise<unknown>,
): Promise<void> {
  const controller = new AbortController();
  let seen = 0;
  const onProgress = (): void => {
    seen += 1;
    if (seen > reports) controller.abort();
  };
  try {
    await work({ signal: controller.signal, onProgress });
  } catch (error) {
    if (!isWherryError(error, 'CANCELLED')) throw error;
  }
}
