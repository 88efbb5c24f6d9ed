import type { OutputKind, WherryError } from '../../core/index.ts';

/** What {@link watchProject} tells of what it does. */
export type WatchEvent =
  | { kind: 'enabled'; services: readonly string[] }
  | { kind: 'disabled' }
  /** A rule that is left out, or a part of a tree that cannot be watched. */
  | { kind: 'warning'; message: string }
  /** `changes` files and directories go into, or from, the containers of the service. */
  | { kind: 'syncing'; service: string; changes: number }
  | { kind: 'rebuilding'; service: string }
  /** A line of a build. */
  | { kind: 'build'; service: string; line: string }
  | { kind: 'rebuilt'; service: string }
  | { kind: 'restarted'; service: string }
  | { kind: 'executing'; service: string; command: readonly string[] }
  /** A line that an executed command wrote. */
  | { kind: 'output'; service: string; container: string; stream: OutputKind; line: string }
  /** Watching goes on. `retrying`: the engine does not answer; it is tried again until it does. */
  | { kind: 'failed'; service: string; error: WherryError; retrying: boolean };

export type OnWatchEvent = (event: WatchEvent) => void;
