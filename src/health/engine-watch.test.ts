import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Backend } from '../core/backend.ts';
import { WherryError } from '../core/errors.ts';
import { EngineWatch } from './engine-watch.ts';

/** An engine that answers, refuses, or takes the question and says nothing. */
class Engine {
  does: 'answers' | 'refuses' | 'hangs' = 'answers';
  readonly address = 'unix:///engine.sock';

  async healthCheck({ signal }: { signal: AbortSignal }): Promise<void> {
    if (this.does === 'refuses') throw new WherryError('UNAVAILABLE', 'nothing listens');
    if (this.does === 'answers') return;
    await new Promise((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(new WherryError('TIMEOUT', 'late')));
    });
  }
}

describe('the watch on an engine', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => {
    vi.useRealTimers();
    vi.restoreAllMocks();
  });

  function watched(limit?: number): { engine: Engine; told: string[]; watch: EngineWatch } {
    const engine = new Engine();
    const told: string[] = [];
    const watch = new EngineWatch(engine as unknown as Backend, {
      limit,
      onSilent: () => told.push('silent'),
      onBack: () => told.push('back'),
      onLost: ({ code, message }) => told.push(`lost: ${code} ${message}`),
    });
    return { engine, told, watch };
  }

  it.each(['refuses', 'hangs'] as const)('tells once that one %s, and that it is back', async (does) => {
    // AbortSignal.timeout does not follow the clock of tests.
    vi.spyOn(AbortSignal, 'timeout').mockImplementation((ms) => {
      const controller = new AbortController();
      setTimeout(() => controller.abort(), ms);
      return controller.signal;
    });
    const { engine, told, watch } = watched();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(told).toEqual([]);
    engine.does = does;
    await vi.advanceTimersByTimeAsync(60_000);
    expect(told).toEqual(['silent']);
    engine.does = 'answers';
    await vi.advanceTimersByTimeAsync(10_000);
    expect(told).toEqual(['silent', 'back']);
    watch[Symbol.dispose]();
    engine.does = does;
    await vi.advanceTimersByTimeAsync(60_000);
    expect(told).toEqual(['silent', 'back']);
  });

  it('says nothing of one question without an answer', async () => {
    const { engine, told, watch } = watched();
    engine.does = 'refuses';
    await vi.advanceTimersByTimeAsync(3_100);
    engine.does = 'answers';
    await vi.advanceTimersByTimeAsync(10_000);
    expect(told).toEqual([]);
    watch[Symbol.dispose]();
  });

  it('gives it up after the limit, once', async () => {
    const { engine, told } = watched(30_000);
    await vi.advanceTimersByTimeAsync(9_000);
    engine.does = 'refuses';
    await vi.advanceTimersByTimeAsync(120_000);
    expect(told).toEqual([
      'silent',
      'lost: UNAVAILABLE the engine at unix:///engine.sock has not answered for 30 s',
    ]);
    expect(vi.getTimerCount()).toBe(0);
  });
});
