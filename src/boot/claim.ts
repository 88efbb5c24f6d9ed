import { WherryError } from '../core/index.ts';
import { lockFile } from '../transport/file-lock.ts';

/**
 * What only one `serve` may do at a time, for this process until disposed. Fails with `CONFLICT` when another one has the
 * file at `path`, whether it works or hangs; one that died has not. `what` says in words what that one does.
 */
export async function claim(path: string, what: string): Promise<AsyncDisposable> {
  const taken = new AbortController();
  let holder = 0;
  const onWait = ({ pid }: { pid: number }): void => {
    holder = pid;
    taken.abort();
  };
  try {
    return await lockFile(path, { signal: taken.signal, onWait });
  } catch (error) {
    if (!taken.signal.aborted) throw error;
    throw new WherryError('CONFLICT', `${what} by another wherry serve, which is process ${holder}`, {
      hint: 'stop that one first',
      details: { pid: holder },
    });
  }
}
