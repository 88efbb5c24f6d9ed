import { resolve } from 'node:path';
import { EventBus } from '../core/event-bus.ts';
import type { Context } from './context.ts';

/** Where a command publishes what it does. */
export interface CommandEvents extends AsyncDisposable {
  events: EventBus;
}

/** The lifecycle events of a command, written to `file` when one is given, until it is disposed. */
export async function commandEvents(
  { directory, logger }: Context,
  file: string | undefined,
): Promise<CommandEvents> {
  const events = new EventBus({ logger });
  if (file === undefined) return { events, [Symbol.asyncDispose]: async () => events.close() };
  const { recordHistory } = await import('../history/index.ts');
  const recorder = recordHistory(events, { file: resolve(directory, file), logger });
  return { events, [Symbol.asyncDispose]: () => recorder[Symbol.asyncDispose]() };
}
