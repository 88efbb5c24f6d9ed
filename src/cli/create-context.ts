import type { Backend } from '../core/backend.ts';
import type { Logger } from '../core/logger.ts';
import type { Context } from './context.ts';
import type { GlobalOptions } from './globals.ts';
import type { Interrupts } from './interrupts.ts';
import type { Output } from './output/output.ts';
import type { Scope } from './scope.ts';

interface ContextParts {
  globals: GlobalOptions;
  output: Output;
  interrupts: Interrupts;
  logger: Logger;
}

/** The context of one command; `close` lets go of the engine. */
export function createContext(parts: ContextParts): Context & { close(): Promise<void> } {
  let backend: Promise<Backend> | undefined;
  let scope: Promise<Scope> | undefined;
  const context: Context & { close(): Promise<void> } = {
    ...parts,
    signal: parts.interrupts.signal,
    env: process.env,
    directory: process.cwd(),
    backend: () => {
      backend ??= import('./engine.ts').then(({ openEngine }) =>
        openEngine(parts.globals, { logger: parts.logger, env: context.env, signal: context.signal }),
      );
      return backend;
    },
    scope: () => {
      scope ??= import('./scope.ts').then(({ findScope }) => findScope(context));
      return scope;
    },
    close: async () => {
      const opened = await backend?.catch(() => undefined);
      await opened?.[Symbol.asyncDispose]();
    },
  };
  return context;
}
