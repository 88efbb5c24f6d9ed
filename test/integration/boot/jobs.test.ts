import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { down, runJob, serveJobs, up } from '../../../src/boot/index.ts';
import { type Event, EventBus } from '../../../src/core/index.ts';
import { benchFor, enginesUnderTest, Stack, stays } from './stack.ts';

describe.each(enginesUnderTest.filter((id) => id === 'docker-20.10' || id === 'podman-5.4'))(
  'on %s',
  (id) => {
    const benchHere = benchFor(id);

    test('a job runs when it is due, after what it depends on, and never with the services', {
      timeout: 120_000,
    }, async () => {
      const bench = benchHere();
      if (bench === undefined) return;
      const { backend, image } = bench;
      await using stack = new Stack(bench);
      const project = await stack.load({
        services: { db: { command: stays }, web: { command: stays } },
        volumes: { data: {} },
        jobs: {
          tidy: {
            image,
            command: ['sh', '-c', 'echo ran; exit 3'],
            depends_on: ['db'],
            volumes: ['data:/data'],
            triggers: { schedule: [{ cron: '@yearly', timezone: 'UTC' }] },
          },
        },
      });
      const name = `${stack.name}-tidy-1`;
      const names = async (): Promise<string[]> => (await stack.containers()).map((one) => one.name).sort();

      // A time in the past that was recorded: the next one was missed, and is made up for at once.
      const history = join(await stack.directory(), 'jobs.ndjson');
      const data = { project: stack.name, job: 'tidy', cron: '@yearly', due: '2020-01-01T00:00:00.000Z' };
      const recorded = {
        type: 'job.started',
        time: data.due,
        source: 'jobs',
        name: 'tidy',
        data,
        error: null,
      };
      await writeFile(history, `${JSON.stringify(recorded)}\n`);
      const events = new EventBus();
      const completed = Promise.withResolvers<Event>();
      events.subscribe({ types: ['job.completed'] }, (event) => completed.resolve(event));
      {
        await using jobs = await serveJobs(backend, project, { events, history });
        // Two would run each job twice.
        await expect(serveJobs(backend, project, { history })).rejects.toMatchObject({ code: 'CONFLICT' });
        expect(await completed.promise).toMatchObject({ data: { job: 'tidy', exitCode: 3 }, error: null });
        expect(jobs.upcoming()).toEqual([
          { job: 'tidy', due: new Date(Date.UTC(new Date().getUTCFullYear() + 1, 0)) },
        ]);
      }
      expect(await names()).toEqual([`${stack.name}-db-1`, name]);
      const first = await backend.inspect(name);
      expect(first.status).toBe('exited');
      expect(Object.keys(first.spec.networks ?? {})).toEqual([`${stack.name}_default`]);
      const types = (await readFile(history, 'utf8'))
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line).type);
      expect(types).toEqual(['job.started', 'job.started', 'job.completed']);

      // What was made up for is not made up for again; a second run takes the place of the first.
      await using again = await serveJobs(backend, project, { history });
      expect(again.upcoming()).toHaveLength(1);
      const job = project.jobs.tidy;
      if (job === undefined) throw new Error('the job is gone');
      const run = await runJob(backend, project, job);
      expect(run.exitCode).toBe(3);
      expect((await backend.inspect(name)).id).toBe(run.container);
      expect(run.container).not.toBe(first.id);

      // `up` leaves jobs alone, `down` takes their containers along.
      const summary = await up(backend, project);
      expect(summary).toMatchObject({ ok: true, warnings: [] });
      expect(summary.rows.map((row) => row.name)).toEqual(['db', 'web']);
      const released = await down(backend, { projectName: stack.name, project });
      expect(released).toMatchObject({ ok: true, warnings: [] });
      expect(await names()).toEqual([]);
    });

    test('a job that runs is stopped when its server is', { timeout: 60_000 }, async () => {
      const bench = benchHere();
      if (bench === undefined) return;
      const { backend, image } = bench;
      await using stack = new Stack(bench);
      const project = await stack.load({
        services: {},
        jobs: { long: { image, command: stays, stop_grace_period: '1s', triggers: { manual: true } } },
      });
      const job = project.jobs.long;
      if (job === undefined) throw new Error('the job is gone');
      const closing = new AbortController();
      const run = runJob(backend, project, job, {
        signal: closing.signal,
        onProgress: (progress) => {
          if (progress.kind === 'step' && progress.step.kind === 'container' && progress.state === 'ready')
            setImmediate(() => closing.abort());
        },
      });
      await expect(run).rejects.toMatchObject({ code: 'CANCELLED' });
      expect((await stack.containers()).map(({ status }) => status)).toEqual(['exited']);
    });
  },
);
