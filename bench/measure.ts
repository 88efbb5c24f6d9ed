/** One line of a table: a contender, its figure and how it compares with the first of its table. */
export interface Row {
  name: string;
  /** Medians, in the unit of the table. */
  value: number;
  low: number;
  high: number;
}

export interface Table {
  title: string;
  /** What was done, in a sentence or two. */
  about: string;
  unit: 'ms' | 'µs' | 'MB/s' | 'MiB' | '% of a core' | 'per second of a core';
  rows: readonly Row[];
  /** Lines below the table: whether the bar was met. */
  verdicts: readonly string[];
  /** Default: the engine of the run. */
  engine?: string;
}

/**
 * Runs the contenders in turn, round by round, so that whatever else the machine does hits all of them alike; the first
 * round warms up and does not count.
 */
export async function race(
  contenders: Readonly<Record<string, () => Promise<number>>>,
  rounds: number,
): Promise<Row[]> {
  const samples = new Map<string, number[]>();
  for (let round = 0; round <= rounds; round += 1) {
    for (const [name, run] of Object.entries(contenders)) {
      const value = await run();
      if (round > 0) samples.set(name, [...(samples.get(name) ?? []), value]);
    }
  }
  return [...samples].map(([name, values]) => row(name, values));
}

export function row(name: string, values: readonly number[]): Row {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number): number =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
  return { name, value: at(0.5), low: sorted[0] ?? Number.NaN, high: sorted.at(-1) ?? Number.NaN };
}

export async function timed(run: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await run();
  return performance.now() - began;
}

export function find(rows: readonly Row[], name: string): number {
  const found = rows.find((candidate) => candidate.name === name);
  if (found === undefined) throw new Error(`no row "${name}"`);
  return found.value;
}

/** `met: wherry − raw = 3.1 ms (at most 20 ms)` */
export function atMost(what: string, value: number, bar: number, unit: string): string {
  return `${value <= bar ? 'met' : '**not met**'}: ${what} = ${round(value)} ${unit} (at most ${bar} ${unit})`;
}

export function atLeast(what: string, value: number, bar: number, unit: string): string {
  return `${value >= bar ? 'met' : '**not met**'}: ${what} = ${round(value)} ${unit} (at least ${bar} ${unit})`;
}

export function round(value: number): string {
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
}
