import type {
  NetworkConnectOptions,
  NetworkCreateOptions,
  NetworkDisconnectOptions,
  NetworkLsOptions,
} from '../commands/network.ts';
import { type AnyCommand, declare } from '../declaration.ts';
import { filterOption } from '../filters.ts';
import * as shared from './options.ts';

const networks: AnyCommand['arguments'] = [{ name: 'network', many: true, complete: 'network' }];
const pair: AnyCommand['arguments'] = [
  { name: 'network', complete: 'network' },
  { name: 'container', complete: 'container' },
];

export const networkCommands: readonly AnyCommand[] = [
  declare<NetworkLsOptions>({
    name: 'network ls',
    aliases: ['networks', 'network list'],
    group: 'network',
    about: 'command.networkLs.about',
    arguments: [],
    options: { idsOnly: shared.idsOnly, filter: filterOption('label', 'name') },
    load: async () => (await import('../commands/network.ts')).networkLs,
  }),
  declare<NetworkCreateOptions>({
    name: 'network create',
    group: 'network',
    about: 'command.networkCreate.about',
    arguments: [{ name: 'name' }],
    options: {
      driver: { flags: '-d, --driver <driver>', about: 'option.driver' },
      driverOpt: { flags: '-o, --opt <key=value>', about: 'option.driverOpt', many: true },
      label: shared.label,
      internal: { flags: '--internal', about: 'option.internal' },
      attachable: { flags: '--attachable', about: 'option.attachable' },
      ipv6: { flags: '--ipv6', about: 'option.ipv6' },
      subnet: { flags: '--subnet <cidr>', about: 'option.subnet', many: true },
      gateway: { flags: '--gateway <address>', about: 'option.gateway', many: true },
      ipRange: { flags: '--ip-range <cidr>', about: 'option.ipRange', many: true },
    },
    load: async () => (await import('../commands/network.ts')).networkCreate,
  }),
  declare<Record<never, never>>({
    name: 'network rm',
    aliases: ['network remove'],
    group: 'network',
    about: 'command.networkRm.about',
    arguments: networks,
    options: {},
    load: async () => (await import('../commands/network.ts')).networkRm,
  }),
  declare<Record<never, never>>({
    name: 'network inspect',
    group: 'network',
    about: 'command.networkInspect.about',
    arguments: networks,
    options: {},
    load: async () => (await import('../commands/network.ts')).networkInspect,
  }),
  declare<NetworkConnectOptions>({
    name: 'network connect',
    group: 'network',
    about: 'command.networkConnect.about',
    arguments: pair,
    options: {
      alias: { flags: '--alias <name>', about: 'option.networkAlias', many: true },
      ip: { flags: '--ip <address>', about: 'option.ip' },
      ip6: { flags: '--ip6 <address>', about: 'option.ip6' },
    },
    load: async () => (await import('../commands/network.ts')).networkConnect,
  }),
  declare<NetworkDisconnectOptions>({
    name: 'network disconnect',
    group: 'network',
    about: 'command.networkDisconnect.about',
    arguments: pair,
    options: { force: shared.force },
    load: async () => (await import('../commands/network.ts')).networkDisconnect,
  }),
];
