import type * as Grpc from '@grpc/grpc-js';
import { cancelled } from '../core/errors.ts';
import { bracketed } from '../core/host-port.ts';
import type { Check, CheckOutcome } from './check.ts';
import type { GrpcTarget, TlsOptions } from './target.ts';

const method = '/grpc.health.v1.Health/Check';
/** ServingStatus of grpc.health.v1.HealthCheckResponse, by number. */
const statuses = ['UNKNOWN', 'SERVING', 'NOT_SERVING', 'SERVICE_UNKNOWN'] as const;

/** Calls `grpc.health.v1.Health/Check` (the gRPC health checking protocol) on a channel of its own. */
export const checkGrpc: Check<GrpcTarget> = async (target, { signal }) => {
  const grpc = await import('@grpc/grpc-js');
  const host = target.host ?? '127.0.0.1';
  const address = `${bracketed(host)}:${target.port}`;
  const client = new grpc.Client(address, credentials(grpc, target.tls), channelOptions(target.tls));
  const details = { address, service: target.service ?? '' };
  try {
    const status = await call(client, target.service ?? '', signal);
    return {
      healthy: status === 'SERVING',
      message: `${address} answers ${status}`,
      details: { ...details, status },
    };
  } catch (error) {
    if (signal.aborted) throw cancelled(signal);
    return { ...failure(grpc, error as Grpc.ServiceError, address), details };
  } finally {
    client.close();
  }
};

function call(client: Grpc.Client, service: string, signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    const pending = client.makeUnaryRequest(
      method,
      encodeRequest,
      decodeResponse,
      service,
      (error, status) => {
        signal.removeEventListener('abort', abort);
        if (error !== null) reject(error);
        else resolve(status ?? 'UNKNOWN');
      },
    );
    const abort = (): void => pending.cancel();
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
  });
}

function failure(grpc: typeof Grpc, error: Grpc.ServiceError, address: string): CheckOutcome {
  if (error.code === grpc.status.UNIMPLEMENTED) {
    return { healthy: false, message: `${address} speaks gRPC, but has no grpc.health.v1.Health service` };
  }
  if (error.code === grpc.status.NOT_FOUND) {
    return { healthy: false, message: `${address} knows no such service: ${error.details}` };
  }
  return { healthy: false, message: `${address}: ${error.details || error.message}` };
}

function credentials(grpc: typeof Grpc, tls: TlsOptions | undefined): Grpc.ChannelCredentials {
  if (tls === undefined) return grpc.credentials.createInsecure();
  const pem = (text: string | undefined): Buffer | null => (text === undefined ? null : Buffer.from(text));
  const key = tls.key === undefined ? null : Buffer.from(tls.key.reveal());
  return grpc.credentials.createSsl(pem(tls.ca), key, pem(tls.cert), {
    rejectUnauthorized: tls.verify ?? true,
  });
}

function channelOptions(tls: TlsOptions | undefined): Grpc.ChannelOptions {
  const name = tls?.serverName;
  return name === undefined ? {} : { 'grpc.ssl_target_name_override': name, 'grpc.default_authority': name };
}

/** HealthCheckRequest { string service = 1; } */
function encodeRequest(service: string): Buffer {
  const name = Buffer.from(service);
  if (name.length === 0) return Buffer.alloc(0);
  const length: number[] = [];
  let rest = name.length;
  for (; rest > 127; rest >>>= 7) length.push((rest & 127) | 128);
  length.push(rest);
  return Buffer.concat([Buffer.from([0x0a, ...length]), name]);
}

/** HealthCheckResponse { ServingStatus status = 1; }: one varint, absent when it is 0. */
function decodeResponse(bytes: Buffer): string {
  const value = bytes[0] === 0x08 ? (bytes[1] ?? 0) : 0;
  return statuses[value] ?? `status ${value}`;
}
