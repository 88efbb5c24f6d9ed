import { WherryError } from '../core/index.ts';

/**
 * What became of one service.
 *
 * | outcome | meaning |
 * |---|---|
 * | `started` | it runs, and every gate that was asked for is passed |
 * | `stopped` | its containers are gone |
 * | `done` | the work of a batch was carried out |
 * | `skipped` | nothing was done: something that it depends on failed first (`error` says so) |
 * | `failed` | `error` says why |
 */
export type Outcome = 'started' | 'stopped' | 'done' | 'skipped' | 'failed';

export interface OrchestrationRow {
  /** Of the orchestrator's service. */
  name: string;
  /** On the engine; null where it is not known: on another host, or when the files cannot be loaded. */
  project: string | null;
  outcome: Outcome;
  /** Whether anything had to be done. */
  changed: boolean;
  /** The host that did it; null: this machine. */
  host: string | null;
  required: boolean;
  error: WherryError | null;
  /** Why another host did not do it, so that this machine had to; null otherwise. */
  remoteError: WherryError | null;
  durationMs: number;
  warnings: readonly string[];
}

/** What became of all that were asked for: one row each, in the order of the orchestrator. */
export interface OrchestrationSummary {
  rows: readonly OrchestrationRow[];
  /** No required one failed. */
  ok: boolean;
  durationMs: number;
}

/** Puts rows together. */
export function summarizeRows(rows: readonly OrchestrationRow[], durationMs: number): OrchestrationSummary {
  return { rows, durationMs, ok: !rows.some(({ error, required }) => error !== null && required) };
}

/** Throws one error that names every service that failed, with its reason, when a required one did; `details.summary`. */
export function assertOrchestrated(
  summary: OrchestrationSummary,
  what: 'started' | 'stopped' | 'done',
): void {
  if (summary.ok) return;
  const failed = summary.rows.filter(({ error }) => error !== null);
  const first = failed.find(({ required, outcome }) => required && outcome === 'failed') ?? failed[0];
  const reasons = failed.map(({ name, error, required }) => {
    const aside = required ? '' : ' (not required)';
    return `${name}${aside}: ${error?.message}`;
  });
  throw new WherryError(
    first?.error?.code ?? 'INTERNAL',
    `${failed.length} of ${summary.rows.length} services could not be ${what}: ${reasons.join('; ')}`,
    {
      hint: first?.error?.hint,
      details: { summary, failed: failed.map(({ name }) => name) },
      cause: first?.error ?? undefined,
    },
  );
}
