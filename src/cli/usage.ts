import { WherryError } from '../core/errors.ts';

/** The error for a command line that is wrong; it ends with exit code 2. */
export function usage(message: string, hint?: string): WherryError {
  return new WherryError('INVALID', message, { hint, details: { usage: true } });
}
