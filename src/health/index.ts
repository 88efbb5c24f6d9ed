export { deathOf, lastLogLines } from '../core/death.ts';
export type { Check, CheckContext, CheckOutcome } from './check.ts';
export * from './checker.ts';
export * from './engine-watch.ts';
export * from './monitor.ts';
export { delayBefore, type FullRetryPolicy, type RetryPolicy, retryPolicy } from './retry.ts';
export * from './target.ts';
export * from './wait.ts';
