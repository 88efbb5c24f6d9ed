import { asWherryError, type Backend, isWherryError, WherryError } from '../core/index.ts';
import { deathOf, lastLogLines } from '../health/index.ts';

/** The error of what was not done because `dependency` failed first. */
export function dependencyFailed(dependency: string, cause: WherryError): WherryError {
  return new WherryError('DEPENDENCY', `dependency ${dependency} failed: ${cause.message}`, {
    hint: cause.hint,
    details: { dependency },
    cause,
  });
}

/** The error of a container that ended: `EXIT` with exit code, OOM flag and its last 50 log lines in `details`. */
export async function died(backend: Backend, container: { id: string; name: string }): Promise<WherryError> {
  try {
    return await deathOf(backend, container.id);
  } catch (error) {
    if (!isWherryError(error, 'NOT_FOUND')) return asWherryError(error);
    return new WherryError('EXIT', `container ${container.name} was removed while it was waited for`, {
      details: {
        container: container.name,
        id: container.id,
        exitCode: null,
        oomKilled: null,
        lastLines: [],
      },
      cause: error,
    });
  }
}

/** The error of a container that its engine starts again and again: `EXIT` as {@link died} has it, with `details.exits`. */
export async function flapping(
  backend: Backend,
  container: { id: string; name: string },
  { exits, exitCode }: { exits: number; exitCode: number | null },
): Promise<WherryError> {
  const cause = await died(backend, container);
  // Its present run may have written nothing yet.
  const lastLines = await lastLogLines(backend, container.id).catch(() => cause.details.lastLines);
  const last = exitCode === null ? '' : `, the last time with exit code ${exitCode}`;
  return new WherryError(
    'EXIT',
    `container ${container.name} does not stay up: it ended ${exits} times${last}`,
    {
      hint: `see what it wrote: \`wherry logs ${container.name}\``,
      details: { ...cause.details, exits, exitCode: exitCode ?? cause.details.exitCode, lastLines },
      cause,
    },
  );
}

/** The error of a container whose health check failed: `UNHEALTHY` with the check's last output and the last log lines. */
export async function unhealthy(
  backend: Backend,
  container: { id: string; name: string },
): Promise<WherryError> {
  try {
    const [info, lastLines] = await Promise.all([
      backend.inspect(container.id),
      lastLogLines(backend, container.id),
    ]);
    const last = info.healthLog.at(-1);
    const said = last?.output.trim().split('\n').at(-1) ?? '';
    return new WherryError(
      'UNHEALTHY',
      `container ${container.name} is unhealthy${said === '' ? '' : `: ${said}`}`,
      {
        hint: `see what it wrote: \`wherry logs ${container.name}\``,
        details: { container: container.name, id: container.id, result: last ?? null, lastLines },
      },
    );
  } catch (error) {
    return asWherryError(error);
  }
}

/** The error of a container that was to replace another one and was removed again; that one was never stopped. */
export function gaveWay(service: string, cause: WherryError): WherryError {
  const { code, message, details } = cause;
  return new WherryError(
    code,
    `the new container of ${service} gave way to the old one, which stays: ${message}`,
    {
      hint: 'mend what is new about it and bring it up again',
      details,
      cause,
    },
  );
}

/** The error of a gate that was not passed in time: `TIMEOUT` with the last log lines. */
export async function late(
  backend: Backend,
  container: { id: string; name: string },
  wanted: string,
  timeout: number,
  found?: string,
): Promise<WherryError> {
  const lastLines = await lastLogLines(backend, container.id).catch(() => []);
  const why = found === undefined ? '' : `: ${found}`;
  return new WherryError(
    'TIMEOUT',
    `container ${container.name} is not ${wanted} after ${timeout} ms${why}`,
    {
      hint: `see what it wrote: \`wherry logs ${container.name}\``,
      details: { container: container.name, id: container.id, timeout, lastLines },
    },
  );
}

/** For calls about what may be gone already. */
export function ignoreGone(error: unknown): undefined {
  if (!isWherryError(error, 'NOT_FOUND')) throw error;
}
