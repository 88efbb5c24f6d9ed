import type { FileAccess } from '../compose/file-access.ts';
import type { RemoteFiles } from '../compose/index.ts';
import type { Backend } from '../core/backend.ts';
import type { Logger } from '../core/logger.ts';
import type { Role } from './compose-role.ts';
import type { GlobalOptions } from './globals.ts';
import type { Interrupts } from './interrupts.ts';
import type { Output } from './output/output.ts';
import type { Scope, ScopeOptions } from './scope.ts';

/** What every command works with. */
export interface Context {
  readonly globals: GlobalOptions;
  readonly role: Role;
  readonly output: Output;
  readonly interrupts: Interrupts;
  /** Fires when the command is to end: Ctrl-C, SIGTERM, nobody reads the output any more. */
  readonly signal: AbortSignal;
  readonly logger: Logger;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly directory: string;
  /** Those of this machine; what can be read only once is kept. */
  readonly files: FileAccess;
  /** Fetches compose files of repositories and registries. */
  readonly remote: RemoteFiles;
  /** The engine that was asked for, or the first that answers; found once. */
  backend(): Promise<Backend>;
  /** Whether names mean services of a project or containers of the engine; found once. */
  scope(options?: ScopeOptions): Promise<Scope>;
}
