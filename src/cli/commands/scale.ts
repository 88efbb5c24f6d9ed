import type { Invocation } from '../declaration.ts';
import { up } from './up.ts';
import { detachedUp, scaleOf } from './up-options.ts';

export interface ScaleOptions {
  noDeps: boolean;
}

/** `scale web=3`: that many containers of a service, with what it depends on. */
export function scale({ context, words, options }: Invocation<ScaleOptions>): Promise<number> {
  const pairs = words.map(scaleOf);
  const services = pairs.map(([service]) => service);
  return up({ context, words: services, options: { ...detachedUp, noDeps: options.noDeps, scale: pairs } });
}
