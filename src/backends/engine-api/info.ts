import type { EngineInfo } from '../../core/backend.ts';
import type { BackendType } from '../../core/config.ts';
import type { CallOptions } from '../../core/image.ts';
import type { EngineConnection } from './connection.ts';
import { canonicalArchitecture } from './platform.ts';

/** `GET /info`, in so far as we read it. */
interface InfoRecord {
  ServerVersion?: string;
  OSType?: string;
  Architecture?: string;
  KernelVersion?: string;
  NCPU?: number;
  MemTotal?: number;
  CgroupVersion?: string;
  Driver?: string;
  SecurityOptions?: readonly string[] | null;
  Rootless?: boolean;
  Containers?: number;
  ContainersRunning?: number;
  ContainersPaused?: number;
  ContainersStopped?: number;
  Images?: number;
  Warnings?: readonly string[] | null;
}

/** What the engine tells about itself and its machine. */
export async function engineInfo(
  connection: EngineConnection,
  type: BackendType,
  options: CallOptions = {},
): Promise<EngineInfo> {
  const { signal } = options;
  const [record, apiVersion] = await Promise.all([
    connection.json<InfoRecord>({ path: '/info', signal }),
    connection.apiVersion(options),
  ]);
  const { ContainersRunning: running, ContainersPaused: paused, ContainersStopped: stopped } = record;
  return {
    type,
    version: record.ServerVersion ?? '',
    apiVersion,
    os: record.OSType ?? '',
    architecture: canonicalArchitecture(record.Architecture ?? ''),
    kernel: record.KernelVersion || null,
    cpus: record.NCPU || null,
    memory: record.MemTotal || null,
    cgroupVersion: cgroupVersion(record.CgroupVersion),
    rootless:
      record.Rootless === true || (record.SecurityOptions ?? []).some((text) => /name=rootless/.test(text)),
    storageDriver: record.Driver || null,
    containers: running === undefined ? null : { running, paused: paused ?? 0, stopped: stopped ?? 0 },
    images: record.Images ?? null,
    warnings: record.Warnings ?? [],
    raw: record,
  };
}

function cgroupVersion(text: string | undefined): 1 | 2 | null {
  if (text === '1' || text === 'v1') return 1;
  return text === '2' || text === 'v2' ? 2 : null;
}
