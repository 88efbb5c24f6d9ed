import { isWherryError, WherryError } from '../../core/errors.ts';
import type { CallOptions } from '../../core/image.ts';
import type { VolumeInfo, VolumeSpec, Volumes } from '../../core/volume.ts';
import type { EngineConnection } from './connection.ts';
import { labelFilter } from './filters.ts';
import { engineTime } from './status.ts';

/** A volume as the Engine API tells it. */
export interface VolumeRecord {
  Name: string;
  Driver: string;
  Mountpoint?: string;
  Scope?: string;
  CreatedAt?: string;
  Labels?: Readonly<Record<string, string>> | null;
  Options?: Readonly<Record<string, string>> | null;
  /** Only from `/system/df`; -1 is unknown. */
  UsageData?: { Size?: number; RefCount?: number } | null;
}

/** The named volumes of an engine that speaks the Engine API. */
export class EngineVolumes implements Volumes {
  readonly #connection: EngineConnection;

  constructor(connection: EngineConnection) {
    this.#connection = connection;
  }

  /** A volume that is already there as asked for is no error; one with other settings is `ALREADY_EXISTS`. */
  async create(spec: VolumeSpec, options: CallOptions = {}): Promise<VolumeInfo> {
    const { name, driver, driverOpts, labels } = spec;
    if (name === '') throw new WherryError('INVALID', 'a volume cannot be created: its name is empty');
    const record = await this.#connection
      .json<VolumeRecord>({
        method: 'POST',
        path: '/volumes/create',
        json: {
          ...(name === undefined ? {} : { Name: name }),
          ...(driver === undefined ? {} : { Driver: driver }),
          ...(driverOpts === undefined ? {} : { DriverOpts: driverOpts }),
          ...(labels === undefined ? {} : { Labels: labels }),
        },
        signal: options.signal,
      })
      .catch((error: unknown) => {
        if (isWherryError(error, 'CONFLICT', 'ALREADY_EXISTS')) throw differs(spec, error);
        throw error;
      });
    const volume = volumeInfo(record);
    // Engines answer with the volume that is there, whatever was asked for.
    if (!isAsAsked(volume, spec)) throw differs(spec);
    return volume;
  }

  async inspect(name: string, options: CallOptions = {}): Promise<VolumeInfo> {
    if (name === '') throw missing(name);
    const record = await this.#connection.json<VolumeRecord>({
      path: `/volumes/${encodeURIComponent(name)}`,
      signal: options.signal,
    });
    // Podman also takes the beginning of a name.
    if (record.Name !== name) throw missing(name);
    return volumeInfo(record);
  }

  async list(options: CallOptions & { labels?: readonly string[] } = {}): Promise<readonly VolumeInfo[]> {
    const answer = await this.#connection.json<{ Volumes?: readonly VolumeRecord[] | null }>({
      path: '/volumes',
      query: { filters: JSON.stringify(labelFilter(options.labels)) },
      signal: options.signal,
    });
    return (answer.Volumes ?? []).map(volumeInfo);
  }

  /**
   * `CONFLICT` while a container uses it. With `force`, a volume that is not there is no error; the engine is not told,
   * because Podman would remove the containers that use it.
   */
  async remove(name: string, options: CallOptions & { force?: boolean } = {}): Promise<void> {
    const { force = false, signal } = options;
    try {
      await this.inspect(name, options);
    } catch (error) {
      if (force && isWherryError(error, 'NOT_FOUND')) return;
      throw error;
    }
    await this.#connection.call({
      method: 'DELETE',
      path: `/volumes/${encodeURIComponent(name)}`,
      signal,
    });
  }
}

export function volumeInfo(record: VolumeRecord): VolumeInfo {
  return {
    name: record.Name,
    driver: record.Driver,
    mountpoint: record.Mountpoint || null,
    scope: record.Scope || 'local',
    labels: record.Labels ?? {},
    driverOpts: record.Options ?? {},
    createdAt: engineTime(record.CreatedAt),
  };
}

function isAsAsked(volume: VolumeInfo, spec: VolumeSpec): boolean {
  const holds = (
    have: Readonly<Record<string, string>>,
    want: Readonly<Record<string, string>> = {},
  ): boolean => Object.entries(want).every(([key, value]) => have[key] === value);
  return (
    (spec.driver === undefined || spec.driver === volume.driver) &&
    holds(volume.driverOpts, spec.driverOpts) &&
    holds(volume.labels, spec.labels)
  );
}

function differs(spec: VolumeSpec, cause?: unknown): WherryError {
  return new WherryError('ALREADY_EXISTS', `a volume ${spec.name ?? ''} with other settings already exists`, {
    hint: 'choose another name, or use the volume as it is',
    details: { volume: spec.name },
    cause,
  });
}

function missing(name: string): WherryError {
  return new WherryError('NOT_FOUND', `there is no volume ${name}`, { details: { volume: name } });
}
