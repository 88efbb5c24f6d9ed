import type { WaitResult } from '../../core/container.ts';
import type { Context } from '../context.ts';
import type { Invocation } from '../declaration.ts';
import { exitCode } from '../exit-codes.ts';
import { requireProjectName } from '../scope.ts';
import { findTargets, noContainer, type Target } from '../targets.ts';
import { t } from '../text.ts';

export interface WaitOptions {
  condition: 'exit' | 'next-exit' | 'removed' | undefined;
  downProject: boolean;
}

/** Waits until containers end and prints their exit codes; the first that is not 0 becomes ours. */
export async function wait({ context, words, options }: Invocation<WaitOptions>): Promise<number> {
  const { output, signal } = context;
  const project = options.downProject ? await requireProjectName(context) : undefined;
  const backend = await context.backend();
  const scope = await context.scope();
  const targets = await findTargets(context, words);
  if (scope.kind === 'project' && targets.length === 0) throw noContainer(scope, words.join(', '));
  const condition = options.condition ?? 'exit';
  const ends = await Promise.all(
    targets.map(async (target) => {
      const end = await backend.wait(target.id, { condition, signal });
      tell(context, target, end);
      return { target, end };
    }),
  );
  if (output.json)
    output.value(ends.map(({ target, end }) => ({ name: target.label, exitCode: end.exitCode })));
  const code = ends.find(({ end }) => end.exitCode !== 0)?.end.exitCode ?? exitCode.success;
  if (project === undefined) return code;
  const { takeDown } = await import('./down.ts');
  const downCode = await takeDown(context, { projectName: project.name, removeOrphans: true, signal });
  return code === exitCode.success ? downCode : code;
}

/** In docker's words, or in those of docker compose. */
function tell({ output }: Context, { id, service }: Target, { exitCode: code }: WaitResult): void {
  if (output.json) return;
  if (service === null) output.line(String(code));
  else output.line(t('wait.ended', { id, code }));
}
