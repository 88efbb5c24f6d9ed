import { commandFiles } from '../compose/node-files.ts';
import { WherryError } from '../core/errors.ts';
import { consoleLogger } from '../core/logger.ts';
import type { Role } from './compose-role.ts';
import { createContext } from './create-context.ts';
import { exitCode, exitCodeOf } from './exit-codes.ts';
import { reportFault } from './fault.ts';
import type { GlobalOptions } from './globals.ts';
import { Interrupts } from './interrupts.ts';
import { Output } from './output/output.ts';
import { type Presentation, presentationOf } from './output/presentation.ts';
import { withEnvFile } from './output/presentation-file.ts';
import { checkWords, parseCommand, parsePrefix } from './parser.ts';
import { findCommand } from './table/index.ts';
import { t } from './text.ts';

/** Runs one command line to its end; resolves to the exit code when all output has left, and never rejects. */
export async function runCommandLine(
  argv: readonly string[],
  options: { role: Role } = { role: 'wherry' },
): Promise<number> {
  const interrupts = new Interrupts();
  interrupts.listen();
  const { DOCKER_CLI_PLUGIN_SOCKET: pluginSocket } = process.env;
  if (options.role === 'compose' && pluginSocket)
    (await import('./plugin-socket.ts')).watchPluginSocket(pluginSocket, () => interrupts.interrupt());
  let lost: NodeJS.ErrnoException | undefined;
  const onError = (error: NodeJS.ErrnoException): void => {
    // A reader that went away wants no more; a disk that is full is a failure.
    if (error.code !== 'EPIPE') lost ??= error;
    interrupts.abort();
  };
  process.stdout.on('error', onError);
  process.stderr.on('error', onError);
  const code = await runCommand(argv, interrupts, options.role);
  const output = outputFor(spokenGlobals(argv), unadorned);
  await output.flushed(interrupts.signal);
  // Streams tell of an error a moment after the write.
  await new Promise((resolve) => setImmediate(resolve));
  if (lost === undefined) return code;
  reportFault(lostOutput(lost), output, { debug: argv.includes('--debug') });
  return exitCode.failure;
}

async function runCommand(argv: readonly string[], interrupts: Interrupts, role: Role): Promise<number> {
  let globals: GlobalOptions | undefined;
  let context: Awaited<ReturnType<typeof createContext>> | undefined;
  try {
    const prefix = await parsePrefix(argv);
    globals = prefix.globals;
    const found = findCommand(prefix.rest);
    if (found === undefined || found.kind === 'group' || globals.help) {
      const { showHelp } = await import('./help.ts');
      return showHelp(found, outputFor(globals, presentationOf(globals, process.env, role)));
    }
    const parsed = await parseCommand(found.command, found.rest, globals);
    globals = parsed.globals;
    const files = commandFiles();
    const said = await withEnvFile(globals, process.env, files);
    const output = outputFor(globals, presentationOf(globals, said, role));
    if (globals.help) {
      const { showHelp } = await import('./help.ts');
      return showHelp(found, output);
    }
    checkWords(found.command, parsed.words);
    const logger = consoleLogger({ level: globals.debug ? 'debug' : 'warn' });
    const { outlivesEngine } = found.command;
    context = createContext({ globals, role, output, interrupts, logger, files, outlivesEngine });
    const run = await found.command.load();
    const code = await run({ context, words: parsed.words, options: parsed.options });
    if (interrupts.failure !== undefined) throw interrupts.failure;
    return code ?? interrupts.exitCode ?? exitCode.success;
  } catch (thrown) {
    const error = interrupts.failure ?? thrown;
    if (interrupts.signal.aborted && interrupts.failure === undefined)
      return interrupts.exitCode ?? exitCode.success;
    reportFault(error, outputFor(globals ?? spokenGlobals(argv), presentationAt(globals)), {
      debug: globals?.debug ?? argv.includes('--debug'),
    });
    return exitCodeOf(error, role);
  } finally {
    await context?.close();
  }
}

function lostOutput(cause: NodeJS.ErrnoException): WherryError {
  const code = cause.code === 'ENOSPC' || cause.code === 'EDQUOT' ? 'NO_SPACE' : 'INVALID';
  return new WherryError(code, t('output.lost'), { hint: t('output.lostFix'), cause });
}

type Spoken = Pick<GlobalOptions, 'json' | 'quiet' | 'noColor'>;

/** What of the global options matters for an error when the command line could not be read. */
function spokenGlobals(argv: readonly string[]): Spoken {
  return { json: argv.includes('--json'), quiet: false, noColor: argv.includes('--no-color') };
}

const unadorned: Presentation = { ansi: 'auto', progress: 'auto', remarks: 'stderr', words: 'wherry' };

/** The presentation for an error, which may be about the presentation itself. */
function presentationAt(globals: GlobalOptions | undefined): Presentation {
  try {
    return globals === undefined ? unadorned : presentationOf(globals, process.env);
  } catch {
    return unadorned;
  }
}

function outputFor({ json, quiet, noColor }: Spoken, presentation: Presentation): Output {
  const { stdout, stderr, env } = process;
  return new Output({ stdout, stderr, env, json, quiet, noColor, presentation });
}
