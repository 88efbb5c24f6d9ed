import type { Backend } from '../core/backend.ts';
import { isWherryError } from '../core/errors.ts';
import { formatDuration, parseDuration } from '../core/units.ts';
import { EngineWatch } from '../health/index.ts';
import { exitCode } from './exit-codes.ts';
import { reportFault } from './fault.ts';
import type { Interrupts } from './interrupts.ts';
import type { Output } from './output/output.ts';
import { took } from './output/time.ts';
import { t } from './text.ts';
import { usage } from './usage.ts';

/** ms that an engine may be silent while a command works with it. */
const defaultLimit = 30_000;
/** ms for a command to clean up when its engine is lost; what it still asks of it has no answer. */
const cleaningUp = 3000;

interface WatchedCommand {
  interrupts: Interrupts;
  output: Output;
  /** It goes on however long the engine is away. */
  isPatient: boolean;
  env: Readonly<Record<string, string | undefined>>;
}

/** Tells on stderr when the engine of a command is silent and when it is back, and ends the command when it stays so. */
export function watchEngine(backend: Backend, command: WatchedCommand): Disposable {
  const { interrupts, output, isPatient, env } = command;
  const limit = isPatient ? undefined : limitOf(env.WHERRY_ENGINE_TIMEOUT);
  let exit: NodeJS.Timeout | undefined;
  const watch = new EngineWatch(backend, {
    limit,
    onSilent: ({ since, reason }) => {
      const values = { address: backend.address, time: since.toTimeString().slice(0, 8) };
      const why =
        isWherryError(reason) && reason.code !== 'TIMEOUT'
          ? t('silence.why', { reason: reason.message })
          : '';
      const until =
        limit === undefined ? t('silence.forEver') : t('silence.until', { time: formatDuration(limit) });
      output.interject(
        `${output.paintNote('yellow', t('warning'))} ${t('silence.began', values)}${why}; ${until}`,
      );
    },
    onBack: ({ since }) => {
      const time = took(Date.now() - since.getTime());
      output.interject(t('silence.ended', { address: backend.address, time }));
    },
    onLost: (error) => {
      interrupts.fail(error);
      exit = setTimeout(() => {
        reportFault(error, output, { debug: false });
        process.exit(exitCode.failure);
      }, cleaningUp);
    },
  });
  return {
    [Symbol.dispose]: () => {
      clearTimeout(exit);
      watch[Symbol.dispose]();
    },
  };
}

/** ms; undefined where `0` asks for no limit. */
export function limitOf(text: string | undefined): number | undefined {
  if (text === undefined || text === '') return defaultLimit;
  const limit = parseDuration(text);
  if (limit < 0) throw usage(t('silence.badLimit', { text }));
  return limit === 0 ? undefined : limit;
}
