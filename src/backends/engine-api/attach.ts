import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { isWherryError, WherryError } from '../../core/errors.ts';
import type { CallOptions } from '../../core/image.ts';
import type { AttachedProcess, AttachOptions, OutputChunk, TerminalSize } from '../../core/streams.ts';
import type { EngineConnection } from './connection.ts';
import { containerPath } from './container-path.ts';
import { containerRecord } from './lifecycle.ts';
import { endInput, writeInput } from './process-input.ts';
import { ProcessOutput, type ProcessOutputOptions } from './process-output.ts';

const END_LIMIT_MS = 5000;

/** `Backend.attach` for engines with the Engine API. May be called before the start, so that no output is missed. */
export async function attachToContainer(
  connection: EngineConnection,
  id: string,
  options: AttachOptions = {},
): Promise<AttachedProcess> {
  const { stdin = false, logs = false, signal } = options;
  const { Config: config, State: state, Id: fullId } = await containerRecord(connection, id, { signal });
  const { socket } = await connection.upgrade({
    path: containerPath(fullId, 'attach'),
    query: { stream: true, stdin, stdout: true, stderr: true, logs },
    signal,
  });
  const tty = config.Tty === true;
  return new ContainerConversation(socket, {
    tty,
    stdin,
    resize: (size) => resizeContainer(connection, fullId, size),
    hasEnded: () => runHasEnded(connection, fullId, state.FinishedAt),
  });
}

/** Whether a run of the container ended since `finishedAt`; the engine may need a moment to write that down. */
async function runHasEnded(
  connection: EngineConnection,
  id: string,
  finishedAt: string | undefined,
): Promise<boolean> {
  try {
    for (let delay = 10; delay < END_LIMIT_MS; delay *= 2) {
      const { State: state } = await containerRecord(connection, id);
      if (state.Running !== true || state.FinishedAt !== finishedAt) return true;
      await sleep(delay);
    }
    return false;
  } catch (error) {
    if (isWherryError(error, 'NOT_FOUND')) return true;
    throw error;
  }
}

export async function resizeContainer(
  connection: EngineConnection,
  id: string,
  size: TerminalSize,
  options: CallOptions = {},
): Promise<void> {
  await connection.call({
    method: 'POST',
    path: containerPath(id, 'resize'),
    query: { h: size.rows, w: size.columns },
    signal: options.signal,
  });
}

export type ConversationOptions = ProcessOutputOptions & {
  /** Whether our end of the input is connected. */
  stdin: boolean;
  resize(size: TerminalSize): Promise<void>;
};

/** A process at the other end of a hijacked stream. */
export class ContainerConversation implements AttachedProcess {
  protected readonly output: ProcessOutput;
  readonly #socket: Duplex;
  readonly #options: ConversationOptions;

  constructor(socket: Duplex, options: ConversationOptions) {
    this.#socket = socket;
    this.#options = options;
    this.output = new ProcessOutput(socket, options);
  }

  [Symbol.asyncIterator](): AsyncGenerator<OutputChunk, void, undefined> {
    return this.output.chunks();
  }

  async write(data: Uint8Array | string): Promise<void> {
    if (!this.#options.stdin) {
      throw new WherryError('CONFLICT', 'the input of the process is not connected', {
        hint: 'ask for it with `stdin: true`',
      });
    }
    await writeInput(this.#socket, data);
  }

  async end(): Promise<void> {
    await endInput(this.#socket, this.#options);
  }

  async resize(size: TerminalSize): Promise<void> {
    if (!this.#options.tty) {
      throw new WherryError('CONFLICT', 'the process has no terminal that could be resized');
    }
    await this.#options.resize(size);
  }

  close(): void {
    this.output.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
  }
}
