import { WherryError } from '../core/index.ts';

/** Makes a {@link WherryError} of whatever a hook threw. */
export function asWherryError(thrown: unknown, what: string): WherryError {
  if (thrown instanceof WherryError) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new WherryError('INTERNAL', `${what}: ${message}`, { cause: thrown });
}

/** The error of a service that needs another one, which failed first. */
export function dependencyFailed(name: string, dependency: string, cause: unknown): WherryError {
  const message = cause instanceof Error ? cause.message : String(cause);
  return new WherryError('DEPENDENCY', `${name} needs ${dependency}, which failed: ${message}`, {
    hint: cause instanceof WherryError ? cause.hint : undefined,
    details: { dependency },
    cause,
  });
}
