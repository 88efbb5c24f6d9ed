import type { VolumeCreateOptions, VolumeLsOptions, VolumeRmOptions } from '../commands/volume.ts';
import { type AnyCommand, declare } from '../declaration.ts';
import { filterOption } from '../filters.ts';
import * as shared from './options.ts';

const volumes: AnyCommand['arguments'] = [{ name: 'volume', many: true, complete: 'volume' }];

export const volumeCommands: readonly AnyCommand[] = [
  declare<VolumeLsOptions>({
    name: 'volume ls',
    aliases: ['volumes', 'volume list'],
    group: 'volume',
    about: 'command.volumeLs.about',
    detail: 'command.volumeLs.detail',
    arguments: [{ name: 'service', optional: true, many: true, complete: 'service' }],
    options: {
      namesOnly: { flags: '-q, --quiet', about: 'option.namesOnly' },
      filter: filterOption('label', 'name'),
      format: shared.format,
    },
    load: async () => (await import('../commands/volume.ts')).volumeLs,
  }),
  declare<VolumeCreateOptions>({
    name: 'volume create',
    group: 'volume',
    about: 'command.volumeCreate.about',
    arguments: [{ name: 'name', optional: true }],
    options: {
      driver: { flags: '-d, --driver <driver>', about: 'option.driver' },
      driverOpt: { flags: '-o, --opt <key=value>', about: 'option.driverOpt', many: true },
      label: shared.label,
    },
    load: async () => (await import('../commands/volume.ts')).volumeCreate,
  }),
  declare<VolumeRmOptions>({
    name: 'volume rm',
    aliases: ['volume remove'],
    group: 'volume',
    about: 'command.volumeRm.about',
    arguments: volumes,
    options: { force: shared.force },
    load: async () => (await import('../commands/volume.ts')).volumeRm,
  }),
  declare<Record<never, never>>({
    name: 'volume inspect',
    group: 'volume',
    about: 'command.volumeInspect.about',
    arguments: volumes,
    options: {},
    load: async () => (await import('../commands/volume.ts')).volumeInspect,
  }),
];
