import type { Backend } from '../core/backend.ts';
import { cancelled, WherryError } from '../core/errors.ts';
import { traced } from '../tracing/index.ts';
import type { Check, CheckOutcome } from './check.ts';
import { type HealthKind, type HealthResult, type HealthTarget, targetName } from './target.ts';
import { timeLimit } from './time-limit.ts';

export interface HealthCheckerOptions {
  /** Engine of the containers that `exec`, `engine` and `log` check. */
  backend?: Backend | undefined;
  /** Default: the wall clock. */
  now?: () => Date;
  /** Gets every result as well, such as `observeHealthCheck` of a metrics collector. */
  onResult?: ((result: HealthResult) => void) | undefined;
}

type AnyCheck = Check<HealthTarget & { [field: string]: unknown }>;

/** Checks of the built-in kinds, each loaded when it is first used. */
const builtIn: Readonly<Record<Exclude<HealthKind, `x-${string}`>, () => Promise<unknown>>> = {
  tcp: async () => (await import('./tcp.ts')).checkTcp,
  http: async () => (await import('./http.ts')).checkHttp,
  grpc: async () => (await import('./grpc.ts')).checkGrpc,
  exec: async () => (await import('./container.ts')).checkExec,
  engine: async () => (await import('./container.ts')).checkEngine,
  log: async () => (await import('./container.ts')).checkLog,
  custom: async () => (await import('./custom.ts')).checkCustom,
};

/** Probes targets of any kind. What a probe finds is a result; only a caller's abort and faulty targets are errors. */
export class HealthChecker {
  readonly #backend: Backend | undefined;
  readonly #now: () => Date;
  readonly #onResult: HealthCheckerOptions['onResult'];
  readonly #registered = new Map<string, AnyCheck>();

  constructor(options: HealthCheckerOptions = {}) {
    this.#backend = options.backend;
    this.#now = options.now ?? (() => new Date());
    this.#onResult = options.onResult;
  }

  get backend(): Backend | undefined {
    return this.#backend;
  }

  /** Adds a kind of your own; its name begins with `x-`. `ALREADY_EXISTS` when it is taken. */
  register<T extends HealthTarget>(kind: `x-${string}`, check: Check<T>): this {
    if (this.#registered.has(kind))
      throw new WherryError('ALREADY_EXISTS', `a check of kind "${kind}" is already registered`);
    this.#registered.set(kind, check as unknown as AnyCheck);
    return this;
  }

  /** Probes once. `CANCELLED` when `signal` fired, `INVALID` for a target that no check understands. */
  async check(
    target: HealthTarget,
    options: { signal?: AbortSignal | undefined } = {},
  ): Promise<HealthResult> {
    const facts = { 'wherry.target': targetName(target), 'wherry.check': target.kind };
    return traced('health', facts, async (span) => {
      const result = await this.#check(target, options);
      if (!result.healthy) span.fail(result.message);
      this.#onResult?.(result);
      return result;
    });
  }

  /** Probes all side by side, at most `parallel` (default 16) at a time; results are in the order of the targets. */
  async checkAll(
    targets: readonly HealthTarget[],
    options: { parallel?: number; signal?: AbortSignal | undefined } = {},
  ): Promise<readonly HealthResult[]> {
    const results: HealthResult[] = [];
    let next = 0;
    const work = async (): Promise<void> => {
      for (let index = next++; index < targets.length; index = next++) {
        const target = targets[index];
        if (target !== undefined) results[index] = await this.check(target, options);
      }
    };
    await Promise.all(Array.from({ length: Math.min(options.parallel ?? 16, targets.length) }, work));
    return results;
  }

  async #check(target: HealthTarget, options: { signal?: AbortSignal | undefined }): Promise<HealthResult> {
    const check = await this.#find(target.kind);
    const time = this.#now();
    const began = performance.now();
    const timeout = target.timeout ?? 5000;
    using limit = timeLimit(timeout, options.signal);
    let outcome: CheckOutcome;
    try {
      outcome = await check(target as Parameters<AnyCheck>[0], {
        signal: limit.signal,
        backend: this.#backend,
      });
    } catch (error) {
      if (options.signal?.aborted) throw cancelled(options.signal);
      if (error instanceof WherryError && error.code === 'INVALID') throw error;
      outcome = { healthy: false, message: limit.passed ? `no answer within ${timeout} ms` : reason(error) };
    }
    return {
      target: targetName(target),
      kind: target.kind,
      healthy: outcome.healthy,
      message: outcome.message,
      time,
      durationMs: performance.now() - began,
      details: outcome.details ?? {},
    };
  }

  async #find(kind: HealthKind): Promise<AnyCheck> {
    const registered = this.#registered.get(kind);
    if (registered !== undefined) return registered;
    if (Object.hasOwn(builtIn, kind)) return (await builtIn[kind as keyof typeof builtIn]()) as AnyCheck;
    throw new WherryError('INVALID', `there is no health check of kind "${kind}"`, {
      hint: `use one of ${[...Object.keys(builtIn), ...this.#registered.keys()].join(', ')}`,
    });
  }
}

function reason(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return reason(error.errors[0]);
  return error instanceof Error ? error.message : String(error);
}
