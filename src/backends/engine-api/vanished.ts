import { isWherryError } from '../../core/errors.ts';

const ATTEMPTS = 10;

/**
 * Repeats a walk over everything that the engine holds when it fails because something was removed meanwhile, as
 * Podman's do. Docker's skip what is gone.
 */
export async function againWhenVanished<T>(walk: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await walk();
    } catch (error) {
      const hasVanished =
        isWherryError(error, 'NOT_FOUND') ||
        (isWherryError(error, 'ENGINE') && /no such|not known|does not exist|not found/i.test(error.message));
      if (attempt === ATTEMPTS || !hasVanished) throw error;
    }
  }
}
