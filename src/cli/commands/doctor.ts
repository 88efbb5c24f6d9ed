import type { Backend } from '../../core/backend.ts';
import type { BackendCapabilities } from '../../core/capabilities.ts';
import { isWherryError } from '../../core/errors.ts';
import { type Diagnosis, engineHangs } from '../../core/registry.ts';
import type { Context } from '../context.ts';
import type { Invocation } from '../declaration.ts';
import { engineConfig, openRegistry } from '../engine.ts';
import { exitCode } from '../exit-codes.ts';
import { t } from '../text.ts';

export interface DoctorOptions {
  verbose: boolean;
}

interface Finding extends Diagnosis {
  version: string | null;
  apiVersion: string | null;
  cgroupVersion: 1 | 2 | null;
  rootless: boolean | null;
  capabilities: BackendCapabilities | null;
  warnings: readonly string[];
  /** Where it was looked for, and what came of it; empty when it is usable. */
  attempts: readonly Attempt[];
}

interface Attempt {
  strategy: string;
  reason: string | null;
}

/** How long an engine that answers a ping may take to tell about itself. */
const EXAMINE_LIMIT_MS = 10_000;

/** Tells for every engine whether it can be used, why not, and how to make it so. Exit code 1 when none can. */
export async function doctor({ context, options }: Invocation<DoctorOptions>): Promise<number> {
  const { output, globals, signal, logger, env } = context;
  const registry = await openRegistry();
  const types = registry
    .available()
    .filter((type) => globals.backend === undefined || type === globals.backend);
  const configs = Object.fromEntries(
    types.map((type) => [type, engineConfig(type, globals, { logger, env })]),
  );
  const diagnosis = await registry.diagnose({ configs, signal });
  signal.throwIfAborted();
  const findings = await Promise.all(
    diagnosis
      .filter((row) => types.includes(row.type))
      .map((row) =>
        examine(row, context, async () => registry.open(configs[row.type] ?? { type: 'docker' }, { signal })),
      ),
  );
  const usable = findings.some((finding) => finding.usable);
  if (output.json) {
    output.value({
      node: process.versions.node,
      platform: `${process.platform}/${process.arch}`,
      engines: findings,
    });
    return usable ? exitCode.success : exitCode.failure;
  }
  output.line(`node ${process.versions.node} on ${process.platform}/${process.arch}`);
  for (const finding of findings) printFinding(context, finding, options);
  output.line('');
  output.line(usable ? t('doctor.usable') : t('doctor.unusable'));
  return usable ? exitCode.success : exitCode.failure;
}

async function examine(row: Diagnosis, { signal }: Context, open: () => Promise<Backend>): Promise<Finding> {
  const unknown: Finding = {
    ...row,
    version: null,
    apiVersion: null,
    cgroupVersion: null,
    rootless: null,
    capabilities: null,
    warnings: [],
    attempts: [],
  };
  if (!row.usable) return { ...unknown, attempts: await attemptsOf(open) };
  const limit = AbortSignal.timeout(EXAMINE_LIMIT_MS);
  const wishes = { signal: AbortSignal.any([signal, limit]) };
  try {
    await using backend = await open();
    const [found, capabilities] = await Promise.all([backend.info(wishes), backend.capabilities(wishes)]);
    const { version, apiVersion, cgroupVersion, rootless, warnings } = found;
    return { ...unknown, version, apiVersion, cgroupVersion, rootless, capabilities, warnings };
  } catch (error) {
    signal.throwIfAborted();
    const told = limit.aborted ? engineHangs(row.address ?? row.type, EXAMINE_LIMIT_MS) : error;
    if (!isWherryError(told)) throw error;
    return { ...unknown, usable: false, reason: told.message, hint: told.hint ?? null };
  }
}

/** What the search for an engine that cannot be used tried, as its error tells. */
async function attemptsOf(open: () => Promise<Backend>): Promise<readonly Attempt[]> {
  try {
    await (await open())[Symbol.asyncDispose]();
    return [];
  } catch (error) {
    const attempts = isWherryError(error) ? error.details.attempts : undefined;
    return Array.isArray(attempts) ? (attempts as readonly Attempt[]) : [];
  }
}

function printFinding({ output }: Context, finding: Finding, { verbose }: DoctorOptions): void {
  const { paint } = output;
  output.line('');
  if (!finding.usable) {
    output.line(`${paint('red', '✗')} ${paint('bold', finding.type)}  ${t('doctor.notUsable')}`);
    output.line(`  ${paint('dim', t('fault.why'))} ${finding.reason}`);
    if (finding.hint !== null) output.line(`  ${paint('dim', t('fault.fix'))} ${finding.hint}`);
    for (const { strategy, reason } of finding.attempts) {
      output.line(`  ${paint('dim', '–')} ${strategy}${reason === null ? '' : `: ${reason}`}`);
    }
    return;
  }
  const facts = [
    t('doctor.api', { version: finding.apiVersion ?? '-' }),
    finding.cgroupVersion === null ? '' : `cgroup v${finding.cgroupVersion}`,
    finding.rootless === true ? t('doctor.rootless') : '',
  ].filter((fact) => fact !== '');
  output.line(
    `${paint('green', '✓')} ${paint('bold', finding.type)} ${finding.version}  (${facts.join(', ')})`,
  );
  output.line(`  ${finding.address}`);
  for (const warning of finding.warnings) output.line(`  ${paint('yellow', t('warning'))} ${warning}`);
  const rows = Object.entries(finding.capabilities ?? {});
  const lacking = rows.flatMap(([name, value]) => (value.supported ? [] : [{ name, reason: value.reason }]));
  output.line(`  ${t('doctor.capabilities', { count: rows.length - lacking.length, all: rows.length })}`);
  if (verbose) {
    const good = rows.filter(([, value]) => value.supported).map(([name]) => name);
    output.line(`  ${paint('green', '✓')} ${good.join(', ')}`);
  }
  const width = Math.max(0, ...lacking.map(({ name }) => name.length));
  for (const { name, reason } of lacking)
    output.line(`  ${paint('dim', '–')} ${name.padEnd(width)}  ${reason}`);
}
