import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { type BootProgress, down, restartServices, up } from '../../../src/boot/index.ts';
import { composeLabel, loadProject } from '../../../src/compose/index.ts';
import { type Event, EventBus, isWherryError, newId } from '../../../src/core/index.ts';
import {
  type OrchestrationSummary,
  Orchestrator,
  type OrchestratorOptions,
  type RemoteHook,
} from '../../../src/orchestrator/index.ts';
import { type Bench, benchOn, enginesUnderTest, stays } from '../boot/stack.ts';

/** A folder with compose files whose projects have names of their own; all goes when it is disposed. */
class Folder implements AsyncDisposable {
  readonly path: string;
  readonly id: string = newId('orch').slice(0, 14);
  readonly #bench: Bench;
  readonly #projects: string[] = [];

  private constructor(path: string, bench: Bench) {
    this.path = path;
    this.#bench = bench;
  }

  static async make(bench: Bench): Promise<Folder> {
    return new Folder(await mkdtemp(join(tmpdir(), 'wherry-orchestrator-')), bench);
  }

  /** Writes `PATH/compose.yaml` of the project `ID-NAME`. */
  async project(name: string, services: Record<string, object>): Promise<string> {
    const project = `${this.id}-${basename(name)}`;
    this.#projects.push(project);
    const image = this.#bench.image;
    const full = Object.entries(services).map(([key, one]) => [
      key,
      { image, command: stays, stop_grace_period: '1s', ...one },
    ]);
    const file = join(this.path, name, 'compose.yaml');
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, JSON.stringify({ name: project, services: Object.fromEntries(full) }));
    return project;
  }

  /** Names of all containers of these projects, with whether they run. */
  async containers(): Promise<string[]> {
    const found = await this.#bench.backend.list({ all: true, labels: [composeLabel.project] });
    return found
      .filter(({ labels }) => this.#projects.includes(labels[composeLabel.project] ?? ''))
      .map(({ name, status }) => `${name.slice(this.id.length + 1)} ${status}`)
      .sort();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const projectName of this.#projects)
      await down(this.#bench.backend, { projectName, volumes: true, timeout: 0 });
    await rm(this.path, { recursive: true, force: true });
  }
}

const outcomes = ({ rows }: OrchestrationSummary): unknown =>
  rows.map(({ name, outcome }) => `${name} ${outcome}`);

describe.each(enginesUnderTest)('the orchestrator on %s', { timeout: 180_000 }, (id) => {
  let bench: Bench | undefined;
  let folder: Folder;
  beforeAll(async () => {
    bench = await benchOn(id);
  });
  afterAll(() => bench?.backend[Symbol.asyncDispose]());
  beforeEach(async (context) => {
    if (bench === undefined) return context.skip(`the lab has no ${id}`);
    folder = await Folder.make(bench);
  });
  afterEach(() => folder?.[Symbol.asyncDispose]());

  const orchestrator = (options: OrchestratorOptions = {}): Orchestrator =>
    new Orchestrator({ backend: bench?.backend, directory: folder.path, env: {}, ...options });

  test('finds projects, starts all, lists them live, and takes all down', async () => {
    await folder.project('shop', { web: {}, db: {} });
    await folder.project('deep/mail', { smtp: {} });
    const events = new EventBus();
    const told: Event[] = [];
    events.subscribe({}, (event) => told.push(event));
    const all = orchestrator({ events });
    const { services } = await all.discoverServices();
    const [mail, shop] = services.map(({ name }) => name);
    expect([mail, shop]).toEqual([`${folder.id}-mail`, `${folder.id}-shop`]);
    expect((await all.listServices()).map(({ status }) => status)).toEqual(['absent', 'absent']);

    const first = await all.startAll({ wait: true });
    expect(outcomes(first)).toEqual([`${mail} started`, `${shop} started`]);
    expect(first.rows.map(({ changed }) => changed)).toEqual([true, true]);
    expect(await folder.containers()).toEqual([
      'mail-smtp-1 running',
      'shop-db-1 running',
      'shop-web-1 running',
    ]);
    expect((await all.startAll()).rows.map(({ changed }) => changed)).toEqual([false, false]);

    const [container] = (await bench?.backend.list({ names: [`${shop}-db-1`] })) ?? [];
    await bench?.backend.kill(container?.id ?? '');
    await bench?.backend.wait(container?.id ?? '');
    expect((await all.listServices()).map((one) => [one.status, one.containers])).toEqual([
      ['running', { running: 1, total: 1 }],
      ['partial', { running: 1, total: 2 }],
    ]);

    expect(outcomes(await all.stopAll({ timeout: 0 }))).toEqual([`${mail} stopped`, `${shop} stopped`]);
    expect(await folder.containers()).toEqual([]);
    expect((await all.stopAll()).rows.map(({ changed }) => changed)).toEqual([false, false]);
    const types = new Set(told.map(({ type }) => type));
    for (const type of [
      'project.discovered',
      'boot.started',
      'container.started',
      'boot.completed',
      'shutdown.completed',
    ])
      expect(types).toContain(type);
  });

  test('all failures are told by name, none hides another, the rest runs', async () => {
    await folder.project('dies', { one: { command: ['sh', '-c', 'echo last words; exit 3'] } });
    await folder.project('absent', {
      one: { image: 'localhost/wherry/nobody-has-this:1', pull_policy: 'never' },
    });
    await folder.project('good', { one: {} });
    await mkdir(join(folder.path, 'broken'));
    await writeFile(join(folder.path, 'broken/compose.yaml'), 'services: { one: { imagge: x } }');
    const all = orchestrator();
    await all.discoverServices();
    all.addService({ name: 'after', composeFile: 'good/compose.yaml', dependsOn: [`${folder.id}-dies`] });
    const thrown = await all.startAll({ wait: true }).catch((error: unknown) => error);
    if (!isWherryError(thrown)) throw thrown;
    expect(thrown.message).toMatch(/^4 of 5 services could not be started: /);
    for (const name of [`${folder.id}-dies`, `${folder.id}-absent`, 'broken', 'after'])
      expect(thrown.details.failed).toContain(name);
    expect(thrown.message).toContain('imagge');
    const summary = thrown.details.summary as OrchestrationSummary;
    expect(Object.fromEntries(summary.rows.map(({ name, outcome }) => [name, outcome]))).toEqual({
      [`${folder.id}-dies`]: 'failed',
      [`${folder.id}-absent`]: 'failed',
      [`${folder.id}-good`]: 'started',
      broken: 'failed',
      after: 'skipped',
    });
    expect((await all.listServices()).find(({ name }) => name === 'broken')?.status).toBe('invalid');
    expect(await folder.containers()).toContain('good-one-1 running');
    await expect(all.startService(`${folder.id}-dies`, { wait: true })).rejects.toMatchObject({
      message: expect.stringContaining('exit'),
    });
    await expect(all.startService('nobody')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  test('what is not required fails alone', async () => {
    await folder.project('dies', { one: { command: ['sh', '-c', 'exit 3'] } });
    await folder.project('good', { one: {} });
    const all = orchestrator();
    all.addService({ name: 'dies', composeFile: 'dies/compose.yaml', required: false });
    all.addService({ name: 'good', composeFile: 'good/compose.yaml', dependsOn: ['dies'] });
    const summary = await all.startAll({ wait: true });
    expect(outcomes(summary)).toEqual(['dies failed', 'good started']);
    expect(summary.ok).toBe(true);
    expect(summary.rows[0]?.error).toMatchObject({ message: expect.stringContaining('one') });
  });

  test('dependencies are ready before, and are stopped after', async () => {
    const check = { test: ['CMD', 'test', '-f', '/tmp/ok'], interval: '200ms', retries: 50 };
    const slow = ['sh', '-c', `sleep 1; touch /tmp/ok; ${stays[2]}`];
    await folder.project('db', { one: { command: slow, healthcheck: check } });
    await folder.project('web', { one: {} });
    const events = new EventBus();
    const told: string[] = [];
    events.subscribe({ types: ['container.started', 'container.stopped'] }, ({ type, data }) =>
      told.push(`${data.project?.slice(folder.id.length + 1)} ${type.slice('container.'.length)}`),
    );
    const all = orchestrator({ events });
    all.addService({ name: 'web', composeFile: 'web/compose.yaml', dependsOn: ['db'] });
    all.addService({ name: 'db', composeFile: 'db/compose.yaml' });
    await all.startService('web');
    const states = (await all.listServices()).map(({ name, containers }) => [name, containers.running]);
    expect(states).toEqual([
      ['web', 1],
      ['db', 1],
    ]);
    await all.stopAll();
    expect(told).toEqual(['db started', 'web started', 'web stopped', 'db stopped']);
  });

  test('services of one file with profiles are groups of one project, stopped each by itself', async () => {
    const project = await folder.project('shop', {
      db: {},
      web: { depends_on: ['db'] },
      debug: { profiles: ['dev'], depends_on: ['db'] },
    });
    const all = orchestrator();
    const composeFile = 'shop/compose.yaml';
    all.addService({ name: 'web', composeFile, services: ['web'] });
    all.addService({ name: 'db', composeFile, services: ['db'] });
    all.addService({ name: 'debug', composeFile, profiles: ['dev'], services: ['debug'] });
    expect(all.groups().map(({ services, profiles }) => [services, profiles])).toEqual([
      [['db', 'web'], []],
      [['debug'], ['dev']],
    ]);
    await all.startAll();
    expect(await folder.containers()).toEqual([
      'shop-db-1 running',
      'shop-debug-1 running',
      'shop-web-1 running',
    ]);
    const row = await all.stopService('web');
    expect(row).toMatchObject({ project, outcome: 'stopped', changed: true });
    expect(await folder.containers()).toEqual(['shop-db-1 running', 'shop-debug-1 running']);

    const calls: string[] = [];
    const { rows } = await all.batch(async ({ services }, { project: { name }, backend, signal }) => {
      calls.push(services.join(','));
      await restartServices(backend, {
        projectName: name,
        services: services.filter((one) => one !== 'web'),
        signal,
      });
    });
    expect(calls).toEqual(['db,web', 'debug']);
    expect(rows.map(({ outcome }) => outcome)).toEqual(['done', 'done', 'done']);
    await all.stopAll();
    expect(await folder.containers()).toEqual([]);
  });

  test('to stop a project is to run its hooks before, and to release what its providers made', async () => {
    const bin = join(folder.path, 'bin');
    await mkdir(bin);
    const calls = join(bin, 'calls');
    await writeFile(join(bin, 'testcloud'), `#!/bin/sh\n[ "$2" = metadata ] || echo "$3" >> ${calls}\n`);
    await chmod(join(bin, 'testcloud'), 0o755);
    await folder.project('hooked', {
      web: { pre_stop: [{ command: ['echo', 'farewell'] }], depends_on: ['cloud'] },
    });
    const file = join(folder.path, 'hooked/compose.yaml');
    const written = JSON.parse(await readFile(file, 'utf8'));
    written.services.cloud = { provider: { type: 'testcloud' } };
    await writeFile(file, JSON.stringify(written));
    const all = orchestrator({ env: { PATH: `${bin}:${process.env.PATH}` } });
    await all.discoverServices();
    await all.startAll();
    const told: string[] = [];
    const onProgress = (_: string, progress: BootProgress): void => {
      if (progress.kind === 'hook' && progress.line !== null) told.push(progress.line);
    };
    await all.stopAll({ timeout: 0, onProgress });
    expect(told).toEqual(['farewell']);
    expect(await readFile(calls, 'utf8')).toBe('up\ndown\n');
    await all.startAll();
    await writeFile(file, 'services: {');
    const [row] = (await all.stopAll({ timeout: 0 })).rows;
    expect(row).toMatchObject({ outcome: 'stopped', changed: true });
    expect(row?.warnings.join()).toContain('hooks and providers of');
    expect(await folder.containers()).toEqual([]);
  });

  test('a hook runs services elsewhere; what it cannot start is started here', async () => {
    const project = await folder.project('moves', { one: {} });
    await folder.project('fails', { one: {} });
    await folder.project('stays', { one: {} });
    // The other host is this engine too, with the project under another name.
    const other = `${project}-there`;
    const backend = bench?.backend;
    if (backend === undefined) throw new Error('no engine');
    onTestFinished(async () => {
      await down(backend, { projectName: other, timeout: 0 });
    });
    const there = (): Promise<readonly unknown[]> =>
      backend.list({ labels: [`${composeLabel.project}=${other}`] });
    const remote: RemoteHook = {
      place: async ({ name }) => (name === 'stays' ? null : 'host-1'),
      start: async ({ name, files }, _host, { signal }) => {
        if (name === 'fails') throw new Error('the host is gone');
        const { project: loaded } = await loadProject({
          workingDirectory: folder.path,
          env: {},
          files,
          projectName: other,
          signal,
        });
        await up(backend, loaded, { signal });
      },
      stop: async ({ name }) => {
        if (name !== 'moves' || (await there()).length === 0) return null;
        await down(backend, { projectName: other, timeout: 0 });
        return 'host-1';
      },
      status: async ({ name }) => {
        if (name !== 'moves') return null;
        const { length } = await there();
        if (length === 0) return null;
        return { host: 'host-1', status: 'running', containers: { running: length, total: length } };
      },
    };
    const all = orchestrator({ remote });
    for (const name of ['moves', 'fails', 'stays'])
      all.addService({ name, composeFile: `${name}/compose.yaml` });
    const { rows } = await all.startAll();
    expect(
      rows.map(({ host, outcome, remoteError }) => [host, outcome, remoteError?.message ?? null]),
    ).toEqual([
      ['host-1', 'started', null],
      [null, 'started', 'the host is gone'],
      [null, 'started', null],
    ]);
    expect(await folder.containers()).toEqual(['fails-one-1 running', 'stays-one-1 running']);
    expect((await all.listServices()).map(({ host, status }) => [host, status])).toEqual([
      ['host-1', 'running'],
      [null, 'running'],
      [null, 'running'],
    ]);
    await all.stopAll({ timeout: 0 });
    expect(await there()).toEqual([]);
    expect(await folder.containers()).toEqual([]);

    const strict = orchestrator({ remote, fallback: 'none' });
    strict.addService({ name: 'fails', composeFile: 'fails/compose.yaml' });
    await expect(strict.startAll()).rejects.toMatchObject({
      message: expect.stringContaining('the host is gone'),
    });
    expect(await folder.containers()).toEqual([]);
  });

  test('a hook that throws is one failure by name, and keeps nothing from being taken down', async () => {
    await folder.project('one', { one: {} });
    await folder.project('two', { one: {} });
    const broken = async ({ name }: { name: string }): Promise<null> => {
      if (name === 'one') throw new Error('the hook is broken');
      return null;
    };
    const remote: RemoteHook = {
      place: broken,
      start: async () => undefined,
      stop: broken,
      status: async () => null,
    };
    const all = orchestrator({ remote });
    for (const name of ['one', 'two']) all.addService({ name, composeFile: `${name}/compose.yaml` });
    const { rows } = await all.startAll();
    expect(rows.map(({ outcome, remoteError }) => [outcome, remoteError?.message])).toEqual([
      ['started', 'the hook is broken'],
      ['started', undefined],
    ]);
    await expect(all.stopAll({ timeout: 0 })).rejects.toMatchObject({
      message: '1 of 2 services could not be stopped: one: the hook is broken',
    });
    expect(await folder.containers()).toEqual([]);
  });

  test('an abort ends all, and says so', async () => {
    await folder.project('slow', {
      one: { healthcheck: { test: ['CMD', 'false'], interval: '1s', retries: 100 } },
    });
    const all = orchestrator();
    await all.discoverServices();
    const controller = new AbortController();
    const starting = all.startAll({
      wait: true,
      signal: controller.signal,
      onProgress: (_, { kind }) => {
        if (kind === 'step') controller.abort();
      },
    });
    await expect(starting).rejects.toMatchObject({ code: 'CANCELLED' });
  });
});
