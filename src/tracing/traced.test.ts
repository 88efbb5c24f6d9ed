import { SpanStatusCode } from '@opentelemetry/api';
import { expect, test } from 'vitest';
import { WherryError } from '../core/errors.ts';
import { traced } from './index.ts';
import { SpanRecorder } from './recorder.test-support.ts';

test('work is a span with its facts, within the span of its caller', async () => {
  using recorder = new SpanRecorder();
  const result = await traced('boot', { 'wherry.project': 'shop', nothing: undefined }, async (span) => {
    await Promise.all([
      traced('create', {}, async () => 1),
      traced('pull', {}, () => traced('inner', {}, async () => 2)),
    ]);
    span.set({ 'container.id': 'abc' });
    return 7;
  });
  expect(result).toBe(7);
  const { spans } = recorder;
  expect(spans.map((span) => [span.name, recorder.parentOf(span)])).toEqual([
    ['create', 'boot'],
    ['inner', 'pull'],
    ['pull', 'boot'],
    ['boot', null],
  ]);
  expect(spans.at(-1)?.attributes).toEqual({ 'wherry.project': 'shop', 'container.id': 'abc' });
  expect(spans.every(({ status }) => status.code === SpanStatusCode.UNSET)).toBe(true);
  expect(new Set(spans.map((span) => span.spanContext().traceId)).size).toBe(1);
});

test('an error is the status of the span, and is thrown on as it was', async () => {
  using recorder = new SpanRecorder();
  const error = new WherryError('IMAGE_PULL', 'no route');
  await expect(traced('pull', {}, () => Promise.reject(error))).rejects.toBe(error);
  const [span] = recorder.spans;
  expect(span?.status).toEqual({ code: SpanStatusCode.ERROR, message: 'no route' });
  expect(span?.attributes).toEqual({ 'error.type': 'IMAGE_PULL' });
  expect(span?.events.map(({ name }) => name)).toEqual(['exception']);
});

test('work can fail without throwing', async () => {
  using recorder = new SpanRecorder();
  await traced('health', {}, async (span) => span.fail('refused'));
  expect(recorder.spans[0]?.status).toEqual({ code: SpanStatusCode.ERROR, message: 'refused' });
});

test('without OpenTelemetry it is the plain call', async () => {
  const key = Symbol.for('opentelemetry.js.api.1');
  const globals = globalThis as { [key]?: unknown };
  const api = globals[key];
  delete globals[key];
  try {
    const order: string[] = [];
    const work = traced('boot', {}, async (span) => {
      span.set({ a: 1 });
      span.fail('x');
      order.push('work');
    });
    order.push('after');
    await work;
    // It began at once: nothing was loaded for it.
    expect(order).toEqual(['work', 'after']);
  } finally {
    globals[key] = api;
  }
});
