import { consoleLogger } from '../core/logger.ts';
import { createContext } from './create-context.ts';
import { exitCode, exitCodeOf } from './exit-codes.ts';
import { reportFault } from './fault.ts';
import type { GlobalOptions } from './globals.ts';
import { Interrupts } from './interrupts.ts';
import { Output } from './output/output.ts';
import { checkWords, parseCommand, parsePrefix } from './parser.ts';
import { findCommand } from './table/index.ts';

/** Runs one command line to its end; resolves to the exit code and never rejects. */
export async function runCommandLine(argv: readonly string[]): Promise<number> {
  const interrupts = new Interrupts();
  interrupts.listen();
  process.stdout.on('error', () => interrupts.abort());
  process.stderr.on('error', () => interrupts.abort());
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
