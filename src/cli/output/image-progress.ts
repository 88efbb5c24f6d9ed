import type { ImageProgress } from '../../core/image.ts';
import { formatBytes } from '../../core/units.ts';
import type { ProgressBoard } from './progress-board.ts';

const finished =
  /^(pull complete|already exists|pushed|layer already exists|mounted from .*|download complete|loaded)$/i;

/** Shows the layers of a pull, push or build on a board. */
export function imageProgress(board: ProgressBoard): (progress: ImageProgress) => void {
  return (progress) => {
    if (progress.kind === 'layer') {
      const { id, status, current, total } = progress;
      const known = current !== null && total !== null && total > 0;
      board.set(`layer ${id}`, {
        label: id,
        state: finished.test(status) ? 'done' : 'working',
        text: known && board.live ? `${status} ${formatBytes(current)} / ${formatBytes(total)}` : status,
        share: known ? current / total : null,
      });
    } else if (progress.kind === 'status') board.log(progress.status);
    else if (progress.kind === 'output') board.log(progress.text.replace(/\n$/, ''));
  };
}
