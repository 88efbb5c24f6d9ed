import type { Backend } from '../../core/backend.ts';
import { composeLabel } from '../../core/compose-labels.ts';
import type { NetworkInfo } from '../../core/network.ts';
import type { Context } from '../context.ts';
import type { Invocation } from '../declaration.ts';
import { type Filter, valuesOf } from '../filters.ts';
import { shortId } from '../output/container-text.ts';
import { t } from '../text.ts';
import { unsupportedFacet } from '../unsupported.ts';
import { pairsOf } from '../values.ts';
import { removeEach } from './remove-each.ts';

export interface NetworkLsOptions {
  idsOnly: boolean;
  filter: readonly Filter[];
}

/** Lists the networks of the engine, or those of the project. */
export async function networkLs({ context, options }: Invocation<NetworkLsOptions>): Promise<undefined> {
  const { output, signal } = context;
  const labels = await labelFilter(context, options.filter);
  const rows = await (await networks(context)).list({ signal, ...(labels.length > 0 ? { labels } : {}) });
  const names = valuesOf(options.filter, 'name');
  const sorted = rows
    .filter(({ name }) => names.length === 0 || names.includes(name))
    .sort((a, b) => a.name.localeCompare(b.name));
  if (options.idsOnly) for (const row of sorted) output.line(shortId(row.id));
  else {
    output.list<NetworkInfo>(
      [
        { title: t('column.networkId'), value: (row) => shortId(row.id) },
        { title: t('column.name'), value: (row) => row.name },
        { title: t('column.driver'), value: (row) => row.driver },
        { title: t('column.scope'), value: (row) => row.scope },
      ],
      sorted,
      (row) => row,
    );
  }
}

export interface NetworkCreateOptions {
  driver: string | undefined;
  driverOpt: readonly string[];
  label: readonly string[];
  internal: boolean;
  attachable: boolean;
  ipv6: boolean;
  subnet: readonly string[];
  gateway: readonly string[];
  ipRange: readonly string[];
}

/** Creates a network. */
export async function networkCreate({
  context,
  words,
  options,
}: Invocation<NetworkCreateOptions>): Promise<undefined> {
  const { output, signal } = context;
  const pools = options.subnet.map((subnet, index) => {
    const gateway = options.gateway[index];
    const ipRange = options.ipRange[index];
    return {
      subnet,
      ...(gateway === undefined ? {} : { gateway }),
      ...(ipRange === undefined ? {} : { ipRange }),
    };
  });
  const made = await (await networks(context)).create(
    {
      name: words[0] ?? '',
      ...(options.driver === undefined ? {} : { driver: options.driver }),
      driverOpts: pairsOf(options.driverOpt),
      labels: pairsOf(options.label),
      ...(options.internal ? { internal: true } : {}),
      ...(options.attachable ? { attachable: true } : {}),
      ...(options.ipv6 ? { enableIpv6: true } : {}),
      ...(pools.length > 0 ? { ipam: { pools } } : {}),
    },
    { signal },
  );
  if (output.json) output.value(made);
  else output.line(made.id);
}

/** Removes networks. */
export async function networkRm({ context, words }: Invocation<Record<never, never>>): Promise<number> {
  const facet = await networks(context);
  return removeEach(context, words, (name) => facet.remove(name, { signal: context.signal }));
}

/** All that is known of networks. */
export async function networkInspect({
  context,
  words,
}: Invocation<Record<never, never>>): Promise<undefined> {
  const { output, signal } = context;
  const facet = await networks(context);
  output.value(await Promise.all(words.map((name) => facet.inspect(name, { signal }))));
}

export interface NetworkConnectOptions {
  alias: readonly string[];
  ip: string | undefined;
  ip6: string | undefined;
}

/** Connects a container to a network. */
export async function networkConnect({
  context,
  words,
  options,
}: Invocation<NetworkConnectOptions>): Promise<undefined> {
  const [network = '', container = ''] = words;
  const attachment = {
    ...(options.alias.length > 0 ? { aliases: options.alias } : {}),
    ...(options.ip === undefined ? {} : { ipv4Address: options.ip }),
    ...(options.ip6 === undefined ? {} : { ipv6Address: options.ip6 }),
  };
  await (await networks(context)).connect(network, container, { attachment, signal: context.signal });
}

export interface NetworkDisconnectOptions {
  force: boolean;
}

/** Takes a container off a network. */
export async function networkDisconnect({
  context,
  words,
  options,
}: Invocation<NetworkDisconnectOptions>): Promise<undefined> {
  const [network = '', container = ''] = words;
  await (await networks(context)).disconnect(network, container, { ...options, signal: context.signal });
}

async function networks(context: Context): Promise<NonNullable<Backend['networks']>> {
  const backend = await context.backend();
  return backend.networks ?? unsupportedFacet(backend, 'networks');
}

/** Label filters as given, and the project's own inside a project. */
export async function labelFilter(context: Context, filters: readonly Filter[]): Promise<string[]> {
  const labels = valuesOf(filters, 'label');
  const scope = await context.scope();
  return scope.kind === 'project' ? [...labels, `${composeLabel.project}=${scope.name}`] : labels;
}
