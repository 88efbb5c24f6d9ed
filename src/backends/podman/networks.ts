import type { CallOptions } from '../../core/image.ts';
import type { NetworkInfo, NetworkSpec } from '../../core/network.ts';
import type { EngineConnection } from '../engine-api/connection.ts';
import { EngineNetworks } from '../engine-api/networks.ts';
import { leaseRange } from './lease-range.ts';
import type { Walls } from './network-walls.ts';

/** Podman's networks, walled off as far as its version can. */
export class PodmanNetworks extends EngineNetworks {
  readonly #connection: EngineConnection;
  readonly #walls: Walls;

  constructor(connection: EngineConnection, walls: Walls) {
    super(connection);
    this.#connection = connection;
    this.#walls = walls;
  }

  /** The compatible endpoint isolates a bridge from other isolated ones alone, and takes no other option. */
  protected override async make(spec: NetworkSpec, options: CallOptions): Promise<string> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#make(spec, options);
      } catch (error) {
        if (attempt === 5 || !isInterfaceGone(error)) throw error;
      }
    }
  }

  async #make(spec: NetworkSpec, options: CallOptions): Promise<string> {
    const isPlain = (spec.driver ?? 'bridge') === 'bridge' && spec.ipam?.driver === undefined;
    if (!isPlain || !(await this.#walls.areStrict(options))) return super.make(spec, options);
    const { driver: _driver, ...others } = spec;
    const { id } = await this.#connection.json<{ id: string }>(
      {
        method: 'POST',
        path: '/v4.0.0/libpod/networks/create',
        versioned: false,
        json: libpodNetwork(others),
        signal: options.signal,
      },
      ['id'],
    );
    return id;
  }

  /** Asked by its id, Podman removes also a network that is in use. */
  protected override async drop({ name }: NetworkInfo, options: CallOptions): Promise<void> {
    await this.#connection.call({
      method: 'DELETE',
      path: `/networks/${encodeURIComponent(name)}`,
      signal: options.signal,
    });
  }
}

/** Looking for a free subnet, Podman stumbles over interfaces that go away meanwhile (those of ending containers). */
function isInterfaceGone(error: unknown): boolean {
  return error instanceof Error && error.message.includes('no such network interface');
}

function libpodNetwork(spec: NetworkSpec): object {
  const { name, internal = false, enableIpv6 = false, mtu, ipam, labels = {} } = spec;
  return {
    name,
    driver: 'bridge',
    internal,
    ipv6_enabled: enableIpv6,
    dns_enabled: true,
    labels,
    options: { isolate: 'strict', ...spec.driverOpts, ...(mtu === undefined ? {} : { mtu: String(mtu) }) },
    subnets: (ipam?.pools ?? []).flatMap(({ subnet, gateway, ipRange }) =>
      subnet === undefined
        ? []
        : [
            {
              subnet,
              ...(gateway === undefined ? {} : { gateway }),
              ...(ipRange === undefined ? {} : { lease_range: leaseRange(ipRange) }),
            },
          ],
    ),
  };
}
