import { access } from 'node:fs/promises';
import { WherryError } from '../../core/errors.ts';
import type { ContainerSpec } from '../../core/spec.ts';

/**
 * Podman makes the directory of a bind mount that is missing, as the old syntax of Docker does. `NOT_FOUND` instead, unless
 * the spec asks for it; only where the engine's files are ours.
 */
export async function checkBindSources(spec: ContainerSpec): Promise<void> {
  for (const [index, mount] of (spec.volumes ?? []).entries()) {
    if (mount.type !== 'bind' || mount.createHostPath === true) continue;
    try {
      await access(mount.source);
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') continue;
      throw new WherryError(
        'NOT_FOUND',
        `volumes[${index}]: bind source path does not exist: ${mount.source}`,
        {
          hint: "create the directory on the engine's host, or set `createHostPath`",
          details: { kind: 'mount source', source: mount.source },
          cause,
        },
      );
    }
  }
}
