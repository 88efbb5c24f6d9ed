import { describe, expect, test } from 'vitest';
import {
  type Backend,
  type BackendCapabilities,
  type CapabilityName,
  supported,
  unsupported,
  WherryError,
} from '../core/index.ts';
import type { CaseResult, ConformanceCase } from './case.ts';
import { refusals } from './refusals.ts';
import { runConformance } from './run.ts';

const fixtures = { shell: 's', entrypoint: 'e', configured: 'c', bare: 'b' };

/** As much of a backend as the runner itself needs: it cannot pause, and refuses or takes it. */
function backend({ refusesPause }: { refusesPause: boolean }): Backend {
  const all = Object.keys(refusals) as CapabilityName[];
  const capabilities = Object.fromEntries(
    all.map((name) => [name, supported]),
  ) as unknown as BackendCapabilities;
  const known: Partial<Backend> = {
    capabilities: async () => ({ ...capabilities, pause: unsupported('no freezer') }),
    list: async () => [],
    create: async () => 'id',
    start: async () => {},
    inspect: async () => ({ status: 'running' }) as never,
    logs: () =>
      ({
        chunks: async function* () {
          yield { kind: 'stdout', data: Buffer.from('idle\n') };
        },
      }) as never,
    pause: async () => {
      if (refusesPause) throw new WherryError('UNSUPPORTED', 'no freezer');
    },
  };
  return known as Backend;
}

const passing: ConformanceCase = { name: 'a: passes', run: async () => {} };
const failing: ConformanceCase = {
  name: 'a: fails',
  run: async () => {
    throw new Error('broken');
  },
};
const skipping: ConformanceCase = { name: 'a: skips', run: async (t) => t.skip('not here') };
const needy: ConformanceCase = { name: 'a: needs pause', needs: ['pause'], run: async () => {} };

describe('runConformance', () => {
  test('reports how each case ended, as it ends', async () => {
    const seen: CaseResult[] = [];
    const report = await runConformance(backend({ refusesPause: true }), {
      fixtures,
      cases: [passing, failing, skipping, needy],
      onResult: (result) => seen.push(result),
    });
    const { passed, failed, skipped, refused } = report;
    expect({ passed, failed, skipped, refused }).toEqual({ passed: 1, failed: 1, skipped: 1, refused: 1 });
    expect(new Set(seen)).toEqual(new Set(report.results));
    const by = (name: string) => report.results.find((result) => result.name === name);
    expect(by('a: fails')?.error).toEqual(new Error('broken'));
    expect(by('a: skips')?.reason).toBe('not here');
    expect(by('a: needs pause')?.reason).toBe('pause: no freezer');
  });

  test('a false capability that works all the same is a failure', async () => {
    const report = await runConformance(backend({ refusesPause: false }), { fixtures, cases: [needy] });
    expect(report.failed).toBe(1);
  });

  test('a case that overruns its time fails; what it deferred is done all the same', async () => {
    let undone = false;
    const endless: ConformanceCase = {
      name: 'a: endless',
      timeout: 50,
      run: (t) => {
        t.defer(async () => {
          undone = true;
        });
        return new Promise((_, reject) =>
          t.signal.addEventListener('abort', () => reject(new Error('late'))),
        );
      },
    };
    const report = await runConformance(backend({ refusesPause: true }), { fixtures, cases: [endless] });
    expect(report.failed).toBe(1);
    expect(undone).toBe(true);
  });

  test('runs only what the filter takes, nothing beside a case that wants to be alone, and nothing after an abort', async () => {
    let running = 0;
    const together: number[] = [];
    const counted = (name: string, alone: boolean): ConformanceCase => ({
      name,
      alone,
      run: async () => {
        running += 1;
        await new Promise((resolve) => setTimeout(resolve, 10));
        if (alone) together.push(running);
        running -= 1;
      },
    });
    const cases = [counted('a: one', false), counted('a: two', true), counted('a: three', false), failing];
    const filter = ({ name }: ConformanceCase): boolean => name !== failing.name;
    const report = await runConformance(backend({ refusesPause: true }), { fixtures, cases, filter });
    expect(report.passed).toBe(3);
    expect(together).toEqual([1]);
    const stopped = await runConformance(backend({ refusesPause: true }), {
      fixtures,
      cases,
      signal: AbortSignal.abort(),
    });
    expect(stopped.results).toEqual([]);
  });
});
