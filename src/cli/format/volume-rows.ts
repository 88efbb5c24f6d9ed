import type { VolumeInfo } from '../../core/volume.ts';
import { pairs } from './container-rows.ts';
import type { Rows } from './print-rows.ts';

const fields: readonly string[] = [
  'Availability',
  'Driver',
  'Group',
  'Labels',
  'Links',
  'Mountpoint',
  'Name',
  'Scope',
  'Size',
  'Status',
];

const titles: Readonly<Record<string, string>> = {
  Name: 'VOLUME NAME',
  Driver: 'DRIVER',
  Scope: 'SCOPE',
  Mountpoint: 'MOUNTPOINT',
  Labels: 'LABELS',
  Links: 'LINKS',
  Size: 'SIZE',
  Group: 'GROUP',
  Availability: 'AVAILABILITY',
  Status: 'STATUS',
};

/** What is known of volumes of a swarm only, or after a count of all use. */
const unknown = { Availability: 'N/A', Group: 'N/A', Links: 'N/A', Size: 'N/A', Status: 'N/A' };

/** Volumes with the fields that docker's `volume ls` has. */
export function volumeRows(volumes: readonly VolumeInfo[]): Rows {
  const rows = volumes.map(({ name, driver, scope, mountpoint, labels }) => ({
    ...unknown,
    Driver: driver,
    Label: (key: unknown) => labels[String(key)] ?? '',
    Labels: pairs(labels),
    Mountpoint: mountpoint ?? '',
    Name: name,
    Scope: scope,
  }));
  return { rows, titles, fields };
}
