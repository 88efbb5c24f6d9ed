import type { RemoteFiles } from '../compose/index.ts';
import type { Backend } from '../core/backend.ts';
import { WherryError } from '../core/errors.ts';
import type { Logger } from '../core/logger.ts';
import type { Role } from './compose-role.ts';
import type { Context } from './context.ts';
import type { GlobalOptions } from './globals.ts';
import type { Interrupts } from './interrupts.ts';
import type { Output } from './output/output.ts';
import type { Scope } from './scope.ts';
import { t } from './text.ts';

interface ContextParts {
  globals: GlobalOptions;
  role: Role;
  output: Output;
  interrupts: Interrupts;
  logger: Logger;
}

/** The context of one command; `close` lets go of the engine. */
export function createContext(parts: ContextParts): Context & { close(): Promise<void> } {
  let backend: Promise<Backend> | undefined;
  let scope: Promise<Scope> | undefined;
  let remote: RemoteFiles | undefined;
  const context: Context & { close(): Promise<void> } = {
    ...parts,
    signal: parts.interrupts.signal,
    env: process.env,
    directory: currentDirectory(),
    remote: {
      fetch: async (name, options) => {
        const { remoteFiles } = await import('../boot/remote/remote-files.ts');
        remote ??= remoteFiles({ env: context.env });
        return await remote.fetch(name, options);
      },
    },
    backend: () => {
      backend ??= openBackend(parts, context);
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

function currentDirectory(): string {
  try {
    return process.cwd();
  } catch (cause) {
    throw new WherryError('NOT_FOUND', t('scope.noDirectory'), { hint: t('scope.noDirectoryFix'), cause });
  }
}

async function openBackend(
  { globals, logger, output }: ContextParts,
  { env, signal }: Pick<Context, 'env' | 'signal'>,
): Promise<Backend> {
  const { openEngine } = await import('./engine.ts');
  const backend = await openEngine(globals, { logger, env, signal });
  if (!globals.dryRun) return backend;
  const [{ dryRun }, { tellCall }] = await Promise.all([
    import('../core/dry-run.ts'),
    import('./dry-run.ts'),
  ]);
  return dryRun(backend, (call) => tellCall(output, call));
}
