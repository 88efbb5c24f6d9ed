import { WherryError } from '../core/errors.ts';
import { consoleLogger } from '../core/logger.ts';
import { createContext } from './create-context.ts';
import { exitCode, exitCodeOf } from './exit-codes.ts';
import { reportFault } from './fault.ts';
import type { GlobalOptions } from './globals.ts';
import { Interrupts } from './interrupts.ts';
import { Output } from './output/output.ts';
import { checkWords, parseCommand, parsePrefix } from './parser.ts';
import { findCommand } from './table/index.ts';
import { t } from './text.ts';

/** Runs one command line to its end; resolves to the exit code when all output has left, and never rejects. */
export async function runCommandLine(argv: readonly string[]): Promise<number> {
  const interrupts = new Interrupts();
  interrupts.listen();
  let lost: NodeJS.ErrnoException | undefined;
  const onError = (error: NodeJS.ErrnoException): void => {
    // A reader that went away wants no more; a disk that is full is a failure.
    if (error.code !== 'EPIPE') lost ??= error;
    interrupts.abort();
  };
  process.stdout.on('error', onError);
  process.stderr.on('error', onError);
  const code = await runCommand(argv, interrupts);
  const output = outputFor(spokenGlobals(argv));
  await output.flushed(interrupts.signal);
  // Streams tell of an error a moment after the write.
  await new Promise((resolve) => setImmediate(resolve));
  if (lost === undefined) return code;
  reportFault(lostOutput(lost), output, { debug: argv.includes('--debug') });
  return exitCode.failure;
}

async function runCommand(argv: readonly string[], interrupts: Interrupts): Promise<number> {
  let globals: GlobalOptions | undefined;
  let context: Awaited<ReturnType<typeof createContext>> | undefined;
  try {
    const prefix = await parsePrefix(argv);
    globals = prefix.globals;
    const found = findCommand(prefix.rest);
    if (found === undefined || found.kind === 'group' || globals.help) {
      const { showHelp } = await import('./help.ts');
      return showHelp(found, outputFor(globals));
    }
    const parsed = await parseCommand(found.command, found.rest, globals);
    globals = parsed.globals;
    const output = outputFor(globals);
    if (globals.help) {
      const { showHelp } = await import('./help.ts');
      return showHelp(found, output);
    }
    checkWords(found.command, parsed.words);
    const logger = consoleLogger({ level: globals.debug ? 'debug' : 'warn' });
    context = createContext({ globals, output, interrupts, logger });
    const run = await found.command.load();
    const code = await run({ context, words: parsed.words, options: parsed.options });
    return code ?? interrupts.exitCode ?? exitCode.success;
  } catch (error) {
    if (interrupts.signal.aborted) return interrupts.exitCode ?? exitCode.success;
    reportFault(error, outputFor(globals ?? spokenGlobals(argv)), {
      debug: globals?.debug ?? argv.includes('--debug'),
    });
    return exitCodeOf(error);
  } finally {
    await context?.close();
  }
}

function lostOutput(cause: NodeJS.ErrnoException): WherryError {
  const code = cause.code === 'ENOSPC' || cause.code === 'EDQUOT' ? 'NO_SPACE' : 'INVALID';
  return new WherryError(code, t('output.lost'), { hint: t('output.lostFix'), cause });
}

/** What of the global options matters for an error when the command line could not be read. */
function spokenGlobals(argv: readonly string[]): Pick<GlobalOptions, 'json' | 'quiet' | 'noColor'> {
  return { json: argv.includes('--json'), quiet: false, noColor: argv.includes('--no-color') };
}

function outputFor(globals: Pick<GlobalOptions, 'json' | 'quiet' | 'noColor'>): Output {
  return new Output({
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    json: globals.json,
    quiet: globals.quiet,
    noColor: globals.noColor,
  });
}
