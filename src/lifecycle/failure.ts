import { WherryError } from '../core/index.ts';

/** Makes a {@link WherryError} of whatever a hook threw. */
export function asWherryError(thrown: unknown, what: string): WherryError {
  if (thrown instanceof WherryError) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new WherryError('INTERNAL', `${what}: ${message}`, { cause: thrown });
}
