import type { Backend } from '../core/backend.ts';
import { deathOf, lastLogLines } from '../core/death.ts';
import { cancelled, isWherryError, WherryError } from '../core/errors.ts';
import { firesAfter, timerDelay } from '../core/timer.ts';
import type { HealthChecker } from './checker.ts';
import { delayBefore, type RetryPolicy, retryPolicy, Streak } from './retry.ts';
import { type HealthResult, type HealthTarget, targetName } from './target.ts';

export interface WaitHealthyOptions {
  policy?: RetryPolicy;
  /** The container behind the target: when it dies, the wait ends at once. Needs a checker with a backend. */
  container?: string;
  /** Called with the result of every try. */
  onResult?: (result: HealthResult) => void;
  /** 0 to 1, for the jitter. Default: `Math.random`. */
  random?: () => number;
  signal?: AbortSignal | undefined;
}

/**
 * Tries until the target is healthy and resolves to the last result. Fails with `EXIT` when its container dies (exit
 * code, OOM flag and last lines in `details`), `UNHEALTHY` at the deadline or after too many failures (`details.result`,
 * `details.attempts`, `details.lastLines`), `CANCELLED` when `signal` fired.
 */
export async function waitHealthy(
  checker: HealthChecker,
  target: HealthTarget,
  options: WaitHealthyOptions = {},
): Promise<HealthResult> {
  const policy = retryPolicy(options.policy);
  const scope = new AbortController();
  const deadline = firesAfter(policy.deadline);
  const ends = [scope.signal, deadline, ...(options.signal === undefined ? [] : [options.signal])];
  const signal = AbortSignal.any(ends);
  const { backend } = checker;
  const death =
    options.container === undefined || backend === undefined
      ? undefined
      : watch(backend, options.container, scope.signal);
  const tries = attempt(checker, target, { ...options, policy, signal });
  try {
    return await (death === undefined ? tries : Promise.race([tries, death.then(() => tries)]));
  } catch (error) {
    if (options.signal?.aborted) throw cancelled(options.signal);
    if (error instanceof GivenUp || deadline.aborted) {
      const given = error instanceof GivenUp ? error : undefined;
      throw await unhealthy(
        target,
        policy.deadline,
        given ?? new GivenUp(undefined, 0),
        options.container,
        backend,
      );
    }
    throw error;
  } finally {
    scope.abort();
    await Promise.allSettled([tries, death]);
  }
}

/** Why the tries ended without success. */
class GivenUp extends Error {
  readonly result: HealthResult | undefined;
  readonly attempts: number;

  constructor(result: HealthResult | undefined, attempts: number) {
    super(result?.message ?? 'no try was finished');
    this.result = result;
    this.attempts = attempts;
  }
}

async function attempt(
  checker: HealthChecker,
  target: HealthTarget,
  options: WaitHealthyOptions & { policy: ReturnType<typeof retryPolicy>; signal: AbortSignal },
): Promise<HealthResult> {
  const { policy, signal, random = Math.random } = options;
  const streak = new Streak(policy);
  const began = performance.now();
  let last: HealthResult | undefined;
  for (let number = 1; ; number += 1) {
    try {
      await sleep(last?.healthy === true ? policy.initialDelay : delayBefore(number, policy, random), signal);
      last = await checker.check(target, { signal });
    } catch (error) {
      if (signal.aborted) throw new GivenUp(last, number - 1);
      throw error;
    }
    options.onResult?.(last);
    const verdict = streak.add(last.healthy, performance.now() - began);
    if (verdict === 'healthy') return last;
    if (verdict === 'failed') throw new GivenUp(last, number);
  }
}

/** Rejects once the container has ended for good; resolves when `signal` fires before. */
async function watch(backend: Backend, container: string, signal: AbortSignal): Promise<void> {
  try {
    const events = backend.events({ containers: [container], signal })[Symbol.asyncIterator]();
    // Subscribed before the first look, so that a death between the two is not missed.
    const first = events.next();
    first.catch(() => undefined);
    if (await ended(backend, container, signal)) throw await deathOf(backend, container, { signal });
    for (let next = await first; next.done !== true; next = await events.next()) {
      const { type } = next.value;
      const mayHaveEnded = type === 'died' || type === 'removed' || type === 'resync';
      if (mayHaveEnded && (await ended(backend, container, signal)))
        throw await deathOf(backend, container, { signal });
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

/** A container that its restart policy brings back has not ended. */
async function ended(backend: Backend, container: string, signal: AbortSignal): Promise<boolean> {
  const { status } = await backend.inspect(container, { signal });
  return status === 'exited' || status === 'dead';
}

async function unhealthy(
  target: HealthTarget,
  deadline: number,
  given: GivenUp,
  container: string | undefined,
  backend: Backend | undefined,
): Promise<WherryError> {
  const known = container !== undefined && backend !== undefined;
  const lastLines = known ? await lastLogLines(backend, container).catch(ignoreGone) : [];
  const tries = `${given.attempts} ${given.attempts === 1 ? 'try' : 'tries'}`;
  return new WherryError(
    'UNHEALTHY',
    `${targetName(target)} is not healthy after ${tries} within ${deadline} ms: ${given.message}`,
    {
      hint: known ? `see what it wrote: \`wherry logs ${container}\`` : undefined,
      details: { result: given.result, attempts: given.attempts, lastLines },
    },
  );
}

function ignoreGone(error: unknown): readonly string[] {
  if (isWherryError(error)) return [];
  throw error;
}

function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(cancelled(signal));
    if (ms === 0) return resolve();
    const abort = (): void => {
      clearTimeout(timer);
      reject(cancelled(signal));
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', abort);
      resolve();
    }, timerDelay(ms));
    signal.addEventListener('abort', abort, { once: true });
  });
}
