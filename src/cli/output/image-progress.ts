import type { ImageProgress } from '../../core/image.ts';
import { formatBytes } from '../../core/units.ts';
import type { ProgressBoard } from './progress-board.ts';

const finished =
  /^(pull complete|already exists|pushed|layer already exists|mounted from .*|download complete|loaded)$/i;

/** Shows the layers, steps and output of a build on a board. */
export function buildProgress(board: ProgressBoard): (progress: ImageProgress) => void {
  const show = imageProgress(board);
  return (progress) => {
    if (board.inComposeWords) tellBuild(board, progress);
    else if (progress.kind === 'status') board.buildLine(progress.status);
    else show(progress);
  };
}

/** Writes steps and output of a build as they come, and transfers when they are over: `naming to … done`. */
export function tellBuild(board: ProgressBoard, progress: ImageProgress): void {
  if (progress.kind === 'status') board.buildLine(progress.status);
  else if (progress.kind === 'output') board.buildLine(progress.text.replace(/\n$/, ''));
  else if (progress.kind === 'layer' && /\bdone$/.test(progress.status))
    board.buildLine(`${progress.id} done`);
}

/** Shows the layers of a pull or push on a board. */
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
    } else if (progress.kind === 'status') {
      // Docker compose says itself that something is pulled, and not where from.
      if (!board.inComposeWords) board.log(progress.status);
    }
    if (progress.kind === 'output') board.buildLine(progress.text.replace(/\n$/, ''));
  };
}
