import type { OnProgress } from '../../boot/index.ts';

/** Reports of a project without the layers of pulls, or the output of builds, where these are not wanted. */
export function quietImages(
  onProgress: OnProgress,
  { quietPull, quietBuild }: { quietPull: boolean; quietBuild: boolean },
): OnProgress {
  return (progress) => {
    const isBuild = progress.kind === 'image' && progress.progress.kind !== 'layer';
    const isPull = progress.kind === 'image' && !isBuild;
    if (!(isBuild && quietBuild) && !(isPull && quietPull)) onProgress(progress);
  };
}
