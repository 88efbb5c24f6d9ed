import type { FileAccess } from '../compose/file-access.ts';
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
  files: FileAccess;
  /** The command goes on however long its engine is away. */
  outlivesEngine?: true | undefined;
}

/** ms until a command that is still at work begins to ask whether its engine is. */
const longCommand = 2000;

/** The context of one command; `close` lets go of the engine. */
export function createContext(parts: ContextParts): Context & { close(): Promise<void> } {
  let backend: Promise<Backend> | undefined;
  let scope: Promise<Scope> | undefined;
  let remote: RemoteFiles | undefined;
  let watch: Disposable | undefined;
  const context: Context & { close(): Promise<void> } = {
    ...parts,
    signal: parts.interrupts.signal,
    env: process.env,
    directory: currentDirectory(),
    remote: {
      fetch: async (name, options) => {
        const { remoteFiles } = await import('../boot/remote/remote-files.ts');
        remote ??= remoteFiles({ env: context.env, insecureRegistries: parts.globals.insecureRegistry });
        return await remote.fetch(name, options);
      },
    },
    backend: () => {
      if (backend === undefined) {
        backend = openBackend(parts, context);
        void backend.then(
          (opened) => {
            watch = watchLater(parts, opened);
          },
          () => undefined,
        );
      }
      return backend;
    },
    scope: (options) => {
      scope ??= import('./scope.ts').then(({ findScope }) => findScope(context, options));
      return scope;
    },
    close: async () => {
      const opened = await backend?.catch(() => undefined);
      watch?.[Symbol.dispose]();
      await opened?.[Symbol.asyncDispose]();
    },
  };
  return context;
}

function watchLater(parts: ContextParts, backend: Backend): Disposable {
  const { interrupts, output, outlivesEngine = false } = parts;
  let watch: Disposable | undefined;
  let isOver = false;
  const begin = async (): Promise<void> => {
    const { watchEngine } = await import('./engine-silence.ts');
    if (!isOver)
      watch = watchEngine(backend, { interrupts, output, isPatient: outlivesEngine, env: process.env });
  };
  const timer = setTimeout(() => void begin(), longCommand).unref();
  return {
    [Symbol.dispose]: () => {
      isOver = true;
      clearTimeout(timer);
      watch?.[Symbol.dispose]();
    },
  };
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
