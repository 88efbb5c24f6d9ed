import type { Project } from '../../compose/index.ts';
import type { Invocation } from '../declaration.ts';
import { exitCode } from '../exit-codes.ts';
import { placed } from '../isolation.ts';
import { bootProgress } from '../output/boot-progress.ts';
import { ProgressBoard } from '../output/progress-board.ts';
import { watchLines } from '../output/watch-lines.ts';
import { parallelOf } from '../parallel.ts';
import { requireProject } from '../scope.ts';
import { t } from '../text.ts';
import { usage } from '../usage.ts';
import { showSummary } from './up.ts';

export interface WatchOptions {
  noUp: boolean;
  prune: boolean;
  noPrune: boolean;
}

/** Brings the project up and keeps its containers as its files are, until Ctrl-C, which leaves it running. */
export async function watch({ context, words, options }: Invocation<WatchOptions>): Promise<number> {
  if (options.prune && options.noPrune) throw usage(t('usage.excludes', { a: '--prune', b: '--no-prune' }));
  if (context.globals.dryRun) throw usage(t('dryRun.notThere', { command: 'watch' }));
  const { output, logger, signal } = context;
  const { project } = await placed(context, await requireProject(context, words));
  const services = words.length > 0 ? words : undefined;
  const backend = await context.backend();
  const boot = await import('../../boot/index.ts');
  await boot.checkWatch(project, services);
  if (!options.noUp) {
    using board = new ProgressBoard(output);
    const summary = await boot.up(backend, builtFirst(project), {
      services,
      parallel: parallelOf(context, project.environment),
      signal,
      onProgress: bootProgress(board, project.name),
    });
    board[Symbol.dispose]();
    if (!summary.ok) {
      showSummary(context, summary, project.name);
      return exitCode.failure;
    }
  }
  const onEvent = watchLines(output, (write) => write());
  await boot.watchProject(backend, project, { services, prune: !options.noPrune, onEvent, logger, signal });
  return context.interrupts.exitCode ?? exitCode.success;
}

/** Services that are watched and built start from a new image: files may have changed while nobody watched. */
function builtFirst(project: Project): Project {
  const services = Object.entries(project.services).map(([name, service]): [string, typeof service] => {
    const builds = service.build !== undefined && service.watch.length > 0;
    return [name, builds ? { ...service, pullPolicy: { when: 'build' } } : service];
  });
  return { ...project, services: Object.fromEntries(services) };
}
