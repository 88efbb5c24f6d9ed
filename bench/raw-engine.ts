import { Agent, request } from 'node:http';

/** The least client that can speak to an engine: what the library is compared with. */
export class RawEngine {
  readonly #socketPath: string;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 64 });

  /** First part of the paths of versioned calls. */
  readonly version: string;

  constructor(socketPath: string, version = 'v1.41') {
    this.#socketPath = socketPath;
    this.version = version;
  }

  call<T = unknown>(method: string, path: string, body?: unknown): Promise<T> {
    const text = body === undefined ? undefined : JSON.stringify(body);
    const headers =
      text === undefined
        ? {}
        : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) };
    return new Promise((resolve, reject) => {
      const outgoing = request(
        { socketPath: this.#socketPath, agent: this.#agent, method, path, headers },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('error', reject);
          response.on('end', () => {
            const answer = Buffer.concat(chunks).toString();
            if ((response.statusCode ?? 500) >= 400)
              reject(new Error(`${method} ${path}: ${response.statusCode} ${answer}`));
            else resolve((answer === '' ? undefined : JSON.parse(answer)) as T);
          });
        },
      );
      outgoing.on('error', reject);
      outgoing.end(text);
    });
  }

  /** Calls `onLine` with every JSON line of a stream until `stop` is called. */
  follow(
    path: string,
    onLine: (line: Record<string, unknown>) => void,
  ): { ready: Promise<void>; stop: () => void } {
    const outgoing = request({ socketPath: this.#socketPath, method: 'GET', path });
    const ready = new Promise<void>((resolve, reject) => {
      outgoing.on('error', reject);
      outgoing.on('response', (response) => {
        resolve();
        let rest = '';
        response.on('error', () => undefined);
        response.on('data', (chunk: Buffer) => {
          const lines = (rest + chunk.toString()).split('\n');
          rest = lines.pop() ?? '';
          for (const line of lines)
            if (line.trim() !== '') onLine(JSON.parse(line) as Record<string, unknown>);
        });
      });
    });
    outgoing.end();
    return {
      ready,
      stop: () => {
        ready.catch(() => undefined);
        outgoing.destroy();
      },
    };
  }

  close(): void {
    this.#agent.destroy();
  }
}
