import type {
  AttachedProcess,
  AttachOptions,
  LogStream,
  OutputChunk,
  TerminalSize,
} from '../../core/streams.ts';
import { attachToContainer } from '../engine-api/attach.ts';
import type { EngineConnection } from '../engine-api/connection.ts';

/**
 * Podman writes the replayed log into the stream without frames. So what was written before comes from the log, which is
 * then followed, and the attached stream carries the input alone.
 */
export async function attachWithLogs(
  connection: EngineConnection,
  id: string,
  options: AttachOptions,
  follow: () => LogStream,
): Promise<AttachedProcess> {
  const process = await attachToContainer(connection, id, { ...options, logs: false });
  return new LoggedProcess(process, follow());
}

class LoggedProcess implements AttachedProcess {
  readonly #process: AttachedProcess;
  readonly #output: AsyncIterator<OutputChunk>;

  constructor(process: AttachedProcess, log: LogStream) {
    this.#process = process;
    this.#output = log.chunks()[Symbol.asyncIterator]();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<OutputChunk, void, undefined> {
    try {
      for (let next = await this.#output.next(); next.done !== true; next = await this.#output.next())
        yield next.value;
    } finally {
      await this.#output.return?.();
      this.close();
    }
  }

  write(data: Uint8Array | string): Promise<void> {
    return this.#process.write(data);
  }

  end(): Promise<void> {
    return this.#process.end();
  }

  resize(size: TerminalSize): Promise<void> {
    return this.#process.resize(size);
  }

  close(): void {
    this.#process.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
  }
}
