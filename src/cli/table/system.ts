import type { DoctorOptions } from '../commands/doctor.ts';
import type {
  ServiceInstallOptions,
  ServiceUninstallOptions,
  ServiceUnitCommandOptions,
} from '../commands/service.ts';
import type { VersionOptions } from '../commands/version.ts';
import { type AnyCommand, type CommandDeclaration, declare } from '../declaration.ts';

const folder: AnyCommand['arguments'] = [{ name: 'directory', optional: true, complete: 'directory' }];
const serviceOptions: CommandDeclaration<ServiceUnitCommandOptions>['options'] = {
  all: { flags: '--all', about: 'option.serviceAll' },
  user: { flags: '--user', about: 'option.serviceUser' },
  system: { flags: '--system', about: 'option.serviceSystem' },
};

export const systemCommands: readonly AnyCommand[] = [
  declare<DoctorOptions>({
    name: 'doctor',
    group: 'system',
    about: 'command.doctor.about',
    detail: 'command.doctor.detail',
    arguments: [],
    options: { verbose: { flags: '--verbose', about: 'option.doctorVerbose' } },
    load: async () => (await import('../commands/doctor.ts')).doctor,
  }),
  declare<Record<never, never>>({
    name: 'info',
    group: 'system',
    about: 'command.info.about',
    arguments: [],
    options: {},
    load: async () => (await import('../commands/info.ts')).info,
  }),
  declare<VersionOptions>({
    name: 'version',
    group: 'system',
    about: 'command.version.about',
    detail: 'command.version.detail',
    arguments: [],
    options: {
      format: { flags: '-f, --format <form>', about: 'option.versionFormat', choices: ['pretty', 'json'] },
      short: { flags: '--short', about: 'option.versionShort' },
    },
    load: async () => (await import('../commands/version.ts')).version,
  }),
  declare<ServiceInstallOptions>({
    name: 'service install',
    group: 'system',
    about: 'command.serviceInstall.about',
    detail: 'command.serviceInstall.detail',
    arguments: folder,
    options: {
      ...serviceOptions,
      now: { flags: '--now', about: 'option.serviceNow' },
      down: { flags: '--down', about: 'option.serviceDown' },
      serve: { flags: '--serve', about: 'option.serviceServe' },
      print: { flags: '--print', about: 'option.servicePrint' },
    },
    load: async () => (await import('../commands/service.ts')).serviceInstall,
  }),
  declare<ServiceUninstallOptions>({
    name: 'service uninstall',
    group: 'system',
    about: 'command.serviceUninstall.about',
    arguments: folder,
    options: { ...serviceOptions, now: { flags: '--now', about: 'option.serviceStopNow' } },
    load: async () => (await import('../commands/service.ts')).serviceUninstall,
  }),
  declare<ServiceUnitCommandOptions>({
    name: 'service status',
    group: 'system',
    about: 'command.serviceStatus.about',
    arguments: folder,
    options: serviceOptions,
    load: async () => (await import('../commands/service.ts')).serviceStatus,
  }),
  declare<Record<never, never>>({
    name: 'gc',
    group: 'system',
    about: 'command.gc.about',
    detail: 'command.gc.detail',
    arguments: [],
    options: {},
    load: async () => (await import('../commands/gc.ts')).gc,
  }),
  declare<Record<never, never>>({
    name: 'completion',
    group: 'system',
    about: 'command.completion.about',
    detail: 'command.completion.detail',
    arguments: [{ name: 'shell', complete: ['bash', 'zsh', 'fish'] }],
    options: {},
    load: async () => (await import('../commands/completion.ts')).completion,
  }),
  declare<Record<never, never>>({
    name: 'help',
    group: 'system',
    about: 'command.help.about',
    arguments: [{ name: 'command', optional: true, many: true, complete: 'command' }],
    options: {},
    load: async () => (await import('../commands/help.ts')).help,
  }),
  declare<Record<never, never>>({
    name: '__complete',
    group: 'system',
    hidden: true,
    about: 'command.complete.about',
    arguments: [{ name: 'word', optional: true, many: true }],
    options: {},
    load: async () => (await import('../commands/complete.ts')).complete,
  }),
];
