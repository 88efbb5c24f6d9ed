import { open, readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { type Event, type EventFilter, matches, throwIfAborted, WherryError } from '../core/index.ts';
import { parseEventLine } from './event-line.ts';

export interface ReadHistoryOptions extends EventFilter {
  /** Only what happened then or later. */
  since?: Date | undefined;
  /** Only what happened before. */
  until?: Date | undefined;
  signal?: AbortSignal | undefined;
}

/**
 * The events of a history file and of the older ones beside it, in the order in which they were written. Lines that are no
 * events, such as one that a crash cut off, are passed over. `NOT_FOUND` when there is no such file.
 */
export async function* readHistory(file: string, options: ReadHistoryOptions = {}): AsyncGenerator<Event> {
  const { since, until, signal } = options;
  for (const path of await filesOf(file, since)) {
    for await (const line of lines(path)) {
      throwIfAborted(signal);
      const event = parseEventLine(line);
      if (event === null || !matches(options, event)) continue;
      if ((since !== undefined && event.time < since) || (until !== undefined && event.time >= until))
        continue;
      yield event;
    }
  }
}

/** ms by which the time of a write may be too early: file systems count in ticks, the coarsest ones in 2 s. */
const coarseness = 2000;

/** The oldest first. A file that was written to before `since` for the last time has nothing to say. */
async function filesOf(file: string, since: Date | undefined): Promise<readonly string[]> {
  const directory = dirname(file);
  const name = basename(file);
  const found = (await entriesOf(directory)).flatMap((entry) => {
    if (entry === name) return [{ path: file, age: 0 }];
    const age = entry.startsWith(`${name}.`) ? Number(entry.slice(name.length + 1)) : Number.NaN;
    return Number.isSafeInteger(age) && age > 0 ? [{ path: join(directory, entry), age }] : [];
  });
  if (found.length === 0)
    throw new WherryError('NOT_FOUND', `${file}: there is no such history of events`, {
      hint: '`wherry up` and `wherry serve` write one with --history FILE',
      details: { file },
    });
  const paths = found.sort((a, b) => b.age - a.age).map(({ path }) => path);
  if (since === undefined) return paths;
  const written = await Promise.all(paths.map(async (path) => (await stat(path).catch(() => null))?.mtime));
  return paths.filter((_, index) => (written[index] ?? since).getTime() >= since.getTime() - coarseness);
}

async function entriesOf(directory: string): Promise<readonly string[]> {
  try {
    return await readdir(directory);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

async function* lines(path: string): AsyncGenerator<string> {
  await using file = await open(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'EACCES')
      throw new WherryError('PERMISSION', `${path} may not be read`, { cause: error });
    throw error;
  });
  yield* file.readLines({ encoding: 'utf8' });
}
