import type { Invocation } from '../declaration.ts';
import { carryOut } from './all-projects.ts';
import { projectsBelow } from './discover-projects.ts';
import type { DownOptions } from './down.ts';

/** Takes every project below a directory down. */
export async function downAll({ context, words, options }: Invocation<DownOptions>): Promise<number> {
  const { volumes, rmi, timeout, exclude } = options;
  const orchestrator = await projectsBelow(context, { words, exclude });
  return carryOut(context, orchestrator, (onProgress) =>
    orchestrator.stopAll({ volumes, images: rmi, timeout, signal: context.signal, onProgress }),
  );
}
