import { type ProtoField, protoFields, protoText } from './protobuf.ts';

/** What BuildKit reports of a build under way: `moby.buildkit.v1.StatusResponse`, in so far as we read it. */
export interface BuildkitStatus {
  vertexes: readonly BuildkitVertex[];
  statuses: readonly BuildkitTransfer[];
  logs: readonly BuildkitLogChunk[];
  warnings: readonly { vertex: string; text: string }[];
}

/** A step. */
export interface BuildkitVertex {
  digest: string;
  name: string;
  cached: boolean;
  started: boolean;
  completed: boolean;
  /** Empty while it has not failed. */
  error: string;
}

/** A part of a step with an amount: a layer that is fetched, a context that is sent. */
export interface BuildkitTransfer {
  id: string;
  vertex: string;
  name: string;
  /** Bytes. */
  current: number;
  /** Bytes; 0 when not known. */
  total: number;
  completed: boolean;
}

interface BuildkitLogChunk {
  vertex: string;
  /** 1 is stdout, 2 is stderr. */
  stream: number;
  message: Uint8Array;
}

/** Decodes a status; `PROTOCOL` when it is none. */
export function decodeBuildkitStatus(bytes: Uint8Array): BuildkitStatus {
  const vertexes: BuildkitVertex[] = [];
  const statuses: BuildkitTransfer[] = [];
  const logs: BuildkitLogChunk[] = [];
  const warnings: { vertex: string; text: string }[] = [];
  for (const { number, value } of protoFields(bytes)) {
    if (typeof value === 'number') continue;
    const fields = lastFields(value);
    if (number === 1) vertexes.push(vertex(fields));
    else if (number === 2) statuses.push(transfer(fields));
    else if (number === 3) logs.push(logChunk(fields));
    else if (number === 4) warnings.push({ vertex: text(fields, 1), text: text(fields, 3) });
  }
  return { vertexes, statuses, logs, warnings };
}

type Fields = ReadonlyMap<number, ProtoField['value']>;

/** Of a field that comes more than once, the last counts. */
function lastFields(bytes: Uint8Array): Fields {
  return new Map([...protoFields(bytes)].map(({ number, value }) => [number, value]));
}

function vertex(fields: Fields): BuildkitVertex {
  return {
    digest: text(fields, 1),
    name: text(fields, 3),
    cached: number(fields, 4) === 1,
    started: fields.has(5),
    completed: fields.has(6),
    error: text(fields, 7),
  };
}

function transfer(fields: Fields): BuildkitTransfer {
  return {
    id: text(fields, 1),
    vertex: text(fields, 2),
    name: text(fields, 3),
    current: number(fields, 4),
    total: number(fields, 5),
    completed: fields.has(8),
  };
}

function logChunk(fields: Fields): BuildkitLogChunk {
  const message = fields.get(4);
  return {
    vertex: text(fields, 1),
    stream: number(fields, 3),
    message: message instanceof Uint8Array ? message : new Uint8Array(),
  };
}

function text(fields: Fields, index: number): string {
  return protoText(fields.get(index) ?? 0);
}

function number(fields: Fields, index: number): number {
  const value = fields.get(index);
  return typeof value === 'number' ? value : 0;
}
