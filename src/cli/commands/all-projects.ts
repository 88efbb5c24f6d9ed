import { isWherryError } from '../../core/errors.ts';
import type {
  OnProjectProgress,
  OrchestrationRow,
  OrchestrationSummary,
  Orchestrator,
} from '../../orchestrator/index.ts';
import type { Context } from '../context.ts';
import { exitCode } from '../exit-codes.ts';
import { reportFault } from '../fault.ts';
import { bootProgress } from '../output/boot-progress.ts';
import type { Output } from '../output/output.ts';
import { ProgressBoard } from '../output/progress-board.ts';
import type { Style } from '../output/style.ts';
import type { Column } from '../output/table.ts';
import { took } from '../output/time.ts';
import { t } from '../text.ts';

/** Lets an orchestrator work, shows how it gets on and what became of each project; resolves to the exit code. */
export async function carryOut(
  context: Context,
  orchestrator: Orchestrator,
  work: (onProgress: OnProjectProgress) => Promise<OrchestrationSummary>,
): Promise<number> {
  const summary = await withBoard(context, async (board) => {
    // Things are called by their full names: those of several projects are shown together.
    const onProgress = bootProgress(board, '');
    return summaryOf(work((_, progress) => onProgress(progress)));
  });
  report(context, orchestrator, summary);
  return summary.ok ? exitCode.success : exitCode.failure;
}

async function withBoard<T>(context: Context, work: (board: ProgressBoard) => Promise<T>): Promise<T> {
  using board = new ProgressBoard(context.output);
  return await work(board);
}

/** What was done, also when some of it failed; other errors stay errors. */
async function summaryOf(work: Promise<OrchestrationSummary>): Promise<OrchestrationSummary> {
  try {
    return await work;
  } catch (error) {
    if (isWherryError(error) && isSummary(error.details.summary)) return error.details.summary;
    throw error;
  }
}

function isSummary(value: unknown): value is OrchestrationSummary {
  return typeof value === 'object' && value !== null && 'rows' in value;
}

/** What became of each project, then why some failed. */
function report(
  { output, globals }: Context,
  orchestrator: Orchestrator,
  summary: OrchestrationSummary,
): void {
  const { rows, ok, durationMs } = summary;
  if (output.json) output.value({ ok, durationMs, rows });
  else {
    for (const { name, warnings } of rows)
      for (const warning of warnings)
        output.note(`${output.paintNote('yellow', t('warning'))} ${name}: ${warning}`);
    if (!output.quiet) output.table(columns(output, orchestrator), rows);
    for (const { name, error } of rows) {
      if (error === null) continue;
      output.alert('');
      output.alert(`${output.paintNote('bold', name)}`);
      reportFault(error, output, globals);
    }
    const failed = rows.filter(({ error }) => error !== null).length;
    output.note('');
    output.note(t('all.done', { count: rows.length - failed, failed, time: took(durationMs) }));
  }
}

const styles: Readonly<Record<OrchestrationRow['outcome'], Style>> = {
  started: 'green',
  stopped: 'green',
  done: 'green',
  skipped: 'dim',
  failed: 'red',
};

function columns(output: Output, { services }: Orchestrator): Column<OrchestrationRow>[] {
  const files = new Map(services.map((service) => [service.name, service.files.join(',')]));
  return [
    { title: t('column.name'), value: ({ name }) => name },
    {
      title: t('column.status'),
      value: ({ outcome, changed }) =>
        t(changed || outcome === 'failed' ? `all.outcome.${outcome}` : unchanged(outcome)),
      paint: (text, { outcome }) => output.paint(styles[outcome], text),
    },
    {
      title: t('column.time'),
      value: ({ durationMs, changed }) => (changed ? took(durationMs) : ''),
      align: 'right',
    },
    { title: t('column.configFiles'), value: ({ name }) => files.get(name) ?? '', shrinkTo: 20 },
  ];
}

function unchanged(
  outcome: Exclude<OrchestrationRow['outcome'], 'failed'>,
): 'all.outcome.skipped' | 'all.outcome.kept' | 'all.outcome.absent' {
  if (outcome === 'skipped') return 'all.outcome.skipped';
  return outcome === 'stopped' ? 'all.outcome.absent' : 'all.outcome.kept';
}
