import { afterAll, describe, expect, test } from 'vitest';
import { conformanceCases, prepareConformance, runCase } from '../../src/conformance/index.ts';
import { mutants, mutate } from './mutants.ts';
import { labEngine, openBackend } from './suite.ts';

/** The suite can fail: a backend with one broken promise turns the case of that promise red. */
const { engine, reason } = await labEngine('docker-20.10');

describe.skipIf(engine === undefined)(
  `mutants of a backend ${engine ? '' : `(skipped: ${reason})`}`,
  async () => {
    if (engine === undefined) return;
    const real = await openBackend(engine);
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
  },
);
