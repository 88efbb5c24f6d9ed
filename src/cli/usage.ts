import { isWherryError, WherryError } from '../core/errors.ts';

/** The error for a command line that is wrong; it ends with exit code 2. */
export function usage(message: string, hint?: string): WherryError {
  return new WherryError('INVALID', message, { hint, details: { usage: true } });
}

/** What `read` makes of the options; its `INVALID` becomes the error for a wrong command line. */
export function readOptions<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw isWherryError(error, 'INVALID') ? usage(error.message, error.hint) : error;
  }
}
