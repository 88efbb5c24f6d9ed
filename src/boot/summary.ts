import { type ContainerStatus, type EngineHealth, WherryError } from '../core/index.ts';

/**
 * How one service or endpoint ended up.
 *
 * | status | meaning |
 * |---|---|
 * | `started` | it runs (or ran to its end with exit code 0), and every gate that was asked for is passed |
 * | `remote` | it runs elsewhere; only its health is looked at |
 * | `discovered` | it was found running and left alone |
 * | `distributed` | it was placed on another host |
 * | `skipped` | nothing was done: disabled, not asked for, or something that it depends on failed (`error` says so) |
 * | `failed` | it did not come up (`error` says why) |
 * | `degraded` | it is not required, and it did not come up or is not healthy |
 */
export type BootStatus =
  | 'started'
  | 'remote'
  | 'discovered'
  | 'distributed'
  | 'skipped'
  | 'failed'
  | 'degraded';

/** What was done to a service's containers; `kept` when nothing had to be. */
export type BootChange = 'created' | 'recreated' | 'started' | 'restarted' | 'kept' | 'none';

/** One container of a row, as it was when the row was finished. */
export interface BootContainer {
  id: string;
  name: string;
  change: BootChange;
  status: Extract<ContainerStatus, 'created' | 'running' | 'exited'>;
  /** The engine's own check as far as it was heard of; `none` where there is none. */
  health: EngineHealth;
  /** Null while it runs. */
  exitCode: number | null;
}

/** The outcome of one service or endpoint. */
export interface BootRow {
  name: string;
  status: BootStatus;
  change: BootChange;
  /** ms from the first thing done for it until it was ready or given up. */
  durationMs: number;
  /** For a container that died: `details` has `exitCode`, `oomKilled` and `lastLines` (at most 50). */
  error: WherryError | null;
  /** Where it answers: the endpoint's URL, or the first published TCP port; null when there is none. */
  url: string | null;
  /** Whether its failure fails the boot. */
  required: boolean;
  containers: readonly BootContainer[];
}

/** The outcome of a boot: exactly one row for every service or endpoint that was asked for, in their declared order. */
export interface BootSummary {
  rows: readonly BootRow[];
  counts: Readonly<Record<BootStatus, number>>;
  durationMs: number;
  /** No row that is required failed or was skipped for the failure of another. */
  ok: boolean;
  /** What is odd but stops nothing: orphans that were left, dependencies that are not required and failed. */
  warnings: readonly string[];
}

/** Puts rows together: counts them and says whether the boot is good. */
export function summarize(
  rows: readonly BootRow[],
  durationMs: number,
  warnings: readonly string[],
): BootSummary {
  const counts: Record<BootStatus, number> = {
    started: 0,
    remote: 0,
    discovered: 0,
    distributed: 0,
    skipped: 0,
    failed: 0,
    degraded: 0,
  };
  for (const row of rows) counts[row.status] += 1;
  const ok = rows.every(
    (row) => row.status !== 'failed' && !(row.status === 'skipped' && row.error !== null && row.required),
  );
  return { rows, counts, durationMs, ok, warnings };
}

/** Throws one error with every reason when `summary` is not ok; `details.summary` has the summary. */
export function assertBooted(summary: BootSummary): void {
  if (summary.ok) return;
  const bad = culprits(summary);
  const first = bad.find((row) => row.status === 'failed') ?? bad[0];
  throw new WherryError(first?.error?.code ?? 'INTERNAL', whyNotBooted(summary), {
    hint: first?.error?.hint,
    details: { summary, failed: bad.map((row) => row.name) },
    cause: first?.error ?? undefined,
  });
}

/** Every reason, in one sentence. */
export function whyNotBooted(summary: BootSummary): string {
  const reasons = culprits(summary).map((row) => `${row.name}: ${row.error?.message}`);
  return `the boot failed: ${reasons.join('; ')}`;
}

function culprits({ rows }: BootSummary): BootRow[] {
  return rows.filter((row) => row.error !== null && row.required);
}
