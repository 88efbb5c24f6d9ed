import type { Backend, BackendCapabilities, CapabilityName } from '../core/index.ts';
import {
  type CaseResult,
  type ConformanceCase,
  type ConformanceReport,
  type Fixtures,
  Skipped,
} from './case.ts';
import { conformanceCases } from './cases/index.ts';
import { CaseContext, type Surroundings } from './context.ts';
import { within } from './expect.ts';
import { type FixtureOptions, prepareFixtures } from './fixtures/images.ts';
import { refusals } from './refusals.ts';

export interface ConformanceOptions {
  /** Cases to run. Default: all. */
  filter?: (candidate: ConformanceCase) => boolean;
  /** Default: {@link conformanceCases}. */
  cases?: readonly ConformanceCase[];
  /** Images to run. Default: they are built by {@link prepareFixtures}. */
  fixtures?: Fixtures | FixtureOptions;
  /** Makes a second client of the same engine; without it the cases of recovery are skipped. */
  reopen?: () => Backend | Promise<Backend>;
  /** Address at which published ports of the engine answer. Default: 127.0.0.1. */
  host?: string;
  /** Cases at the same time. Default: 4. */
  concurrency?: number;
  onResult?: (result: CaseResult) => void;
  /** Ends the run after the cases that are under way. */
  signal?: AbortSignal | undefined;
}

/** Runs the cases against `backend` and reports how each ended. Rejects only when the fixtures cannot be made. */
export async function runConformance(
  backend: Backend,
  options: ConformanceOptions = {},
): Promise<ConformanceReport> {
  const { filter = () => true, cases = conformanceCases, concurrency = 4, onResult, signal } = options;
  const surroundings = await prepareConformance(backend, options);
  const chosen = cases.filter(filter);
  const results: CaseResult[] = [];
  const work = async (queue: ConformanceCase[]): Promise<void> => {
    for (let next = queue.shift(); next !== undefined && !signal?.aborted; next = queue.shift()) {
      const result = await runCase(next, surroundings);
      results.push(result);
      onResult?.(result);
    }
  };
  const together = chosen.filter(({ alone }) => !alone);
  await Promise.all(Array.from({ length: concurrency }, () => work(together)));
  await work(chosen.filter(({ alone }) => alone));
  return report(results);
}

/** Asks the engine what it can do and has the images made, once for all cases. */
export async function prepareConformance(
  backend: Backend,
  options: Pick<ConformanceOptions, 'fixtures' | 'reopen' | 'host' | 'signal'> = {},
): Promise<Surroundings> {
  const { fixtures, reopen, host = '127.0.0.1', signal } = options;
  return {
    backend,
    capabilities: await backend.capabilities({ signal }),
    fixtures:
      fixtures !== undefined && 'shell' in fixtures
        ? fixtures
        : await prepareFixtures(backend, { signal, ...fixtures }),
    host,
    reopen,
  };
}

/** Runs one case and cleans up after it. Never rejects: the result tells. */
export async function runCase(candidate: ConformanceCase, surroundings: Surroundings): Promise<CaseResult> {
  const started = performance.now();
  const end = (status: CaseResult['status'], reason: string | null, error?: unknown): CaseResult => {
    return { name: candidate.name, status, reason, error, durationMs: performance.now() - started };
  };
  const { timeout = 60_000 } = candidate;
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(), timeout);
  const context = new CaseContext(surroundings, deadline.signal);
  const missing = lacking(candidate, surroundings.capabilities);
  const failures: unknown[] = [];
  let skipped: string | undefined;
  const attempt = async (work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      if (error instanceof Skipped) skipped = error.message;
      else failures.push(error);
    }
  };
  await attempt(() =>
    within(
      timeout + 2_000,
      missing.length === 0 ? candidate.run(context) : refuseAll(missing, context),
      `case "${candidate.name}"`,
    ),
  );
  clearTimeout(timer);
  await attempt(() => within(30_000, context.close(), 'cleaning up'));
  if (failures.length > 0) {
    return end('failed', null, failures.length === 1 ? failures[0] : new AggregateError(failures, 'several'));
  }
  if (skipped !== undefined) return end('skipped', skipped);
  if (missing.length > 0) return end('refused', missing.map(([name, why]) => `${name}: ${why}`).join('; '));
  return end('passed', null);
}

function lacking(candidate: ConformanceCase, capabilities: BackendCapabilities): [CapabilityName, string][] {
  const missing: [CapabilityName, string][] = [];
  for (const name of candidate.needs ?? []) {
    const capability = capabilities[name];
    if (!capability.supported) missing.push([name, capability.reason]);
  }
  return missing;
}

async function refuseAll(missing: readonly [CapabilityName, string][], context: CaseContext): Promise<void> {
  for (const [name] of missing) await refusals[name](context);
}

function report(results: readonly CaseResult[]): ConformanceReport {
  const count = (status: CaseResult['status']): number =>
    results.filter((result) => result.status === status).length;
  return {
    results,
    passed: count('passed'),
    refused: count('refused'),
    skipped: count('skipped'),
    failed: count('failed'),
  };
}
