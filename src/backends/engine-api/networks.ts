import { isWherryError, WherryError } from '../../core/errors.ts';
import type { CallOptions } from '../../core/image.ts';
import type { NetworkInfo, NetworkSpec, Networks } from '../../core/network.ts';
import type { NetworkAttachment } from '../../core/spec.ts';
import type { EngineConnection } from './connection.ts';
import { labelFilter } from './filters.ts';
import { endpointSettings } from './network-endpoint.ts';
import { type NetworkRecord, networkInfo } from './network-records.ts';

/** What every engine takes: older ones take anything, and Podman makes up a name where there is none. */
const nameGrammar = /^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/;

/** The user-defined networks of an engine that speaks the Engine API. */
export class EngineNetworks implements Networks {
  readonly #connection: EngineConnection;

  constructor(connection: EngineConnection) {
    this.#connection = connection;
  }

  /** `ALREADY_EXISTS` when the name is taken, `UNSUPPORTED` for what this API version cannot say. */
  async create(spec: NetworkSpec, options: CallOptions = {}): Promise<NetworkInfo> {
    if (!nameGrammar.test(spec.name)) {
      throw new WherryError('INVALID', `"${spec.name}" is not a name for a network`, {
        hint: 'a name matches [a-zA-Z0-9][a-zA-Z0-9_.-]*',
      });
    }
    const id = await this.make(spec, options).catch((error: unknown) => {
      throw nameTaken(error, spec.name) ?? error;
    });
    return this.inspect(id, options);
  }

  async inspect(nameOrId: string, options: CallOptions = {}): Promise<NetworkInfo> {
    if (nameOrId === '') throw missing(nameOrId);
    const record = await this.#connection.json<NetworkRecord>({
      path: `/networks/${encodeURIComponent(nameOrId)}`,
      signal: options.signal,
    });
    // Engines also take the beginning of an id, which may be the name of a network that is not there.
    if (record.Name !== nameOrId && record.Id !== nameOrId) throw missing(nameOrId);
    return networkInfo(record);
  }

  async list(options: CallOptions & { labels?: readonly string[] } = {}): Promise<readonly NetworkInfo[]> {
    const records = await this.#connection.list<NetworkRecord>({
      path: '/networks',
      query: { filters: JSON.stringify(labelFilter(options.labels)) },
      signal: options.signal,
    });
    return records.map(networkInfo);
  }

  /** `CONFLICT` while containers are on it. */
  async remove(nameOrId: string, options: CallOptions = {}): Promise<void> {
    await this.drop(await this.inspect(nameOrId, options), options);
  }

  async connect(
    nameOrId: string,
    container: string,
    options: CallOptions & { attachment?: NetworkAttachment } = {},
  ): Promise<void> {
    const { id } = await this.inspect(nameOrId, options);
    await this.#connection.call({
      method: 'POST',
      path: `/networks/${id}/connect`,
      json: {
        Container: container,
        ...(options.attachment === undefined ? {} : { EndpointConfig: endpointSettings(options.attachment) }),
      },
      signal: options.signal,
    });
  }

  async disconnect(
    nameOrId: string,
    container: string,
    options: CallOptions & { force?: boolean } = {},
  ): Promise<void> {
    const { id } = await this.inspect(nameOrId, options);
    await this.#connection.call({
      method: 'POST',
      path: `/networks/${id}/disconnect`,
      json: { Container: container, Force: options.force ?? false },
      signal: options.signal,
    });
  }

  /** Resolves to its id. */
  protected async make(spec: NetworkSpec, options: CallOptions): Promise<string> {
    const { Id: id } = await this.#connection.json<{ Id: string }>(
      {
        method: 'POST',
        path: '/networks/create',
        json: await this.#createBody(spec, options),
        signal: options.signal,
      },
      ['Id'],
    );
    return id;
  }

  protected async drop({ id }: NetworkInfo, options: CallOptions): Promise<void> {
    await this.#connection.call({ method: 'DELETE', path: `/networks/${id}`, signal: options.signal });
  }

  async #createBody(spec: NetworkSpec, options: CallOptions): Promise<Record<string, unknown>> {
    const { name, driver, internal, attachable, enableIpv4, enableIpv6, ipam, labels } = spec;
    if (enableIpv4 !== undefined && !(await this.#connection.atLeast('1.47', options))) {
      if (!enableIpv4) throw noIpv4Switch(name, await this.#connection.apiVersion(options));
    }
    const driverOpts = {
      ...spec.driverOpts,
      ...(spec.mtu === undefined ? {} : { 'com.docker.network.driver.mtu': String(spec.mtu) }),
    };
    return {
      Name: name,
      // From 1.44 on the engine always checks; before, two networks could get one name.
      ...((await this.#connection.atLeast('1.44', options)) ? {} : { CheckDuplicate: true }),
      ...(driver === undefined ? {} : { Driver: driver }),
      ...(internal === undefined ? {} : { Internal: internal }),
      ...(attachable === undefined ? {} : { Attachable: attachable }),
      ...(enableIpv4 === undefined ? {} : { EnableIPv4: enableIpv4 }),
      ...(enableIpv6 === undefined ? {} : { EnableIPv6: enableIpv6 }),
      ...(Object.keys(driverOpts).length === 0 ? {} : { Options: driverOpts }),
      ...(ipam === undefined ? {} : { IPAM: ipamBody(ipam) }),
      ...(labels === undefined ? {} : { Labels: labels }),
    };
  }
}

function ipamBody(ipam: NonNullable<NetworkSpec['ipam']>): Record<string, unknown> {
  return {
    Driver: ipam.driver ?? 'default',
    ...(ipam.options === undefined ? {} : { Options: ipam.options }),
    Config: (ipam.pools ?? []).map(({ subnet, ipRange, gateway, auxAddresses }) => ({
      ...(subnet === undefined ? {} : { Subnet: subnet }),
      ...(ipRange === undefined ? {} : { IPRange: ipRange }),
      ...(gateway === undefined ? {} : { Gateway: gateway }),
      ...(auxAddresses === undefined ? {} : { AuxiliaryAddresses: auxAddresses }),
    })),
  };
}

function nameTaken(error: unknown, name: string): WherryError | undefined {
  if (!isWherryError(error, 'CONFLICT', 'ENGINE', 'ALREADY_EXISTS')) return undefined;
  if (!/already exists|already used/i.test(error.message) || !error.message.includes(name)) return undefined;
  return new WherryError('ALREADY_EXISTS', `a network with the name ${name} already exists`, {
    hint: 'choose another name, or use the network that is there',
    details: { network: name },
    cause: error,
  });
}

function missing(name: string): WherryError {
  return new WherryError('NOT_FOUND', `there is no network ${name}`, { details: { network: name } });
}

function noIpv4Switch(name: string, apiVersion: string): WherryError {
  const reason = `Engine API ${apiVersion} cannot switch IPv4 off (1.47 can)`;
  return new WherryError('UNSUPPORTED', `the network ${name} cannot be made: ${reason}`, {
    hint: 'leave enableIpv4 out, or update the engine',
    details: { problems: [{ path: 'enableIpv4', reason }] },
  });
}
