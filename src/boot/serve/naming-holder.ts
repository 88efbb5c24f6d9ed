import { type Backend, isWherryError, WherryError } from '../../core/index.ts';
import { processOnPort } from '../../transport/process-on-port.ts';

/** A `PORT_TAKEN` error that names the container or the process on the port, where that can be told; any other as it is. */
export async function namingHolder(backend: Backend, error: unknown): Promise<unknown> {
  if (!isWherryError(error, 'PORT_TAKEN')) return error;
  const { port } = error.details;
  if (typeof port !== 'number') return error;
  const holder = (await containerOn(backend, port).catch(() => null)) ?? (await processOnPort(port));
  if (holder === null) return error;
  return new WherryError('PORT_TAKEN', `host port ${port} is held by ${holder}`, {
    hint: error.hint,
    details: { ...error.details, holder },
    cause: error,
  });
}

async function containerOn(backend: Backend, port: number): Promise<string | null> {
  const holder = (await backend.list()).find(({ ports }) =>
    ports.some(({ published }) => published === port),
  );
  return holder === undefined ? null : `container ${holder.name}`;
}
