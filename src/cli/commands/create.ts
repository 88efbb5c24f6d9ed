import type { Invocation } from '../declaration.ts';
import { up } from './up.ts';
import { detachedUp, type PlanOptions } from './up-options.ts';

export interface CreateOptions extends PlanOptions {
  quietPull: boolean;
  quietBuild: boolean;
}

/** Creates the containers of services without starting them. */
export function create({ context, words, options }: Invocation<CreateOptions>): Promise<number> {
  return up({ context, words, options: { ...detachedUp, ...options, noStart: true } });
}
