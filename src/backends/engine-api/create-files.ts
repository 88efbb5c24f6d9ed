import { posix } from 'node:path';
import type { ContainerSpec, FileMount } from '../../core/spec.ts';
import { packEntries, type TarEntrySource } from '../../transport/tar-pack.ts';
import type { EngineConnection } from './connection.ts';
import { containerPath } from './container-path.ts';
import { mountOver } from './create-mounts.ts';

/** Copies the secrets and configs of `spec` into its created container, with their owners and modes. */
export async function copyFiles(
  connection: EngineConnection,
  id: string,
  spec: ContainerSpec,
  options: { signal?: AbortSignal | undefined },
): Promise<void> {
  const files = [...(spec.secrets ?? []), ...(spec.configs ?? [])];
  for (const [path, group] of byDestination(files, spec)) {
    await connection.call({
      method: 'PUT',
      path: containerPath(id, 'archive'),
      query: { path },
      headers: { 'content-type': 'application/x-tar' },
      body: packEntries(group.map((file) => entryOf(file, path))),
      signal: options.signal,
    });
  }
}

/** With a read-only root the engine copies only to paths on a mount, so that each mount is a destination of its own. */
function byDestination(files: readonly FileMount[], spec: ContainerSpec): Map<string, FileMount[]> {
  const groups = new Map<string, FileMount[]>();
  for (const file of files) {
    const directory = posix.dirname(posix.normalize(file.target));
    const path = spec.readOnly === true ? (mountOver(spec, file.target)?.target ?? directory) : '/';
    groups.set(path, [...(groups.get(path) ?? []), file]);
  }
  return groups;
}

function entryOf(file: FileMount, base: string): TarEntrySource {
  const { content } = file;
  return {
    name: posix.relative(base, posix.normalize(file.target)),
    mode: file.mode ?? 0o444,
    uid: file.uid ?? 0,
    gid: file.gid ?? 0,
    mtime: new Date(),
    content: typeof content === 'string' || content instanceof Uint8Array ? content : content.reveal(),
  };
}
