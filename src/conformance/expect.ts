import { deepStrictEqual, fail, strictEqual } from 'node:assert/strict';
import { inspect } from 'node:util';
import { type ErrorCode, WherryError } from '../core/index.ts';

/** Assertions whose message says which promise was broken, then what was seen. */
export function equal<T>(actual: T, expected: T, what: string): void {
  strictEqual(actual, expected, `${what}: expected ${show(expected)}, got ${show(actual)}`);
}

export function deepEqual<T>(actual: T, expected: T, what: string): void {
  try {
    deepStrictEqual(actual, expected);
  } catch (cause) {
    throw new Error(`${what}: expected ${show(expected)}, got ${show(actual)}`, { cause });
  }
}

export function ok(condition: unknown, what: string): asserts condition {
  if (!condition) fail(what);
}

export function includes(text: string, part: string, what: string): void {
  ok(text.includes(part), `${what}: expected ${show(part)} in ${show(text)}`);
}

/** Resolves to the error when `attempt` fails with one of `codes`; rejects when it succeeds or fails otherwise. */
export async function failsWith(
  codes: ErrorCode | readonly ErrorCode[],
  attempt: () => PromiseLike<unknown>,
  what: string,
): Promise<WherryError> {
  const wanted = typeof codes === 'string' ? [codes] : codes;
  const error = await failure(attempt, what);
  ok(
    wanted.includes(error.code),
    `${what}: expected ${wanted.join(' or ')}, got ${error.code}: ${error.message}`,
  );
  ok(error.message.length > 0, `${what}: the error has no message`);
  return error;
}

/** Resolves to the error that `attempt` fails with, whatever its code; rejects when it succeeds or throws a stranger. */
export async function failure(attempt: () => PromiseLike<unknown>, what: string): Promise<WherryError> {
  let value: unknown;
  try {
    value = await attempt();
  } catch (error) {
    if (error instanceof WherryError) return error;
    throw new Error(`${what}: failed with something that is no WherryError: ${show(error)}`, {
      cause: error,
    });
  }
  return fail(`${what}: expected an error, got ${show(value)}`);
}

/** Asks until `probe` tells something true; rejects after `within` ms with the last answer. */
export async function eventually<T>(
  probe: () => Promise<T>,
  what: string,
  { within = 20_000, every = 50 }: { within?: number; every?: number } = {},
): Promise<NonNullable<T>> {
  const deadline = Date.now() + within;
  for (;;) {
    const answer = await probe();
    if (answer) return answer;
    if (Date.now() > deadline) fail(`${what}: not within ${within} ms; last seen ${show(answer)}`);
    await pause(every);
  }
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Rejects when `work` takes longer: for calls that must not hang. */
export async function within<T>(ms: number, work: PromiseLike<T>, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what}: still not done after ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** All items of a stream. */
export async function collect<T>(stream: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of stream) items.push(item);
  return items;
}

export function show(value: unknown): string {
  const text = inspect(value, { depth: 6, breakLength: 140, maxStringLength: 600, maxArrayLength: 40 });
  return text.length > 2000 ? `${text.slice(0, 2000)}…` : text;
}
