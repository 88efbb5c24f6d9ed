import type { AttachOptions } from '../commands/attach.ts';
import type { CommitOptions } from '../commands/commit.ts';
import type { CpOptions } from '../commands/cp.ts';
import type { EventsOptions } from '../commands/events.ts';
import type { ExecOptions } from '../commands/exec.ts';
import type { ExportOptions } from '../commands/export.ts';
import type { InspectOptions } from '../commands/inspect.ts';
import type { KillOptions } from '../commands/kill.ts';
import type { LogsOptions } from '../commands/logs.ts';
import type { PortOptions } from '../commands/port.ts';
import type { PsOptions } from '../commands/ps.ts';
import type { RestartOptions } from '../commands/restart.ts';
import type { RmOptions } from '../commands/rm.ts';
import type { StartOptions } from '../commands/start.ts';
import type { StatsOptions } from '../commands/stats.ts';
import type { StopOptions } from '../commands/stop.ts';
import type { TopOptions } from '../commands/top.ts';
import type { WaitOptions } from '../commands/wait.ts';
import { type AnyCommand, declare } from '../declaration.ts';
import { filterOption } from '../filters.ts';
import { containerStatuses, lineCount } from '../values.ts';
import * as shared from './options.ts';

const names: AnyCommand['arguments'] = [{ name: 'name', optional: true, many: true, complete: 'container' }];
const oneName: AnyCommand['arguments'] = [{ name: 'name', complete: 'container' }];

export const containerCommands: readonly AnyCommand[] = [
  declare<PsOptions>({
    name: 'ps',
    group: 'container',
    about: 'command.ps.about',
    detail: 'command.ps.detail',
    arguments: names,
    options: {
      all: { flags: '-a, --all', about: 'option.psAll' },
      idsOnly: shared.idsOnly,
      noOrphans: { flags: '--no-orphans', about: 'option.noOrphans' },
      services: { flags: '--services', about: 'option.psServices' },
      noTrunc: { flags: '--no-trunc', about: 'option.noTrunc' },
      format: shared.format,
      filter: filterOption('label', 'name', 'status', 'health'),
      status: { flags: '--status <status>', about: 'option.status', many: true, choices: containerStatuses },
    },
    load: async () => (await import('../commands/ps.ts')).ps,
  }),
  declare<LogsOptions>({
    name: 'logs',
    group: 'container',
    about: 'command.logs.about',
    detail: 'command.logs.detail',
    arguments: names,
    options: {
      follow: { flags: '-f, --follow', about: 'option.follow' },
      tail: { flags: '-n, --tail <lines>', about: 'option.tail', parse: lineCount },
      since: shared.since,
      until: shared.until,
      timestamps: shared.timestamps,
      noPrefix: { flags: '--no-log-prefix', about: 'option.noLogPrefix' },
      index: shared.index,
    },
    load: async () => (await import('../commands/logs.ts')).logs,
  }),
  declare<ExecOptions>({
    name: 'exec',
    group: 'container',
    about: 'command.exec.about',
    detail: 'command.exec.detail',
    arguments: [...oneName, { name: 'command', many: true }],
    passThrough: true,
    options: {
      interactive: shared.interactive,
      noInteractive: shared.noInteractive,
      tty: shared.tty,
      noTty: shared.noTty,
      detach: shared.detach,
      environment: shared.environment,
      user: { flags: '-u, --user <user>', about: 'option.user' },
      workdir: { flags: '-w, --workdir <path>', about: 'option.workdir' },
      privileged: { flags: '--privileged', about: 'option.privileged' },
      index: shared.index,
    },
    load: async () => (await import('../commands/exec.ts')).exec,
  }),
  declare<AttachOptions>({
    name: 'attach',
    group: 'container',
    about: 'command.attach.about',
    arguments: oneName,
    options: {
      noStdin: { flags: '--no-stdin', about: 'option.noStdin' },
      noSignals: { flags: '--no-sig-proxy', about: 'option.noSignals' },
      detachKeys: { flags: '--detach-keys <keys>', about: 'option.detachKeys' },
      index: shared.index,
    },
    load: async () => (await import('../commands/attach.ts')).attach,
  }),
  declare<StartOptions>({
    name: 'start',
    group: 'container',
    about: 'command.start.about',
    arguments: names,
    options: {
      wait: { flags: '--wait', about: 'option.wait' },
      waitTimeout: shared.waitTimeout,
      noEager: shared.noEager,
    },
    load: async () => (await import('../commands/start.ts')).start,
  }),
  declare<StopOptions>({
    name: 'stop',
    group: 'container',
    about: 'command.stop.about',
    arguments: names,
    options: { timeout: shared.stopTimeout },
    load: async () => (await import('../commands/stop.ts')).stop,
  }),
  declare<RestartOptions>({
    name: 'restart',
    group: 'container',
    about: 'command.restart.about',
    arguments: names,
    options: { timeout: shared.stopTimeout, noDeps: { flags: '--no-deps', about: 'option.noDeps' } },
    load: async () => (await import('../commands/restart.ts')).restart,
  }),
  declare<KillOptions>({
    name: 'kill',
    group: 'container',
    about: 'command.kill.about',
    arguments: names,
    options: {
      signal: { flags: '-s, --signal <signal>', about: 'option.signal' },
      removeOrphans: { flags: '--remove-orphans', about: 'option.killOrphans' },
    },
    load: async () => (await import('../commands/kill.ts')).kill,
  }),
  declare<RmOptions>({
    name: 'rm',
    group: 'container',
    about: 'command.rm.about',
    detail: 'command.rm.detail',
    arguments: names,
    options: {
      force: shared.force,
      stop: { flags: '-s, --stop', about: 'option.rmStop' },
      volumes: { flags: '-v, --volumes', about: 'option.rmVolumes' },
    },
    load: async () => (await import('../commands/rm.ts')).rm,
  }),
  declare<Record<never, never>>({
    name: 'pause',
    group: 'container',
    about: 'command.pause.about',
    arguments: names,
    options: {},
    load: async () => (await import('../commands/pause.ts')).pause,
  }),
  declare<Record<never, never>>({
    name: 'unpause',
    group: 'container',
    about: 'command.unpause.about',
    arguments: names,
    options: {},
    load: async () => (await import('../commands/pause.ts')).unpause,
  }),
  declare<Record<never, never>>({
    name: 'rename',
    group: 'container',
    about: 'command.rename.about',
    arguments: [...oneName, { name: 'new-name' }],
    options: {},
    load: async () => (await import('../commands/rename.ts')).rename,
  }),
  declare<InspectOptions>({
    name: 'inspect',
    group: 'container',
    about: 'command.inspect.about',
    detail: 'command.inspect.detail',
    arguments: [{ name: 'name', many: true, complete: 'container' }],
    options: {
      type: {
        flags: '--type <type>',
        about: 'option.type',
        choices: ['container', 'image', 'network', 'volume'],
      },
      raw: { flags: '--raw', about: 'option.raw' },
    },
    load: async () => (await import('../commands/inspect.ts')).inspect,
  }),
  declare<StatsOptions>({
    name: 'stats',
    group: 'container',
    about: 'command.stats.about',
    arguments: names,
    options: {
      noStream: { flags: '--no-stream', about: 'option.noStream' },
      all: { flags: '-a, --all', about: 'option.statsAll' },
      noTrunc: { flags: '--no-trunc', about: 'option.noTrunc' },
      format: shared.format,
    },
    load: async () => (await import('../commands/stats.ts')).stats,
  }),
  declare<EventsOptions>({
    name: 'events',
    group: 'container',
    about: 'command.events.about',
    detail: 'command.events.detail',
    arguments: names,
    options: {
      since: shared.since,
      until: shared.until,
      filter: filterOption('label', 'container', 'event'),
      history: { flags: '--history <file>', about: 'option.history', complete: 'file' },
    },
    outlivesEngine: true,
    load: async () => (await import('../commands/events.ts')).events,
  }),
  declare<TopOptions>({
    name: 'top',
    group: 'container',
    about: 'command.top.about',
    arguments: names,
    options: { psArgs: { flags: '--ps-args <args>', about: 'option.psArgs' } },
    load: async () => (await import('../commands/top.ts')).top,
  }),
  declare<CpOptions>({
    name: 'cp',
    group: 'container',
    about: 'command.cp.about',
    detail: 'command.cp.detail',
    arguments: [
      { name: 'from', complete: 'file' },
      { name: 'to', complete: 'file' },
    ],
    options: {
      archive: { flags: '-a, --archive', about: 'option.archive' },
      followLink: { flags: '-L, --follow-link', about: 'option.followLink' },
      all: { flags: '--all', about: 'option.cpAll' },
      index: shared.index,
    },
    load: async () => (await import('../commands/cp.ts')).cp,
  }),
  declare<ExportOptions>({
    name: 'export',
    group: 'container',
    about: 'command.export.about',
    arguments: oneName,
    options: {
      output: { flags: '-o, --output <path>', about: 'option.saveOutput', complete: 'file' },
      index: shared.index,
    },
    load: async () => (await import('../commands/export.ts')).exportContainer,
  }),
  declare<CommitOptions>({
    name: 'commit',
    group: 'container',
    about: 'command.commit.about',
    arguments: [...oneName, { name: 'image', optional: true, complete: 'image' }],
    options: {
      author: { flags: '-a, --author <name>', about: 'option.author' },
      change: { flags: '-c, --change <instruction>', about: 'option.change', many: true },
      message: { flags: '-m, --message <text>', about: 'option.message' },
      pause: { flags: '-p, --pause', about: 'option.commitPause' },
      noPause: { flags: '--no-pause', negates: '--pause', about: 'option.noPause' },
      index: shared.index,
    },
    load: async () => (await import('../commands/commit.ts')).commit,
  }),
  declare<WaitOptions>({
    name: 'wait',
    group: 'container',
    about: 'command.wait.about',
    arguments: names,
    options: {
      condition: {
        flags: '--condition <condition>',
        about: 'option.condition',
        choices: ['exit', 'next-exit', 'removed'],
      },
      downProject: { flags: '--down-project', about: 'option.downProject' },
    },
    load: async () => (await import('../commands/wait.ts')).wait,
  }),
  declare<PortOptions>({
    name: 'port',
    group: 'container',
    about: 'command.port.about',
    arguments: [...oneName, { name: 'port', optional: true }],
    options: {
      protocol: { flags: '--protocol <protocol>', about: 'option.protocol', choices: ['tcp', 'udp', 'sctp'] },
      index: shared.index,
    },
    load: async () => (await import('../commands/port.ts')).port,
  }),
];
