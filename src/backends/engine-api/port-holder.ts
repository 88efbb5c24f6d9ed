import { isWherryError, WherryError } from '../../core/errors.ts';
import type { CallOptions } from '../../core/image.ts';
import { processOnPort } from '../../transport/process-on-port.ts';
import type { EngineConnection } from './connection.ts';
import type { ContainerRow } from './records.ts';

/** A `PORT_TAKEN` error that names who holds the port; any other error as it is. */
export async function withPortHolder(
  connection: EngineConnection,
  id: string,
  error: unknown,
  options: CallOptions,
): Promise<unknown> {
  if (!isWherryError(error, 'PORT_TAKEN')) return error;
  const port = error.details.port;
  if (typeof port !== 'number') return error;
  const holder =
    (await holdingContainer(connection, id, port, options).catch(() => null)) ??
    (connection.address.startsWith('unix://') ? await processOnPort(port) : null);
  if (holder === null) return error;
  return new WherryError('PORT_TAKEN', `host port ${port} is held by ${holder}: ${error.message}`, {
    hint: error.hint,
    details: { ...error.details, holder },
    cause: error,
  });
}

async function holdingContainer(
  connection: EngineConnection,
  id: string,
  port: number,
  { signal }: CallOptions,
): Promise<string | null> {
  const rows = await connection.list<ContainerRow>({ path: '/containers/json', signal });
  const holder = rows.find(
    (row) => row.Id !== id && (row.Ports ?? []).some((mapping) => mapping.PublicPort === port),
  );
  const name = holder?.Names?.[0]?.replace(/^\//, '');
  return name === undefined ? null : `container ${name}`;
}
