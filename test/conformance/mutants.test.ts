import { afterAll, expect, test } from 'vitest';
import { conformanceCases, prepareConformance, runCase } from '../../src/conformance/index.ts';
import type { LabEngine } from '../lab/engines.ts';
import { mutants, mutate } from './mutants.ts';
import { labEngine, openLabBackend, skipLoudly } from './suite.ts';

/** The suite can fail: a backend with one broken promise turns the case of that promise red. */
const id = 'docker-20.10';
const { engine, reason } = await labEngine(id);
if (engine === undefined) skipLoudly('mutants of a backend', id, reason);
else await breakPromises(engine);

async function breakPromises(lab: LabEngine): Promise<void> {
  const real = await openLabBackend(lab);
  const surroundings = await prepareConformance(real);
  afterAll(() => real[Symbol.asyncDispose]());

  for (const { breaks, caughtBy, of } of mutants) {
    test(`${breaks} → ${caughtBy}`, { concurrent: true, timeout: 120_000 }, async () => {
      const candidate = conformanceCases.find(({ name }) => name === caughtBy);
      if (candidate === undefined) throw new Error(`no case is called "${caughtBy}"`);
      const backend = mutate(real, of(real));
      const capabilities = await backend.capabilities();
      const mutant = { ...surroundings, backend, capabilities, cleaner: real };
      const result = await runCase({ ...candidate, timeout: 25_000 }, mutant);
      expect(result.status, `the broken backend passes "${caughtBy}"`).toBe('failed');
    });
  }
}
