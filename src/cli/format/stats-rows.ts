import type { ContainerStats } from '../../core/container.ts';
import { shortId } from '../output/container-text.ts';
import { binarySize, decimalSize } from '../output/docker-size.ts';
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
    BlockIO: `${decimalSize(one.blockRead)} / ${decimalSize(one.blockWrite)}`,
    CPUPerc: percent(one.cpu),
    Container: one.id,
    ID: options.noTrunc ? one.id : shortId(one.id),
    MemPerc: percent(one.memory === null || !one.memoryLimit ? null : one.memory / one.memoryLimit),
    MemUsage: `${binarySize(one.memory)} / ${binarySize(one.memoryLimit)}`,
    Name: one.name,
    NetIO: `${decimalSize(one.networkRx)} / ${decimalSize(one.networkTx)}`,
    PIDs: one.pids === null ? '--' : String(one.pids),
  }));
  return { rows, titles, fields: Object.keys(titles) };
}

function percent(share: number | null): string {
  return share === null ? '--' : `${(share * 100).toFixed(2)}%`;
}
