import type { Invocation } from '../declaration.ts';
import { t } from '../text.ts';
import { usage } from '../usage.ts';
import { carryOut } from './all-projects.ts';
import { projectsBelow } from './discover-projects.ts';
import type { UpOptions } from './up.ts';
import { upPlanOptions } from './up-options.ts';

/** Brings every project below a directory up, in the background. */
export async function upAll({ context, words, options }: Invocation<UpOptions>): Promise<number> {
  const attached = {
    '--abort-on-container-exit': options.abortOnContainerExit,
    '--abort-on-container-failure': options.abortOnContainerFailure,
    '--attach': options.attach.length > 0,
    '--no-attach': options.noAttach.length > 0,
    '--attach-dependencies': options.attachDependencies,
    '--no-deps': options.noDeps,
    '--watch': options.watch,
    '--menu': options.menu,
  };
  const [excluded] = Object.entries(attached).filter(([, given]) => given);
  if (excluded !== undefined) throw usage(t('usage.excludes', { a: '--all', b: excluded[0] }));
  if (options.scale.length > 0) throw usage(t('usage.excludes', { a: '--all', b: '--scale' }));
  if (options.exitCodeFrom !== undefined)
    throw usage(t('usage.excludes', { a: '--all', b: '--exit-code-from' }));
  const { services, scale, noDeps, ...wishes } = upPlanOptions([], options, {
    globals: context.globals,
    environment: context.env,
  });
  const orchestrator = await projectsBelow(context, { words, exclude: options.exclude });
  const { wait, waitTimeout, timeout, noStart } = options;
  return carryOut(context, orchestrator, (onProgress) =>
    orchestrator.startAll({
      ...wishes,
      wait,
      waitTimeout,
      timeout,
      noStart,
      signal: context.signal,
      onProgress,
    }),
  );
}
