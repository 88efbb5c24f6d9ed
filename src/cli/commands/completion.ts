import { completionScripts, type Shell } from '../completion/scripts.ts';
import type { Invocation } from '../declaration.ts';
import { t } from '../text.ts';
import { usage } from '../usage.ts';

/** Prints the completion script of a shell. */
export async function completion({ context, words }: Invocation<Record<never, never>>): Promise<undefined> {
  const [shell = ''] = words;
  if (!Object.hasOwn(completionScripts, shell))
    throw usage(t('completion.unknown', { shell }), t('completion.unknownFix'));
  context.output.raw(completionScripts[shell as Shell]);
}
