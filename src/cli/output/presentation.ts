import type { Role } from '../compose-role.ts';
import { t } from '../text.ts';
import { usage } from '../usage.ts';

/** When output may hold escape sequences. */
export type Ansi = 'auto' | 'always' | 'never';
/** How progress is shown; `none` is docker compose's other word for `quiet`. */
export type ProgressForm = 'auto' | 'tty' | 'plain' | 'json' | 'quiet' | 'none';

export const ansiModes: readonly Ansi[] = ['auto', 'always', 'never'];
export const progressForms: readonly ProgressForm[] = ['auto', 'tty', 'plain', 'json', 'quiet', 'none'];

/** How a command shows what it does. */
export interface Presentation {
  ansi: Ansi;
  progress: Exclude<ProgressForm, 'none'>;
  /** Where remarks and progress go. */
  remarks: 'stdout' | 'stderr';
  /** Whose words tell of progress where nobody watches: ours, or docker compose's, in whose place we were called. */
  words: Role;
}

/**
 * What the options say, else `COMPOSE_ANSI`, `COMPOSE_PROGRESS` and `COMPOSE_STATUS_STDOUT`. Fails with `INVALID` for what
 * is not known, and for two that exclude each other.
 */
export function presentationOf(
  options: { ansi: Ansi | undefined; progress: ProgressForm | undefined },
  env: Readonly<Record<string, string | undefined>>,
  role: Role = 'wherry',
): Presentation {
  const ansi = options.ansi ?? fromVariable('COMPOSE_ANSI', ansiModes, env) ?? 'auto';
  const said = options.progress ?? fromVariable('COMPOSE_PROGRESS', progressForms, env) ?? 'auto';
  if (said === 'tty' && ansi === 'never')
    throw usage(t('usage.excludes', { a: '--progress tty', b: '--ansi never' }));
  if (said === 'plain' && ansi === 'always')
    throw usage(t('usage.excludes', { a: '--progress plain', b: '--ansi always' }));
  const progress = said === 'none' ? 'quiet' : said;
  return { ansi, progress, remarks: isOn(env.COMPOSE_STATUS_STDOUT) ? 'stdout' : 'stderr', words: role };
}

/** Whether the text of a variable means yes, as docker compose reads it. */
export function isOn(text: string | undefined): boolean {
  return /^\s*(1|t|true|y)\s*$/i.test(text ?? '');
}

function fromVariable<T extends string>(
  name: string,
  choices: readonly T[],
  env: Readonly<Record<string, string | undefined>>,
): T | undefined {
  const text = env[name];
  if (text === undefined || text === '') return undefined;
  const found = choices.find((choice) => choice === text);
  if (found === undefined)
    throw usage(t('value.notOptionChoice', { option: name, text, names: choices.join(', ') }));
  return found;
}
