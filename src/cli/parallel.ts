import type { Context } from './context.ts';
import { t } from './text.ts';
import { usage } from './usage.ts';

/** A number of calls at once; below 1 there is no limit, as with docker compose. Fails with `INVALID`. */
export function limitOf(text: string): number {
  if (!/^-?\d{1,6}$/.test(text)) throw usage(t('value.notNumber', { text }));
  const count = Number(text);
  return count < 1 ? Number.POSITIVE_INFINITY : count;
}

/** Engine calls at once: `--parallel`, else `COMPOSE_PARALLEL_LIMIT` here or in the `.env` of the project. */
export function parallelOf(
  { globals, env }: Pick<Context, 'globals' | 'env'>,
  projectEnvironment: Readonly<Record<string, string | undefined>> = {},
): number | undefined {
  if (globals.parallel !== undefined) return globals.parallel;
  const text = env.COMPOSE_PARALLEL_LIMIT ?? projectEnvironment.COMPOSE_PARALLEL_LIMIT;
  return text === undefined || text === '' ? undefined : limitOf(text);
}
