import type { Duplex } from 'node:stream';
import { cancelled } from '../../core/errors.ts';
import type { ExecOptions, OutputChunk } from '../../core/streams.ts';
import { checkExec } from '../../core/validate-exec.ts';
import { readAhead } from '../../transport/read-ahead.ts';
import { ContainerConversation, type ConversationOptions } from './attach.ts';
import type { EngineConnection } from './connection.ts';
import { containerPath } from './container-path.ts';
import type { Dialect } from './dialect.ts';
import type { KillableExec } from './exec-capture.ts';
import { ExecExit } from './exec-exit.ts';
import { killExec } from './exec-kill.ts';
import { holdsOutput } from './exec-output.ts';
import { ExecTerminal } from './exec-terminal.ts';
import { sendInput } from './process-input.ts';

/** How long after the end of its stream a process may take to end before it is looked at. */
const END_EXPECTED_MS = 250;
/** How long it may take as its engine sees it: a busy one is slow to look. */
const END_LIMIT_MS = 30_000;

/**
 * `Backend.exec` for engines with the Engine API. A program that is not there is no error of this call: the engine writes
 * its text to the output and gives exit code 126 or 127.
 */
export async function execInContainer(
  connection: EngineConnection,
  dialect: Dialect,
  id: string,
  options: ExecOptions,
): Promise<KillableExec> {
  const { tty = false, detach = false, size, signal } = options;
  checkExec(options);
  const stdin = inputOf(options.stdin);
  const takesSize = size !== undefined && (await connection.atLeast('1.42', { signal }));
  const startSize = tty && size !== undefined ? dialect.execSize(size) : null;
  const consoleSize = takesSize ? { ConsoleSize: [size.rows, size.columns] } : {};
  const { Id: execId } = await connection.json<{ Id: string }>(
    {
      method: 'POST',
      path: containerPath(id, 'exec'),
      json: {
        Cmd: options.command,
        AttachStdin: hasInput(stdin) && !detach,
        AttachStdout: !detach,
        AttachStderr: !detach,
        Tty: tty,
        ...(options.environment === undefined
          ? {}
          : { Env: Object.entries(options.environment).map(([key, value]) => `${key}=${value}`) }),
        ...(options.user === undefined ? {} : { User: options.user }),
        ...(options.workingDir === undefined ? {} : { WorkingDir: options.workingDir }),
        ...(options.privileged === undefined ? {} : { Privileged: options.privileged }),
        ...consoleSize,
      },
      signal,
    },
    ['Id'],
  );
  const start = {
    method: 'POST' as const,
    path: `/exec/${execId}/start`,
    json: { Detach: detach, Tty: tty, ...(tty ? consoleSize : {}), ...startSize },
    signal,
  };
  if (detach) {
    await connection.call(start);
    return new DetachedExec(execId);
  }
  const { socket } = await connection.upgrade(start);
  const exit = new ExecExit(connection, dialect, execId);
  const terminal = new ExecTerminal(connection, execId, dialect);
  const target = { container: id, exec: execId };
  const kill = (): Promise<boolean> => killExec(connection, target);
  const hasEnded = async (): Promise<boolean> => {
    if (await exit.within(END_EXPECTED_MS)) return true;
    return !(await holdsOutput(connection, target)) && exit.within(END_LIMIT_MS);
  };
  const process = new ContainerExec(socket, {
    id: execId,
    exit,
    kill,
    tty,
    stdin: hasInput(stdin),
    resize: (next) => terminal.resize(next),
    hasEnded,
  });
  // A size that comes too late for a short process is no failure of the exec.
  if (size !== undefined && !takesSize && startSize === null) terminal.resize(size).catch(() => undefined);
  if (stdin !== undefined && typeof stdin !== 'boolean') {
    // Half of its input must not look like all of it to the process.
    sendInput(socket, stdin, { tty }).catch((error: unknown) => {
      exit.fail(error);
      socket.destroy(error instanceof Error ? error : new Error(String(error)));
      kill().catch(() => undefined);
    });
  }
  if (signal !== undefined) killOnAbort(exit, kill, signal);
  return process;
}

type ExecConversationOptions = ConversationOptions & {
  id: string;
  exit: ExecExit;
  kill(): Promise<boolean>;
};

/** A running exec on a hijacked stream. */
class ContainerExec extends ContainerConversation implements KillableExec {
  readonly id: string;
  readonly kill: () => Promise<boolean>;
  readonly #exit: ExecExit;

  constructor(socket: Duplex, options: ExecConversationOptions) {
    super(socket, options);
    this.id = options.id;
    this.kill = options.kill;
    this.#exit = options.exit;
    socket.once('end', () => this.#exit.hurry());
    socket.once('close', () => this.#exit.hurry());
  }

  override async *[Symbol.asyncIterator](): AsyncGenerator<OutputChunk, void, undefined> {
    const watch = this.#exit.watch(() => this.output.processEnded());
    try {
      yield* super[Symbol.asyncIterator]();
    } finally {
      watch.stop();
    }
  }

  exitCode(): Promise<number | null> {
    return this.#exit.code();
  }
}

class DetachedExec implements KillableExec {
  readonly id: string;

  constructor(id: string) {
    this.id = id;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<OutputChunk, void, undefined> {}

  async write(): Promise<void> {}

  async end(): Promise<void> {}

  async resize(): Promise<void> {}

  close(): void {}

  async exitCode(): Promise<null> {
    return null;
  }

  async kill(): Promise<false> {
    return false;
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}

/** The signal itself cuts the stream; the process is ended as far as the engine lets us. */
function killOnAbort(exit: ExecExit, kill: () => Promise<boolean>, signal: AbortSignal): void {
  const onAbort = (): void => {
    exit.fail(cancelled(signal));
    kill().catch(() => undefined);
  };
  signal.addEventListener('abort', onAbort, { once: true });
  void exit.settled.then(() => signal.removeEventListener('abort', onAbort));
}

/** A stream is read from now on. */
function inputOf(stdin: ExecOptions['stdin']): ExecOptions['stdin'] {
  return typeof stdin === 'object' && !(stdin instanceof Uint8Array) ? readAhead(stdin) : stdin;
}

function hasInput(stdin: ExecOptions['stdin']): boolean {
  return stdin !== undefined && stdin !== false;
}
