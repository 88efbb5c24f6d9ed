import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ContainerSpec, isWherryError, type WherryError } from '../../../src/core/index.ts';
import { HealthChecker, type HealthTarget, waitHealthy } from '../../../src/health/index.ts';
import { Bench, onDocker } from '../docker/engines.ts';

const quick = { initialDelay: 20, maxDelay: 200 };

await onDocker((engine) => {
  let bench: Bench;
  let checker: HealthChecker;
  beforeAll(async () => {
    bench = await Bench.open(engine);
    checker = new HealthChecker({ backend: bench.backend });
  });
  afterAll(() => bench[Symbol.asyncDispose]());

  function shell(script: string, spec: Partial<ContainerSpec> = {}): Promise<string> {
    return bench.start({ entrypoint: ['sh', '-c', script], stopGracePeriod: 0, ...spec });
  }

  /** Waits for something that never comes, on a container that dies. */
  function waitFor(container: string): Promise<unknown> {
    const target: HealthTarget = { kind: 'tcp', port: 1 };
    return waitHealthy(checker, target, { container, policy: { ...quick, deadline: 60_000 } });
  }

  async function failure(wait: Promise<unknown>): Promise<WherryError> {
    const error = await wait.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    if (!isWherryError(error)) throw error ?? new Error('it did not fail');
    return error;
  }

  test('a published port is healthy once the service listens, over TCP and HTTP', async () => {
    const ports = [{ hostIp: '127.0.0.1', target: 80 }];
    const id = await shell(
      'sleep 0.5; mkdir /www; echo ready > /www/index.html; exec httpd -f -p 80 -h /www',
      { ports },
    );
    const port = (await bench.backend.inspect(id)).ports[0]?.published ?? 0;
    const target: HealthTarget = { kind: 'http', url: `http://127.0.0.1:${port}/`, body: 'ready' };
    const tries: boolean[] = [];
    const result = await waitHealthy(checker, target, {
      container: id,
      policy: quick,
      onResult: ({ healthy }) => tries.push(healthy),
    });
    expect(result.healthy).toBe(true);
    expect(tries[0]).toBe(false);
    expect(await checker.check({ kind: 'tcp', port })).toMatchObject({ healthy: true });
  });

  test('a container that dies ends the wait with its exit code and its last 50 lines', async () => {
    const id = await shell('seq 1 60; echo "no such database"; exit 3');
    const error = await failure(waitFor(id));
    expect(error.code).toBe('EXIT');
    expect(error.message).toContain('exited with code 3; its last line: no such database');
    expect(error.details).toMatchObject({ exitCode: 3, oomKilled: false });
    const lines = [...Array.from({ length: 49 }, (_, index) => String(index + 12)), 'no such database'];
    expect(error.details.lastLines).toEqual(lines);
  });

  test('one that dies later ends it as well', async () => {
    const id = await shell('echo up; sleep 1; exit 9');
    await expect(waitFor(id)).rejects.toMatchObject({
      code: 'EXIT',
      details: { exitCode: 9, lastLines: ['up'] },
    });
  });

  test('an OOM kill is told', async () => {
    const memory = 32 * 1024 * 1024;
    const id = await bench.start({
      entrypoint: ['tail', '/dev/zero'],
      resources: { memory, memorySwap: memory },
    });
    await expect(waitFor(id)).rejects.toMatchObject({
      code: 'EXIT',
      details: { exitCode: 137, oomKilled: true },
    });
  });

  test('a restart policy that brings it back keeps the wait going', async () => {
    const script = 'if [ -e /tmp/second ]; then echo serving; exec sleep 3600; fi; touch /tmp/second; exit 1';
    const id = await shell(script, { restart: { name: 'always' } });
    const target: HealthTarget = { kind: 'log', container: id, pattern: 'serving', timeout: 5_000 };
    expect(await waitHealthy(checker, target, { container: id, policy: quick })).toMatchObject({
      healthy: true,
    });
  });

  test('a line in the log, of this run only', async () => {
    const id = await shell('sleep 0.3; echo "server 7 is ready"; exec sleep 3600');
    const ready: HealthTarget = { kind: 'log', container: id, pattern: /server \d+ is ready/ };
    expect(await checker.check(ready)).toMatchObject({
      healthy: true,
      details: { line: 'server 7 is ready' },
    });
    expect(await checker.check({ ...ready, pattern: 'never said', timeout: 2_000 })).toMatchObject({
      healthy: false,
    });
    const quiet = await shell('[ -e /tmp/again ] && exec sleep 3600; touch /tmp/again; echo once');
    await bench.backend.wait(quiet);
    await bench.backend.start(quiet);
    expect(
      await checker.check({ kind: 'log', container: quiet, pattern: 'once', timeout: 2_000 }),
    ).toMatchObject({ healthy: false });
  });

  test('a command in the container, and the engine itself', async () => {
    const healthcheck = { test: ['CMD', 'test', '-e', '/tmp/ok'], interval: 200, retries: 100 };
    const id = await shell('exec sleep 3600', { healthcheck });
    const exec: HealthTarget = { kind: 'exec', container: id, command: ['test', '-e', '/tmp/ok'] };
    const own: HealthTarget = { kind: 'engine', container: id };
    expect(await checker.check(exec)).toMatchObject({ healthy: false, details: { exitCode: 1 } });
    expect(await checker.check(own)).toMatchObject({ healthy: false });
    await bench.backend.execCapture(id, { command: ['touch', '/tmp/ok'] });
    expect(await checker.check(exec)).toMatchObject({ healthy: true });
    expect(await waitHealthy(checker, own, { container: id, policy: quick })).toMatchObject({
      healthy: true,
    });
  });

  test('a deadline tells the last result and the last lines', async () => {
    const id = await shell('echo still starting; exec sleep 3600');
    const target: HealthTarget = { kind: 'tcp', port: 1 };
    await expect(
      waitHealthy(checker, target, { container: id, policy: { ...quick, deadline: 400 } }),
    ).rejects.toMatchObject({
      code: 'UNHEALTHY',
      details: { result: { healthy: false }, lastLines: ['still starting'] },
    });
  });
});
