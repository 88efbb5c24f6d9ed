import type { EventBus } from '../../core/event-bus.ts';
import type { Invocation } from '../declaration.ts';
import { placed } from '../isolation.ts';
import { bootProgress } from '../output/boot-progress.ts';
import { ProgressBoard } from '../output/progress-board.ts';
import { parallelOf } from '../parallel.ts';
import { requireProject } from '../scope.ts';
import { t } from '../text.ts';
import { usage } from '../usage.ts';
import type { ServeOptions } from './serve.ts';

/** Brings up the services whose ports are not to be held; those that they depend on get the ports that a held one has. */
export async function bringUpOthers(
  { context, words }: Invocation<ServeOptions>,
  events: EventBus,
): Promise<void> {
  if (words.length > 0) throw usage(t('serve.upIsAll'));
  const { project } = await placed(context, await requireProject(context));
  const backend = await context.backend();
  const boot = await import('../../boot/index.ts');
  const held = boot.servedServices(project);
  const services = Object.keys(project.services).filter((name) => !held.includes(name));
  if (services.length === 0) return;
  using board = new ProgressBoard(context.output);
  const summary = await boot.up(backend, boot.behindProxy(project, held), {
    services,
    events,
    parallel: parallelOf(context, project.environment),
    signal: context.signal,
    onProgress: bootProgress(board, project.name),
  });
  boot.assertBooted(summary);
}
