import type { DiskUse, DiskUseRow } from '../../core/backend.ts';
import type { CallOptions } from '../../core/image.ts';
import type { Query } from '../../transport/query.ts';
import type { EngineConnection } from './connection.ts';
import { inTurn } from './turn.ts';
import { againWhenVanished } from './vanished.ts';
import type { VolumeRecord } from './volumes.ts';

/** `GET /system/df` up to API 1.51, and of Podman. Newer engines answer with {@link UsageRecord}s alone. */
export interface DiskUseRecord {
  LayersSize?: number;
  Images?: readonly DiskImage[] | null;
  Containers?: readonly { SizeRw?: number; State?: string }[] | null;
  Volumes?: readonly VolumeRecord[] | null;
  BuildCache?: readonly { Size?: number; InUse?: boolean; Shared?: boolean }[] | null;
  ImageUsage?: UsageRecord;
  ContainerUsage?: UsageRecord;
  VolumeUsage?: UsageRecord & { Items?: readonly VolumeRecord[] };
  BuildCacheUsage?: UsageRecord;
}

interface DiskImage {
  Id: string;
  Size?: number;
  SharedSize?: number;
  Containers?: number;
}

/** From API 1.52 on; figures that are zero are left out. */
interface UsageRecord {
  ActiveCount?: number;
  TotalCount?: number;
  Reclaimable?: number;
  TotalSize?: number;
}

/** Bytes on disk by kind, counted as `docker system df` counts them. */
export async function diskUse(connection: EngineConnection, options: CallOptions = {}): Promise<DiskUse> {
  return diskUseRows(await diskUseRecord(connection, options));
}

/** The engine's own answer. */
export async function diskUseRecord(
  connection: EngineConnection,
  options: CallOptions & { query?: Query | undefined } = {},
): Promise<DiskUseRecord> {
  const { query, signal } = options;
  const walk = () => connection.json<DiskUseRecord>({ path: '/system/df', query, signal });
  return inTurn(() => againWhenVanished(walk), signal);
}

export function diskUseRows(record: DiskUseRecord): DiskUse {
  return {
    images: record.ImageUsage ? usageRow(record.ImageUsage) : imagesRow(record),
    containers: record.ContainerUsage ? usageRow(record.ContainerUsage) : containersRow(record),
    volumes: record.VolumeUsage ? usageRow(record.VolumeUsage) : volumesRow(record),
    buildCache: record.BuildCacheUsage ? usageRow(record.BuildCacheUsage) : buildCacheRow(record),
  };
}

function usageRow(usage: UsageRecord): DiskUseRow {
  return {
    count: usage.TotalCount ?? 0,
    active: usage.ActiveCount ?? 0,
    size: usage.TotalSize ?? 0,
    reclaimable: usage.Reclaimable ?? 0,
  };
}

function imagesRow({ Images, LayersSize = 0 }: DiskUseRecord): DiskUseRow {
  // Podman has a row for each name of an image.
  const images = [...new Map((Images ?? []).map((image) => [image.Id, image])).values()];
  const used = images.filter((image) => (image.Containers ?? 0) > 0);
  const own = (image: DiskImage): number =>
    Math.max(0, (image.Size ?? 0) - Math.max(0, image.SharedSize ?? 0));
  // Podman 4 does not sum its layers up.
  const size = LayersSize > 0 ? LayersSize : sum(images.map(own)) + Math.max(0, ...images.map(shared));
  return {
    count: images.length,
    active: used.length,
    size,
    reclaimable: Math.max(0, size - sum(used.map(own))),
  };
}

function shared(image: DiskImage): number {
  return Math.max(0, image.SharedSize ?? 0);
}

function containersRow({ Containers }: DiskUseRecord): DiskUseRow {
  const containers = Containers ?? [];
  const isActive = ({ State = '' }: { State?: string }): boolean =>
    ['running', 'paused', 'restarting'].includes(State.toLowerCase());
  const sizeOf = ({ SizeRw = 0 }: { SizeRw?: number }): number => SizeRw;
  return {
    count: containers.length,
    active: containers.filter(isActive).length,
    size: sum(containers.map(sizeOf)),
    reclaimable: sum(containers.filter((container) => !isActive(container)).map(sizeOf)),
  };
}

function volumesRow({ Volumes }: DiskUseRecord): DiskUseRow {
  const volumes = Volumes ?? [];
  const sizeOf = (volume: VolumeRecord): number => Math.max(0, volume.UsageData?.Size ?? 0);
  const isUnused = (volume: VolumeRecord): boolean => volume.UsageData?.RefCount === 0;
  return {
    count: volumes.length,
    active: volumes.filter((volume) => !isUnused(volume)).length,
    size: sum(volumes.map(sizeOf)),
    reclaimable: sum(volumes.filter(isUnused).map(sizeOf)),
  };
}

function buildCacheRow({ BuildCache }: DiskUseRecord): DiskUseRow {
  const entries = BuildCache ?? [];
  // What is shared is counted with the images.
  const own = entries.filter((entry) => entry.Shared !== true);
  return {
    count: entries.length,
    active: entries.filter((entry) => entry.InUse === true).length,
    size: sum(own.map((entry) => entry.Size ?? 0)),
    reclaimable: sum(own.filter((entry) => entry.InUse !== true).map((entry) => entry.Size ?? 0)),
  };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
