import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';

/** Records of a zone by name, as a zone file would have them. */
export interface Zone {
  [name: string]: readonly Resource[];
}

export type Resource =
  | { type: 'A'; address: string; ttl?: number }
  | { type: 'AAAA'; address: string; ttl?: number }
  | { type: 'SRV'; target: string; port: number; priority: number; weight: number; ttl?: number };

export type Mood = 'answers' | 'silent' | 'servfail';

const codes = { A: 1, AAAA: 28, SRV: 33 } as const;

/** A DNS server on a UDP port of the loopback that answers for one zone (RFC 1035, 2782, 3596). */
export class DnsServer implements AsyncDisposable {
  readonly #socket: Socket;
  readonly zone: Zone;
  mood: Mood = 'answers';
  /** `NAME TYPE` of each question, in order. */
  readonly questions: string[] = [];

  private constructor(socket: Socket, zone: Zone) {
    this.#socket = socket;
    this.zone = { ...zone };
    socket.on('message', (query, from) => {
      const reply = this.#reply(query);
      if (reply !== null) socket.send(reply, from.port, from.address);
    });
  }

  static async listen(zone: Zone): Promise<DnsServer> {
    const socket = createSocket('udp4');
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    return new DnsServer(socket, zone);
  }

  get address(): string {
    return `127.0.0.1:${(this.#socket.address() as AddressInfo).port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await new Promise<void>((resolve) => this.#socket.close(() => resolve()));
  }

  #reply(query: Buffer): Buffer | null {
    const end = query.indexOf(0, 12);
    const name = readName(query, 12);
    const code = query.readUInt16BE(end + 1);
    const type = Object.entries(codes).find(([, one]) => one === code)?.[0] ?? String(code);
    this.questions.push(`${name} ${type}`);
    if (this.mood === 'silent') return null;
    const question = query.subarray(12, end + 5);
    const known = this.zone[name.toLowerCase()];
    const answers = (known ?? []).filter((one) => one.type === type);
    const status = this.mood === 'servfail' ? 2 : known === undefined ? 3 : 0;
    const header = Buffer.alloc(12);
    query.copy(header, 0, 0, 2);
    header.writeUInt16BE(0x8580 | status, 2);
    header.writeUInt16BE(1, 4);
    header.writeUInt16BE(status === 0 ? answers.length : 0, 6);
    return Buffer.concat([header, question, ...(status === 0 ? answers.map(resource) : [])]);
  }
}

function readName(query: Buffer, start: number): string {
  const labels: string[] = [];
  for (let at = start; query[at] !== 0; at += (query[at] ?? 0) + 1)
    labels.push(query.toString('latin1', at + 1, at + 1 + (query[at] ?? 0)));
  return labels.join('.');
}

function writeName(name: string): Buffer {
  const labels = name.split('.').map((label) => Buffer.from([label.length, ...Buffer.from(label, 'latin1')]));
  return Buffer.concat([...labels, Buffer.from([0])]);
}

function resource(record: Resource): Buffer {
  const data = dataOf(record);
  const head = Buffer.alloc(12);
  // The name of the question.
  head.writeUInt16BE(0xc00c, 0);
  head.writeUInt16BE(codes[record.type], 2);
  head.writeUInt16BE(1, 4);
  head.writeUInt32BE(record.ttl ?? 60, 6);
  head.writeUInt16BE(data.length, 10);
  return Buffer.concat([head, data]);
}

function dataOf(record: Resource): Buffer {
  if (record.type === 'A') return Buffer.from(record.address.split('.').map(Number));
  if (record.type === 'AAAA') return ipv6Bytes(record.address);
  const head = Buffer.alloc(6);
  head.writeUInt16BE(record.priority, 0);
  head.writeUInt16BE(record.weight, 2);
  head.writeUInt16BE(record.port, 4);
  return Buffer.concat([head, writeName(record.target)]);
}

function ipv6Bytes(address: string): Buffer {
  const [before = '', after] = address.split('::');
  const groups = (text: string): number[] =>
    text === '' ? [] : text.split(':').map((one) => Number.parseInt(one, 16));
  const [first, last] = [groups(before), groups(after ?? '')];
  const all = [...first, ...Array<number>(8 - first.length - last.length).fill(0), ...last];
  return Buffer.from(all.flatMap((group) => [group >> 8, group & 0xff]));
}
