import type { ContainerSpec, NetworkAttachment } from '../../core/spec.ts';

export interface NetworkLayout {
  /** The engine's NetworkMode; undefined leaves it to the engine. */
  mode: string | undefined;
  /** The networks to join, the primary one first. */
  attachments: readonly { name: string; attachment: NetworkAttachment }[];
}

const builtIn: ReadonlySet<string> = new Set(['default', 'bridge', 'host', 'none']);

/** Which networks a container joins, in which order: `networkMode` first when it names one, then by priority. */
export function networkLayout(spec: ContainerSpec): NetworkLayout {
  const named = Object.entries(spec.networks ?? {})
    .map(([name, attachment]) => ({ name, attachment }))
    .sort((a, b) => (b.attachment.priority ?? 0) - (a.attachment.priority ?? 0));
  const mode = spec.networkMode;
  if (mode === undefined) return { mode: named[0]?.name, attachments: named };
  if (mode === 'host' || mode === 'none' || mode.startsWith('container:')) return { mode, attachments: [] };
  const primary = named.find(({ name }) => name === mode) ?? { name: mode, attachment: {} };
  const others = named.filter(({ name }) => name !== mode);
  const needsPrimary = others.length > 0 || Object.keys(primary.attachment).length > 0;
  return { mode, attachments: needsPrimary ? [primary, ...others] : [] };
}

/** The user-defined networks that must be there before the container is made. */
export function neededNetworks(spec: ContainerSpec): string[] {
  const { mode, attachments } = networkLayout(spec);
  const names = new Set(attachments.map(({ name }) => name));
  if (mode !== undefined && !mode.startsWith('container:') && !mode.startsWith('ns:')) names.add(mode);
  return [...names].filter((name) => !builtIn.has(name));
}
