import type { Invocation } from '../declaration.ts';
import { t } from '../text.ts';

/** Removes what wherry made and whose owner is gone. Compose projects are never touched. */
export async function gc({ context }: Invocation<Record<never, never>>): Promise<undefined> {
  const { output, signal } = context;
  const { dryRun } = context.globals;
  const boot = await import('../../boot/index.ts');
  const report = await boot.gc(await context.backend(), { dryRun, signal });
  if (output.json) {
    output.value(report);
    return;
  }
  for (const [kind, names] of Object.entries(report) as [keyof typeof report, readonly string[]][]) {
    for (const name of names) output.line(`${kind.replace(/s$/, '')} ${name}`);
  }
  const count = Object.values(report).reduce((sum, names) => sum + names.length, 0);
  output.note(dryRun ? t('gc.wouldRemove', { count }) : t('gc.removed', { count }));
}
