import type { BootRow } from '../../boot/index.ts';
import { isWherryError, type WherryError } from '../../core/errors.ts';
import { formatDuration } from '../../core/units.ts';

/** Why a service is not up, in docker compose's words, which scripts look for. */
export function composeFailure(
  { name, required }: Pick<BootRow, 'name' | 'required'>,
  error: WherryError,
): string {
  const root = rootOf(error);
  const reason = reasonOf(root);
  if (!required) return `optional dependency "${name}" failed to start: ${reason}`;
  return root === error ? reason : `dependency failed to start: ${reason}`;
}

/** The failure that all others come from. */
function rootOf(error: WherryError): WherryError {
  return error.code === 'DEPENDENCY' && isWherryError(error.cause) ? rootOf(error.cause) : error;
}

function reasonOf({ code, message, details }: WherryError): string {
  const { container, exitCode, timeout } = details;
  if (code === 'TIMEOUT' && container !== undefined && typeof timeout === 'number')
    return `application not healthy after ${formatDuration(timeout)}`;
  if (code === 'EXIT' && typeof exitCode === 'number') return `container ${container} exited (${exitCode})`;
  return code === 'UNHEALTHY' && container !== undefined ? `container ${container} is unhealthy` : message;
}
