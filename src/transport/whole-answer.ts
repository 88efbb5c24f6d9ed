/** An answer of HTTP/1 with its whole body. Header names are in lower case; the values of one name are joined with `, `. */
export interface WholeAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** Whether the peer lets the connection be used again, and sent nothing that we did not ask for. */
  readonly isReusable: boolean;
}

interface Head {
  status: number;
  headers: Record<string, string>;
  keepsAlive: boolean;
}

const HEAD_LIMIT = 64 * 1024;
const BODY_LIMIT = 256 * 1024 * 1024;
const LINE_LIMIT = 4096;
const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

/**
 * Reads the answer to one GET from bytes that come in pieces (RFC 9112). Throws an `Error` that says why for what is not
 * HTTP/1, or has more than 64 KiB of head or 256 MiB of body.
 */
export class WholeAnswerReader {
  #pending: Buffer = Buffer.alloc(0);
  #head: Head | undefined;
  #read: ((ended: boolean) => boolean) | undefined;
  #parts: Buffer[] = [];
  #size = 0;

  /** Whether the head is complete. */
  get hasHead(): boolean {
    return this.#head !== undefined;
  }

  /** Takes the next bytes; the answer once they complete it. */
  push(bytes: Buffer): WholeAnswer | undefined {
    this.#pending = this.#pending.length === 0 ? bytes : Buffer.concat([this.#pending, bytes]);
    return this.#advance({ ended: false });
  }

  /** Tells that the peer closed; the answer where that is what ends it, undefined where it was cut. */
  end(): WholeAnswer | undefined {
    return this.#advance({ ended: true });
  }

  #advance({ ended }: { ended: boolean }): WholeAnswer | undefined {
    while (this.#head === undefined) {
      const head = this.#takeHead();
      if (head === undefined) return undefined;
      if (head.status >= 200 || head.status === 101) this.#head = head;
    }
    this.#read ??= this.#bodyReader(this.#head);
    if (!this.#read(ended)) return undefined;
    const { status, headers, keepsAlive } = this.#head;
    const isReusable = keepsAlive && !ended && this.#pending.length === 0;
    return { status, headers, body: Buffer.concat(this.#parts), isReusable };
  }

  #takeHead(): Head | undefined {
    const start = this.#pending.subarray(0, 5).toString('latin1');
    if (!'HTTP/'.startsWith(start)) throw notHttp(`it begins with ${JSON.stringify(start)}`);
    const end = this.#pending.indexOf('\r\n\r\n');
    if (end > HEAD_LIMIT || (end < 0 && this.#pending.length > HEAD_LIMIT))
      throw notHttp('its head has no end');
    if (end < 0) return undefined;
    const text = this.#pending.toString('latin1', 0, end);
    this.#pending = this.#pending.subarray(end + 4);
    return parseHead(text);
  }

  #bodyReader({ status, headers }: Head): (ended: boolean) => boolean {
    if (status === 101 || status === 204 || status === 304) return () => true;
    const encoding = headers['transfer-encoding'];
    if (encoding !== undefined) {
      if (encoding.toLowerCase() !== 'chunked') throw notHttp(`its encoding is ${JSON.stringify(encoding)}`);
      return this.#chunkedBody();
    }
    const length = headers['content-length'];
    if (length === undefined) return (ended) => this.#bodyUntilClose({ ended });
    // The same length twice is allowed (RFC 9110, 8.6).
    const lengths = new Set(length.split(', '));
    const only = [...lengths][0] ?? '';
    if (lengths.size > 1 || !/^\d{1,15}$/.test(only))
      throw notHttp(`its length is ${JSON.stringify(length)}`);
    return () => {
      this.#take(Number(only) - this.#size);
      return this.#size === Number(only);
    };
  }

  #bodyUntilClose({ ended }: { ended: boolean }): boolean {
    this.#take(this.#pending.length);
    if (ended && this.#head !== undefined) this.#head.keepsAlive = false;
    return ended;
  }

  #chunkedBody(): () => boolean {
    /** Bytes that the chunk still has; -2 for the line break behind it, -1 for the next chunk's size, -3 for trailers. */
    let left = -1;
    return () => {
      for (;;) {
        if (left > 0) {
          const before = this.#size;
          this.#take(left);
          left -= this.#size - before;
          if (left > 0) return false;
          left = -2;
        }
        const line = this.#takeLine();
        if (line === undefined) return false;
        if (left === -2) {
          if (line !== '') throw notHttp('a chunk is longer than it says');
          left = -1;
        } else if (left === -3) {
          if (line === '') return true;
        } else {
          const size = /^([0-9a-fA-F]{1,12})[ \t]*(?:;.*)?$/.exec(line)?.[1];
          if (size === undefined) throw notHttp(`a chunk's size is ${JSON.stringify(line.slice(0, 40))}`);
          left = Number.parseInt(size, 16) || -3;
        }
      }
    };
  }

  #takeLine(): string | undefined {
    const end = this.#pending.indexOf('\r\n');
    if (end > LINE_LIMIT || (end < 0 && this.#pending.length > LINE_LIMIT))
      throw notHttp('a line has no end');
    if (end < 0) return undefined;
    const line = this.#pending.toString('latin1', 0, end);
    this.#pending = this.#pending.subarray(end + 2);
    return line;
  }

  /** Moves at most `count` of the pending bytes to the body. */
  #take(count: number): void {
    const part = this.#pending.subarray(0, count);
    this.#size += part.length;
    if (this.#size > BODY_LIMIT) throw new Error(`the answer is longer than ${BODY_LIMIT} bytes`);
    if (part.length > 0) this.#parts.push(part);
    this.#pending = this.#pending.subarray(part.length);
  }
}

function parseHead(text: string): Head {
  const [start = '', ...lines] = text.split('\r\n');
  const [, minor, code] = /^HTTP\/1\.([01]) (\d{3})(?: .*)?$/.exec(start) ?? [];
  if (code === undefined) throw notHttp(`it begins with ${JSON.stringify(start.slice(0, 40))}`);
  const headers: Record<string, string> = Object.create(null);
  for (const line of lines) {
    const colon = line.indexOf(':');
    const name = line.slice(0, Math.max(0, colon)).toLowerCase();
    if (!token.test(name)) throw notHttp(`a header is ${JSON.stringify(line.slice(0, 40))}`);
    const value = line.slice(colon + 1).trim();
    headers[name] = headers[name] === undefined ? value : `${headers[name]}, ${value}`;
  }
  const connection = (headers.connection ?? '').toLowerCase().split(/ *, */);
  const keepsAlive = minor === '1' ? !connection.includes('close') : connection.includes('keep-alive');
  return { status: Number(code), headers, keepsAlive };
}

function notHttp(why: string): Error {
  return new Error(`the answer is not HTTP: ${why}`);
}
