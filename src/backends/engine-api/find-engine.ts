import { isWherryError, throwIfAborted, WherryError } from '../../core/errors.ts';
import type { CallOptions } from '../../core/image.ts';
import { EngineConnection, type EnginePing } from './connection.ts';
import { type EngineEndpoint, hostDialer } from './host-dialer.ts';

/** One way to find an engine. What it says when it has nothing to say here is for `doctor`. */
export interface EngineStrategy {
  readonly name: string;
  /** Whether its answer is an order of the user's, which is followed also when nothing answers there. */
  readonly isOrder: boolean;
  find(): Promise<EngineEndpoint | { passed: string }>;
}

/** A strategy that was tried. */
export interface EngineAttempt {
  strategy: string;
  /** Why it was passed over; null for the one that was taken. */
  reason: string | null;
}

export interface FindEngineOptions extends CallOptions {
  apiVersion?: string | undefined;
  newestApiVersion?: string | undefined;
  /** Orders of the user's must answer as well, since there is something else to do when they do not. Default: false. */
  probeOrders?: boolean;
  /** Why what answers is not the engine that is looked for; null when it is. */
  judge(ping: EnginePing, address: string): WherryError | null;
}

export type EngineSearch =
  | { connection: EngineConnection; attempts: readonly EngineAttempt[] }
  /** Nothing was found; `denied` when an engine is there that does not let us in. */
  | { connection: null; attempts: readonly EngineAttempt[]; denied: WherryError | null };

/** Tries the strategies in order: an order is followed, of the others the first where the right engine answers is taken. */
export async function searchEngine(
  strategies: readonly EngineStrategy[],
  options: FindEngineOptions,
): Promise<EngineSearch> {
  const attempts: EngineAttempt[] = [];
  let denied: WherryError | null = null;
  for (const strategy of strategies) {
    throwIfAborted(options.signal);
    const found = await strategy.find();
    if ('passed' in found) {
      attempts.push({ strategy: strategy.name, reason: found.passed });
      continue;
    }
    const { apiVersion, newestApiVersion } = options;
    const connection = new EngineConnection(hostDialer(found), { apiVersion, newestApiVersion });
    const isFollowed = strategy.isOrder && options.probeOrders !== true;
    const refusal = isFollowed ? null : await refusalOf(connection, options);
    if (refusal === null) {
      return { connection, attempts: [...attempts, { strategy: strategy.name, reason: null }] };
    }
    connection.close();
    if (isWherryError(refusal, 'PERMISSION')) denied ??= refusal;
    attempts.push({ strategy: strategy.name, reason: refusal.message });
  }
  return { connection: null, attempts, denied };
}

/** The error for a search that found nothing: `PERMISSION` where an engine is that does not let us in, else `UNAVAILABLE`. */
export function notFound(
  search: { attempts: readonly EngineAttempt[]; denied: WherryError | null },
  message: string,
  hint: string,
): WherryError {
  const { attempts, denied } = search;
  if (denied === null) return new WherryError('UNAVAILABLE', message, { hint, details: { attempts } });
  return new WherryError('PERMISSION', denied.message, {
    hint: denied.hint,
    details: { ...denied.details, attempts },
    cause: denied,
  });
}

async function refusalOf(
  connection: EngineConnection,
  options: FindEngineOptions,
): Promise<WherryError | null> {
  const { signal } = options;
  try {
    return options.judge(await connection.facts({ signal }), connection.address);
  } catch (error) {
    throwIfAborted(signal);
    if (isWherryError(error)) return error;
    throw error;
  }
}
