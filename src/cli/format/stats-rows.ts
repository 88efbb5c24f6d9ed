import type { ContainerStats } from '../../core/container.ts';
import { shortId } from '../output/container-text.ts';
import type { Rows } from './print-rows.ts';

const titles: Readonly<Record<string, string>> = {
  Container: 'CONTAINER',
  Name: 'NAME',
  ID: 'CONTAINER ID',
  CPUPerc: 'CPU %',
  MemUsage: 'MEM USAGE / LIMIT',
  MemPerc: 'MEM %',
  NetIO: 'NET I/O',
  BlockIO: 'BLOCK I/O',
  PIDs: 'PIDS',
};

/** Figures with the fields that docker's `stats` has; `--` where one is not known. */
export function statsRows(figures: readonly ContainerStats[], options: { noTrunc: boolean }): Rows {
  const rows = figures.map((one) => ({
    BlockIO: `${decimal(one.blockRead)} / ${decimal(one.blockWrite)}`,
    CPUPerc: percent(one.cpu),
    Container: one.id,
    ID: options.noTrunc ? one.id : shortId(one.id),
    MemPerc: percent(one.memory === null || !one.memoryLimit ? null : one.memory / one.memoryLimit),
    MemUsage: `${binary(one.memory)} / ${binary(one.memoryLimit)}`,
    Name: one.name,
    NetIO: `${decimal(one.networkRx)} / ${decimal(one.networkTx)}`,
    PIDs: one.pids === null ? '--' : String(one.pids),
  }));
  return { rows, titles, fields: Object.keys(titles) };
}

function percent(share: number | null): string {
  return share === null ? '--' : `${(share * 100).toFixed(2)}%`;
}

const decimal = (bytes: number | null): string =>
  size(bytes, { base: 1000, digits: 3, units: ['B', 'kB', 'MB', 'GB', 'TB', 'PB'] });
const binary = (bytes: number | null): string =>
  size(bytes, { base: 1024, digits: 4, units: ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'] });

/** Bytes as docker rounds them. */
function size(
  bytes: number | null,
  { base, digits, units }: { base: number; digits: number; units: readonly string[] },
): string {
  if (bytes === null) return '--';
  let value = bytes;
  let unit = 0;
  for (; value >= base && unit < units.length - 1; unit += 1) value /= base;
  return `${Number(value.toPrecision(digits))}${units[unit]}`;
}
