import { afterAll, describe, test } from 'vitest';
import { openBackend } from '../../src/backends/index.ts';
import {
  conformanceCases,
  prepareConformance,
  runCase,
  type Surroundings,
} from '../../src/conformance/index.ts';
import type { Backend } from '../../src/core/index.ts';
import { type LabEngine, labEngines } from '../lab/engines.ts';

/** Declares one test for each case of the suite against an engine of the lab; a loud skip where the engine is absent. */
export async function conformanceOf(id: string): Promise<void> {
  const { engine, reason } = await labEngine(id);
  if (engine === undefined) return skipLoudly(`conformance on ${id}`, id, reason);
  const open = (): Promise<Backend> => openLabBackend(engine);
  const backend = await open();
  const surroundings = await prepareConformance(backend, { reopen: open });
  afterAll(() => backend[Symbol.asyncDispose]());
  const title = `${id} (${engine.version}, API ${engine.apiVersion})`;
  describe(title, () => {
    for (const candidate of conformanceCases) declare(candidate, surroundings);
  });
}

type Candidate = (typeof conformanceCases)[number];

function declare(candidate: Candidate, surroundings: Surroundings): void {
  const options = { concurrent: !candidate.alone, timeout: (candidate.timeout ?? 60_000) + 40_000 };
  test(candidate.name, options, async ({ skip, annotate }) => {
    const { status, error, reason } = await runCase(candidate, surroundings);
    if (status === 'failed') throw error;
    if (status === 'skipped') skip(reason ?? '');
    if (status === 'refused') await annotate(`refused as promised: ${reason}`);
  });
}

/** The engine of the lab with this id, or why there is none. */
export async function labEngine(id: string): Promise<{ engine: LabEngine | undefined; reason: string }> {
  const { engines, skipped } = await labEngines();
  const engine = engines.find((each) => each.id === id);
  // A leg is called by its engine (`docker`) where its version is only known once it is there.
  const leg =
    skipped.find((each) => each.id === id) ??
    skipped.find((each) => /^-\d/.test(id.slice(each.id.length)) && id.startsWith(each.id));
  return {
    engine,
    reason: leg?.reason ?? `the lab has ${engines.map((each) => each.id).join(', ') || 'no engine'}`,
  };
}

export function openLabBackend(engine: LabEngine): Promise<Backend> {
  return openBackend({ type: engine.kind, host: engine.host });
}

/** An engine that is not there is a skip that nobody can overlook, and a failure where it was demanded. */
export function skipLoudly(what: string, id: string, reason: string): void {
  const demanded = (process.env.WHERRY_REQUIRE_ENGINES ?? '').split(/[\s,]+/).includes(id);
  console.warn(`\nSKIPPED: ${what}: ${reason}\n`);
  if (process.env.CI === 'true' && demanded) {
    test(`${what}: ${id} is demanded by WHERRY_REQUIRE_ENGINES`, () => {
      throw new Error(`${id} is absent: ${reason}`);
    });
  } else {
    test.skip(`${what}: ${reason}`, () => {});
  }
}
