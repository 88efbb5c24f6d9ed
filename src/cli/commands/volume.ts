import type { Backend } from '../../core/backend.ts';
import type { VolumeInfo } from '../../core/volume.ts';
import type { Context } from '../context.ts';
import type { Invocation } from '../declaration.ts';
import { type Filter, valuesOf } from '../filters.ts';
import { isPlainTable, printRows } from '../format/print-rows.ts';
import { volumeRows } from '../format/volume-rows.ts';
import { requireProjectName } from '../scope.ts';
import { findTargets } from '../targets.ts';
import { t } from '../text.ts';
import { unsupportedFacet } from '../unsupported.ts';
import { pairsOf } from '../values.ts';
import { labelFilter } from './network.ts';
import { removeEach } from './remove-each.ts';

export interface VolumeLsOptions {
  namesOnly: boolean;
  format: string | undefined;
  filter: readonly Filter[];
}

/** Lists the volumes of the engine, or those of the project and in it of services. */
export async function volumeLs({ context, words, options }: Invocation<VolumeLsOptions>): Promise<undefined> {
  const { output, signal } = context;
  const labels = await labelFilter(context, options.filter);
  const rows = await (await volumes(context)).list({ signal, ...(labels.length > 0 ? { labels } : {}) });
  const names = valuesOf(options.filter, 'name');
  const used = words.length === 0 ? undefined : await volumesOfServices(context, words);
  const sorted = rows
    .filter(({ name }) => (names.length === 0 || names.includes(name)) && used?.has(name) !== false)
    .sort((a, b) => a.name.localeCompare(b.name));
  if (options.namesOnly) for (const row of sorted) output.line(row.name);
  else if (!isPlainTable(options.format)) printRows(output, volumeRows(sorted), options.format);
  else {
    output.list<VolumeInfo>(
      [
        { title: t('column.driver'), value: (row) => row.driver },
        { title: t('column.volumeName'), value: (row) => row.name },
      ],
      sorted,
      (row) => row,
    );
  }
}

/** Names of the volumes that the containers of services have, one-off ones too. */
async function volumesOfServices(
  context: Context,
  services: readonly string[],
): Promise<ReadonlySet<string>> {
  await requireProjectName(context);
  const backend = await context.backend();
  const targets = await findTargets(context, services, { oneOff: true });
  const specs = targets.map(async ({ id }) => (await backend.inspect(id, { signal: context.signal })).spec);
  const mounts = (await Promise.all(specs)).flatMap(({ volumes: mounted = [] }) => mounted);
  return new Set(mounts.flatMap((mount) => (mount.type === 'volume' && mount.source ? [mount.source] : [])));
}

export interface VolumeCreateOptions {
  driver: string | undefined;
  driverOpt: readonly string[];
  label: readonly string[];
}

/** Creates a volume. */
export async function volumeCreate({
  context,
  words,
  options,
}: Invocation<VolumeCreateOptions>): Promise<undefined> {
  const { output, signal } = context;
  const [name] = words;
  const made = await (await volumes(context)).create(
    {
      ...(name === undefined ? {} : { name }),
      ...(options.driver === undefined ? {} : { driver: options.driver }),
      driverOpts: pairsOf(options.driverOpt),
      labels: pairsOf(options.label),
    },
    { signal },
  );
  if (output.json) output.value(made);
  else output.line(made.name);
}

export interface VolumeRmOptions {
  force: boolean;
}

/** Removes volumes. */
export async function volumeRm({ context, words, options }: Invocation<VolumeRmOptions>): Promise<number> {
  const facet = await volumes(context);
  return removeEach(context, words, (name) => facet.remove(name, { ...options, signal: context.signal }));
}

/** All that is known of volumes. */
export async function volumeInspect({
  context,
  words,
}: Invocation<Record<never, never>>): Promise<undefined> {
  const { output, signal } = context;
  const facet = await volumes(context);
  output.value(await Promise.all(words.map((name) => facet.inspect(name, { signal }))));
}

async function volumes(context: Context): Promise<NonNullable<Backend['volumes']>> {
  const backend = await context.backend();
  return backend.volumes ?? unsupportedFacet(backend, 'volumes');
}
