import { AsyncLocalStorage } from 'node:async_hooks';
import {
  type Context,
  type ContextManager,
  context,
  ROOT_CONTEXT,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { WherryError } from '../core/errors.ts';
import { traced } from './index.ts';

const exporter = new InMemorySpanExporter();

/** What `@opentelemetry/sdk-node` brings with it. */
class AsyncContext implements ContextManager {
  readonly #storage = new AsyncLocalStorage<Context>();

  active(): Context {
    return this.#storage.getStore() ?? ROOT_CONTEXT;
  }

  with<A extends unknown[], F extends (...args: A) => ReturnType<F>>(
    active: Context,
    run: F,
    self?: ThisParameterType<F>,
    ...args: A
  ): ReturnType<F> {
    return this.#storage.run(active, () => run.apply(self as ThisParameterType<F>, args));
  }

  bind<T>(_: Context, target: T): T {
    return target;
  }

  enable(): this {
    return this;
  }

  disable(): this {
    return this;
  }
}

beforeEach(() => {
  exporter.reset();
  trace.setGlobalTracerProvider(
    new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }),
  );
  context.setGlobalContextManager(new AsyncContext());
});

afterEach(() => {
  trace.disable();
  context.disable();
});

test('work is a span with its facts, within the span of its caller', async () => {
  const result = await traced('boot', { 'wherry.project': 'shop', nothing: undefined }, async (span) => {
    await Promise.all([
      traced('create', {}, async () => 1),
      traced('pull', {}, () => traced('inner', {}, async () => 2)),
    ]);
    span.set({ 'container.id': 'abc' });
    return 7;
  });
  expect(result).toBe(7);
  const spans = exporter.getFinishedSpans();
  const idOf = (name: string): string | undefined =>
    spans.find((span) => span.name === name)?.spanContext().spanId;
  expect(spans.map(({ name, parentSpanContext }) => [name, parentSpanContext?.spanId])).toEqual([
    ['create', idOf('boot')],
    ['inner', idOf('pull')],
    ['pull', idOf('boot')],
    ['boot', undefined],
  ]);
  expect(spans.at(-1)?.attributes).toEqual({ 'wherry.project': 'shop', 'container.id': 'abc' });
  expect(spans.every(({ status }) => status.code === SpanStatusCode.UNSET)).toBe(true);
  expect(new Set(spans.map((span) => span.spanContext().traceId)).size).toBe(1);
});

test('an error is the status of the span, and is thrown on as it was', async () => {
  const error = new WherryError('IMAGE_PULL', 'no route');
  await expect(traced('pull', {}, () => Promise.reject(error))).rejects.toBe(error);
  const [span] = exporter.getFinishedSpans();
  expect(span?.status).toEqual({ code: SpanStatusCode.ERROR, message: 'no route' });
  expect(span?.attributes).toEqual({ 'error.type': 'IMAGE_PULL' });
  expect(span?.events.map(({ name }) => name)).toEqual(['exception']);
});

test('work can fail without throwing', async () => {
  await traced('health', {}, async (span) => span.fail('refused'));
  expect(exporter.getFinishedSpans()[0]?.status).toEqual({ code: SpanStatusCode.ERROR, message: 'refused' });
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
  expect(exporter.getFinishedSpans()).toEqual([]);
});
