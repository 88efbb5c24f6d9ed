import { isWherryError } from '../core/errors.ts';
import type { Role } from './compose-role.ts';

/** Exit codes of the CLI. A process that wherry ran passes its own on (`run`, `exec`, `wait`). */
export const exitCode: {
  readonly success: 0;
  /** Something failed. */
  readonly failure: 1;
  /** The command line is wrong. */
  readonly usage: 2;
  /** `run`: the container could not be created or started. */
  readonly notRun: 125;
  /** `run`, `exec`: the command cannot be executed. */
  readonly notExecutable: 126;
  /** `run`, `exec`: the command was not found. */
  readonly commandNotFound: 127;
  /** The terminal was closed (SIGHUP). */
  readonly hangup: 129;
  /** Ctrl-C (SIGINT). */
  readonly interrupted: 130;
  /** SIGTERM. */
  readonly terminated: 143;
} = {
  success: 0,
  failure: 1,
  usage: 2,
  notRun: 125,
  notExecutable: 126,
  commandNotFound: 127,
  hangup: 129,
  interrupted: 130,
  terminated: 143,
};

/** The exit code that a failed command ends with; docker compose ends with 1 for a wrong command line too. */
export function exitCodeOf(error: unknown, role: Role = 'wherry'): number {
  if (!isWherryError(error)) return exitCode.failure;
  const { usage, exitCode: told } = error.details;
  if (usage === true) return role === 'compose' ? exitCode.failure : exitCode.usage;
  return error.code === 'EXIT' && typeof told === 'number' ? told : exitCode.failure;
}

/**
 * The exit code of `run` for an error that came before the process did, as `docker run` has it; docker compose has 1 for
 * all of them.
 */
export function exitCodeOfRun(error: unknown, role: Role = 'wherry'): number {
  if (role === 'compose') return exitCode.failure;
  const message = error instanceof Error ? error.message : String(error);
  if (/executable file .*not found|no such file or directory: unknown|stat .*: no such file/i.test(message)) {
    return exitCode.commandNotFound;
  }
  if (
    /permission denied|is a directory|exec format error/i.test(message) &&
    !isWherryError(error, 'PERMISSION')
  ) {
    return exitCode.notExecutable;
  }
  return exitCode.notRun;
}
