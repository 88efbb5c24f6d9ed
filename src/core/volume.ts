import type { CallOptions } from './image.ts';

export interface VolumeSpec {
  /** Default: the engine chooses. */
  name?: string;
  /** Default: `local`. */
  driver?: string;
  driverOpts?: Readonly<Record<string, string>>;
  labels?: Readonly<Record<string, string>>;
}

export interface VolumeInfo {
  name: string;
  driver: string;
  mountpoint: string | null;
  scope: string;
  labels: Readonly<Record<string, string>>;
  driverOpts: Readonly<Record<string, string>>;
  createdAt: Date | null;
}

/** Named volumes of an engine. */
export interface Volumes {
  create(spec: VolumeSpec, options?: CallOptions): Promise<VolumeInfo>;
  inspect(name: string, options?: CallOptions): Promise<VolumeInfo>;
  list(options?: CallOptions & { labels?: readonly string[] }): Promise<readonly VolumeInfo[]>;
  remove(name: string, options?: CallOptions & { force?: boolean }): Promise<void>;
}
