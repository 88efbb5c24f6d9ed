import type { Backend } from '../core/backend.ts';
import { WherryError } from '../core/errors.ts';

/** What a checker says: healthy or not, and what it saw. Throwing is the same as not healthy. */
export interface CheckOutcome {
  healthy: boolean;
  message: string;
  details?: Readonly<Record<string, unknown>>;
}

export interface CheckContext {
  /** Fires at the target's time limit and when the caller gave up. */
  signal: AbortSignal;
  /** The engine, for checks of containers. */
  backend: Backend | undefined;
}

/** Probes one target once. */
export type Check<T> = (target: T, context: CheckContext) => Promise<CheckOutcome>;

/** The engine of the context, or `INVALID` when the checker was made without one. */
export function requireBackend(context: CheckContext, kind: string): Backend {
  if (context.backend === undefined) {
    throw new WherryError('INVALID', `a check of kind "${kind}" needs the container's engine`, {
      hint: 'make the checker with `new HealthChecker({ backend })`',
    });
  }
  return context.backend;
}
