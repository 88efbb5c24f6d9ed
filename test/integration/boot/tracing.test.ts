import { SpanStatusCode } from '@opentelemetry/api';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { BootManager, newEndpoint, up } from '../../../src/boot/index.ts';
import { HealthChecker } from '../../../src/health/index.ts';
import { SpanRecorder } from '../../../src/tracing/recorder.test-support.ts';
import { labEngines } from '../../lab/engines.ts';
import { type Bench, benchOn, Stack, stays } from './stack.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });
const { engines } = await labEngines();

describe.each(['docker-20.10', 'podman-4.3'])('traces on %s', (id) => {
  const isThere = engines.some((engine) => engine.id === id);

  describe.skipIf(!isThere)(isThere ? 'it is there' : 'SKIPPED, the lab does not have it', () => {
    let bench: Bench;
    beforeAll(async () => {
      const opened = await benchOn(id);
      if (opened === undefined) throw new Error(`the lab has no ${id}`);
      bench = opened;
    });
    afterAll(() => bench?.backend[Symbol.asyncDispose]());

    test('a boot has creates and health gates within it', async () => {
      await using stack = new Stack(bench);
      const project = await stack.load({
        services: {
          db: { command: stays, healthcheck: { test: ['CMD', 'true'], interval: '200ms' } },
          web: { command: stays, depends_on: { db: { condition: 'service_healthy' } } },
        },
      });
      using recorder = new SpanRecorder();
      const summary = await up(bench.backend, project, { wait: true });
      expect(summary.ok).toBe(true);
      const seen = recorder.spans.map((span) => `${span.name} in ${recorder.parentOf(span)}`);
      expect(seen.toSorted()).toEqual(['boot in null', 'create in boot', 'create in boot', 'health in boot']);
      const { attributes } = recorder.spans.find(({ name }) => name === 'health') ?? {};
      expect(attributes).toMatchObject({ 'container.name': `${stack.name}-db-1` });
      const created = recorder.spans.filter(({ name }) => name === 'create').map((span) => span.attributes);
      const containers = await stack.containers();
      expect(created.map((facts) => facts['container.id']).toSorted()).toEqual(
        containers.map((container) => container.id).toSorted(),
      );
      expect(recorder.spans.every(({ status }) => status.code === SpanStatusCode.UNSET)).toBe(true);
    });

    test('a pull that fails is an error, and so is the boot that needs it', async () => {
      await using stack = new Stack(bench);
      // Nobody listens there.
      const image = '127.0.0.1:1/wherry/none:1';
      const project = await stack.load({ services: { web: { image, command: stays } } });
      using recorder = new SpanRecorder();
      const summary = await up(bench.backend, project);
      expect(summary.ok).toBe(false);
      const named = (name: string): unknown => {
        const span = recorder.spans.find((one) => one.name === name);
        return (
          span && { parent: recorder.parentOf(span), status: span.status.code, attributes: span.attributes }
        );
      };
      expect(named('pull')).toEqual({
        parent: 'boot',
        status: SpanStatusCode.ERROR,
        attributes: { 'container.image.name': image, 'error.type': 'IMAGE_PULL' },
      });
      expect(named('boot')).toMatchObject({ parent: null, status: SpanStatusCode.ERROR });
    });

    test('endpoints are checked within the boot; an unhealthy one is an error', async () => {
      using recorder = new SpanRecorder();
      const endpoint = newEndpoint()
        .withHost('127.0.0.1')
        .withPort(1)
        .withHealthType('tcp')
        .withRemote(true)
        .withRequired(true);
      const manager = new BootManager({ away: endpoint.withRetryCount(0).withTimeout(2000).build() });
      await expect(manager.bootAll()).rejects.toMatchObject({ code: 'UNHEALTHY' });
      const checker = new HealthChecker();
      await checker.check({ kind: 'custom', name: 'fine', check: async () => undefined });
      const seen = recorder.spans.map((span) => [span.name, recorder.parentOf(span), span.status.code]);
      expect(seen).toEqual([
        ['health', 'boot', SpanStatusCode.ERROR],
        ['boot', null, SpanStatusCode.ERROR],
        ['health', null, SpanStatusCode.UNSET],
      ]);
    });
  });
});
