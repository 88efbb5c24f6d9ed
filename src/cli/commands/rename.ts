import type { Invocation } from '../declaration.ts';
import { findTarget } from '../targets.ts';

/** Gives a container another name. */
export async function rename({ context, words }: Invocation<Record<never, never>>): Promise<undefined> {
  const [name = '', newName = ''] = words;
  const target = await findTarget(context, name);
  await (await context.backend()).rename(target.id, newName, { signal: context.signal });
}
