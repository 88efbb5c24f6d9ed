import { composeLabel } from '../core/compose-labels.ts';
import { WherryError } from '../core/errors.ts';
import type { NetworkSpec } from '../core/network.ts';
import type { VolumeSpec } from '../core/volume.ts';
import { composeVersion } from './compose-version.ts';
import { defined } from './defined.ts';
import { networkHash, volumeHash } from './hash.ts';
import type { Network, Project, Volume } from './model.ts';

/** The network to make; an external one is not ours to make (`INVALID`). */
export function toNetworkSpec(project: Project, network: Network): NetworkSpec {
  refuseExternal('network', network);
  const { driver, options, config } = network.ipam;
  const usesIpam = driver !== undefined || config.length > 0 || Object.keys(options).length > 0;
  return defined<NetworkSpec>({
    name: network.name,
    driver: network.driver,
    driverOpts: network.driverOpts,
    internal: network.internal || undefined,
    attachable: network.attachable || undefined,
    enableIpv4: network.enableIpv4,
    enableIpv6: network.enableIpv6,
    ipam: usesIpam ? defined({ driver, options, pools: config.length > 0 ? config : undefined }) : undefined,
    labels: {
      ...network.labels,
      [composeLabel.network]: network.key,
      [composeLabel.project]: project.name,
      [composeLabel.version]: composeVersion,
      [composeLabel.configHash]: networkHash(network),
    },
  });
}

/** The volume to make; an external one is not ours to make (`INVALID`). */
export function toVolumeSpec(project: Project, volume: Volume): VolumeSpec {
  refuseExternal('volume', volume);
  return defined<VolumeSpec>({
    name: volume.name,
    driver: volume.driver,
    driverOpts: volume.driverOpts,
    labels: {
      ...volume.labels,
      [composeLabel.volume]: volume.key,
      [composeLabel.project]: project.name,
      [composeLabel.version]: composeVersion,
      [composeLabel.configHash]: volumeHash(volume),
    },
  });
}

function refuseExternal(what: string, { external, name }: { external: boolean; name: string }): void {
  if (external)
    throw new WherryError('INVALID', `the ${what} ${name} is external: it has to be there already`);
}
