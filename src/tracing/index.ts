export { type Span, type SpanFacts, traced } from './traced.ts';
