import type { Invocation } from '../declaration.ts';
import { up } from './up.ts';
import type { PlanOptions } from './up-options.ts';

/** Creates the containers of services without starting them. */
export function create({ context, words, options }: Invocation<PlanOptions>): Promise<number> {
  const detached = {
    detach: true,
    wait: false,
    waitTimeout: undefined,
    noEager: false,
    timeout: undefined,
    noStart: true,
    noLogPrefix: false,
    timestamps: false,
    abortOnContainerExit: false,
    exitCodeFrom: undefined,
    all: false,
    exclude: [],
    history: undefined,
  };
  return up({ context, words, options: { ...options, ...detached } });
}
