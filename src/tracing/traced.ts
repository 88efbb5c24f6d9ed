import type { Attributes, Span as OpenTelemetrySpan } from '@opentelemetry/api';
import { asWherryError } from '../core/errors.ts';

/** Facts of a span; those that are undefined are left out. */
export type SpanFacts = Readonly<Record<string, string | number | boolean | undefined>>;

/** A piece of work that is being traced. */
export interface Span {
  /** Adds facts that are known only now. */
  set(facts: SpanFacts): void;
  /** The work ended and failed without throwing. */
  fail(message: string): void;
}

/** Where OpenTelemetry's API keeps what an application registers with it (its `makeGlobal`), for all copies of version 1. */
const registered = Symbol.for('opentelemetry.js.api.1');

const untraced: Span = { set: () => undefined, fail: () => undefined };

/**
 * Runs `work` as a span `name` of OpenTelemetry, within the caller's span. An error becomes the span's status, with its
 * code as `error.type`. In an application without OpenTelemetry it is the plain call.
 */
export async function traced<T>(
  name: string,
  facts: SpanFacts,
  work: (span: Span) => Promise<T>,
): Promise<T> {
  const api = registered in globalThis ? await import('@opentelemetry/api').catch(() => null) : null;
  if (api === null) return work(untraced);
  const { SpanStatusCode, trace } = api;
  return trace
    .getTracer('wherry')
    .startActiveSpan(name, { attributes: attributes(facts) }, async (span: OpenTelemetrySpan) => {
      const fail = (message: string): void => void span.setStatus({ code: SpanStatusCode.ERROR, message });
      try {
        return await work({ set: (more) => void span.setAttributes(attributes(more)), fail });
      } catch (thrown) {
        const error = asWherryError(thrown);
        span.setAttribute('error.type', error.code);
        span.recordException(error);
        fail(error.message);
        throw thrown;
      } finally {
        span.end();
      }
    });
}

function attributes(facts: SpanFacts): Attributes {
  return Object.fromEntries(
    Object.entries(facts).flatMap(([key, value]) => (value === undefined ? [] : [[key, value] as const])),
  );
}
