import type { Invocation } from '../declaration.ts';
import { exitCode, exitCodeOfRun } from '../exit-codes.ts';
import { reportFault } from '../fault.ts';
import { findTarget } from '../targets.ts';
import { converse, terminalSize } from '../terminal/converse.ts';
import { t } from '../text.ts';
import { usage } from '../usage.ts';
import { environmentOf } from '../values.ts';

export interface ExecOptions {
  interactive: boolean;
  noInteractive: boolean;
  tty: boolean;
  noTty: boolean;
  detach: boolean;
  environment: readonly string[];
  user: string | undefined;
  workdir: string | undefined;
  privileged: boolean;
  index: number | undefined;
}

/** Runs a command in a container and passes its exit code on. */
export async function exec({ context, words, options }: Invocation<ExecOptions>): Promise<number> {
  const { output, signal } = context;
  const [name = '', ...command] = words;
  const scope = await context.scope();
  const { stdin, tty } = terminalWishes(options, { project: scope.kind === 'project' });
  const target = await findTarget(context, name, options.index, { oneOff: true });
  const backend = await context.backend();
  const env = (scope.kind === 'project' ? scope.project?.environment : undefined) ?? context.env;
  try {
    const child = await backend.exec(target.id, {
      command,
      environment: environmentOf(options.environment, env),
      user: options.user,
      workingDir: options.workdir,
      privileged: options.privileged,
      tty,
      ...(tty ? { size: terminalSize() } : {}),
      stdin,
      detach: options.detach,
      signal,
    });
    if (options.detach) return exitCode.success;
    await converse(child, output, { stdin, tty, signal });
    return (await child.exitCode()) ?? exitCode.failure;
  } catch (error) {
    signal.throwIfAborted();
    const code = exitCodeOfRun(error);
    if (code === exitCode.notRun) throw error;
    reportFault(error, output, context.globals);
    return code;
  }
}

/**
 * Whether stdin is sent and a terminal is wanted. In a project both are the default, the terminal where there is one, as
 * in docker compose; for containers of the engine -i and -t ask for them, as in docker.
 */
export function terminalWishes(
  options: Pick<ExecOptions, 'interactive' | 'noInteractive' | 'tty' | 'noTty' | 'detach'>,
  scope: { project: boolean },
): { stdin: boolean; tty: boolean } {
  if (options.detach) return { stdin: false, tty: options.tty && !options.noTty };
  const isTerminal = process.stdin.isTTY === true;
  const stdin = (options.interactive || scope.project) && !options.noInteractive;
  if (options.noTty) return { stdin, tty: false };
  if (options.tty && stdin && !isTerminal) throw usage(t('terminal.none'), t('terminal.noneFix'));
  return { stdin, tty: options.tty || (scope.project && isTerminal && process.stdout.isTTY === true) };
}
