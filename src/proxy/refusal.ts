import { isWherryError, WherryError } from '../core/errors.ts';

/** The refusal of a client that is one too many. */
export function tooMany(what: string): WherryError {
  return new WherryError('UNAVAILABLE', what, {
    hint: 'raise the limit, or find out who connects so often',
  });
}

/** Whatever kept a client from the service, as the one error type. */
export function refusal(reason: unknown): WherryError {
  if (isWherryError(reason)) return reason;
  const message = reason instanceof Error ? reason.message : String(reason);
  return new WherryError('INTERNAL', message, { cause: reason });
}
