import { WherryError } from '../../core/index.ts';

/** Variables for those that depend on a provider's service. */
export interface ProvidedVariables {
  /** They get the service's name before theirs: `DB_URL`. */
  prefixed: Record<string, string>;
  /** They are given as they are. */
  raw: Record<string, string>;
}

export interface MessageListener {
  onInfo: (message: string) => void;
  onDebug: (message: string) => void;
}

/** Reads what a provider writes: one JSON object a line, with `type` and `message`. */
export class ProviderMessages {
  readonly variables: ProvidedVariables = { prefixed: {}, raw: {} };
  /** What it says went wrong. */
  failure: string | undefined;
  /** The first thing that is none of its protocol. */
  fault: WherryError | undefined;
  readonly #listener: MessageListener;
  readonly #decoder = new TextDecoder();
  #open = '';

  constructor(listener: MessageListener) {
    this.#listener = listener;
  }

  add(chunk: Uint8Array): void {
    const lines = (this.#open + this.#decoder.decode(chunk, { stream: true })).split('\n');
    this.#open = lines.pop() ?? '';
    for (const line of lines) this.#read(line);
  }

  /** The last line may lack its end. */
  end(): void {
    this.#read(this.#open);
    this.#open = '';
  }

  #read(line: string): void {
    if (line.trim() === '' || this.fault !== undefined) return;
    const read = messageOf(line);
    if (read === undefined) {
      this.fault = noMessage(line);
      return;
    }
    const { type, message } = read;
    if (type === 'info') this.#listener.onInfo(message.split('\n', 1)[0] ?? '');
    else if (type === 'debug') this.#listener.onDebug(message);
    else if (type === 'error') this.failure ??= message;
    else if (type === 'setenv') this.#set(this.variables.prefixed, message, line);
    else if (type === 'rawsetenv') this.#set(this.variables.raw, message, line);
    else this.fault = noMessage(line);
  }

  #set(to: Record<string, string>, assignment: string, line: string): void {
    const at = assignment.indexOf('=');
    if (at < 1) this.fault = noMessage(line);
    else to[assignment.slice(0, at)] = assignment.slice(at + 1);
  }
}

function messageOf(line: string): { type: string; message: string } | undefined {
  try {
    const { type, message = '' } = JSON.parse(line);
    return typeof type === 'string' && typeof message === 'string' ? { type, message } : undefined;
  } catch {
    return undefined;
  }
}

/** Not the line itself: it may hold a secret. */
function noMessage(line: string): WherryError {
  return new WherryError('PROTOCOL', 'it wrote something that is no message of a provider', {
    hint: 'a provider writes lines as {"type": "info", "message": "…"} to its standard output, and all else to standard error',
    details: { length: line.length },
  });
}
