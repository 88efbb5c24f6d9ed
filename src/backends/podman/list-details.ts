import type { ContainerSummary, EngineHealth, PublishedPort } from '../../core/container.ts';
import type { CallOptions } from '../../core/image.ts';
import type { EngineConnection } from '../engine-api/connection.ts';
import { portProtocol } from '../engine-api/port-key.ts';
import { engineHealth } from '../engine-api/status.ts';

/** What Podman's compatible list leaves out of a container and its own list has. */
export interface ListDetails {
  health: EngineHealth;
  /** Undefined when the compatible list has them all. */
  ports: readonly PublishedPort[] | undefined;
}

interface LibpodRow {
  Id: string;
  /** Its health. */
  Status?: string;
  Ports?: readonly LibpodPort[] | null;
}

interface LibpodPort {
  host_ip: string;
  host_port: number;
  container_port: number;
  /** How many ports stand in a row from those on. */
  range: number;
  /** `tcp`, or several behind one another: `tcp,udp`. */
  protocol: string;
}

/** The details of all containers that the list is about, by id. */
export async function listDetails(
  connection: EngineConnection,
  { all, signal }: CallOptions & { all: boolean },
): Promise<ReadonlyMap<string, ListDetails>> {
  const rows = await connection.list<LibpodRow>({
    path: '/v4.0.0/libpod/containers/json',
    versioned: false,
    query: { all },
    signal,
  });
  return new Map(
    rows.map(({ Id, Status, Ports }) => [
      Id,
      {
        health: engineHealth(Status),
        ports: Ports?.some(({ range }) => range > 1) ? Ports.flatMap(ports) : undefined,
      },
    ]),
  );
}

export function withDetails(
  rows: readonly ContainerSummary[],
  details: ReadonlyMap<string, ListDetails>,
): readonly ContainerSummary[] {
  return rows.map((row) => {
    const found = details.get(row.id);
    if (found === undefined) return row;
    const health = found.health === 'none' ? row.health : found.health;
    return { ...row, health, ports: row.ports.length > 0 ? (found.ports ?? row.ports) : row.ports };
  });
}

function ports({ host_ip, host_port, container_port, range, protocol }: LibpodPort): PublishedPort[] {
  return protocol.split(',').flatMap((each) =>
    Array.from({ length: range }, (_, index) => ({
      hostIp: host_ip || '0.0.0.0',
      published: host_port + index,
      target: container_port + index,
      protocol: portProtocol(each),
    })),
  );
}
