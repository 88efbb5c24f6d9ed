import { formatBytes } from '../../core/units.ts';
import type { Invocation } from '../declaration.ts';
import { t } from '../text.ts';

/** What the engine says of itself. */
export async function info({ context }: Invocation<Record<never, never>>): Promise<undefined> {
  const { output, signal } = context;
  const backend = await context.backend();
  const found = await backend.info({ signal });
  const { raw: _raw, ...fields } = found;
  if (output.json) {
    output.value({ ...fields, address: backend.address });
    return;
  }
  const { containers } = found;
  const rows: [string, string | null][] = [
    [t('info.engine'), `${found.type} ${found.version}`],
    [t('info.api'), found.apiVersion],
    [t('info.address'), backend.address],
    [t('info.platform'), `${found.os}/${found.architecture}`],
    [t('info.kernel'), found.kernel],
    [t('info.cpus'), found.cpus === null ? null : String(found.cpus)],
    [t('info.memory'), found.memory === null ? null : formatBytes(found.memory)],
    [t('info.cgroup'), found.cgroupVersion === null ? null : `v${found.cgroupVersion}`],
    [t('info.rootless'), found.rootless ? t('answer.yes') : t('answer.no')],
    [t('info.storage'), found.storageDriver],
    [
      t('info.containers'),
      containers === null
        ? null
        : t('info.containerCounts', {
            running: containers.running,
            paused: containers.paused,
            stopped: containers.stopped,
          }),
    ],
    [t('info.images'), found.images === null ? null : String(found.images)],
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  for (const [name, value] of rows) {
    if (value !== null) output.line(`${output.paint('bold', name.padEnd(width))}  ${value}`);
  }
  for (const warning of found.warnings) output.note(`${output.paintNote('yellow', t('warning'))} ${warning}`);
}
