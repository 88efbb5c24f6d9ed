import type { Secret } from '../core/secret.ts';
import { parseDuration } from '../core/units.ts';
import { boolean, duration, filledText, integer, listOf, mapOf, text, textOrNumber } from './decode.ts';
import type { Service } from './model.ts';
import type { ProbeFiles } from './probe-files.ts';
import type { Reading } from './reading.ts';
import type { Node, Path } from './tree.ts';
import { type Check, checkKeys, record } from './x-keys.ts';

/** `x-wherry.probe`: how to see from outside that the service is ready, for images without a shell. */
export interface OutsideProbe {
  kind: 'tcp' | 'http' | 'grpc';
  /** The port in the container. */
  port: number;
  /** Of an HTTP probe. Default: `/`. */
  path: string;
  /** Wanted status codes of an HTTP probe. Default: 200 to 399. */
  status: readonly number[] | undefined;
  /** Of the request of an HTTP probe. */
  headers: Readonly<Record<string, string>> | undefined;
  /** Text that the answer to an HTTP probe contains. */
  body: string | undefined;
  /** Speak TLS; undefined: plain text. */
  tls: ProbeTls | undefined;
  /** What a gRPC probe asks about. Default: empty, the server as a whole. */
  service: string;
  /** ms for one try. Default: 5 s. */
  timeout: number;
}

/** PEM texts; without a `ca` the trust store of this machine judges. */
export interface ProbeTls {
  /** Check the server's certificate. Default: true. */
  verify: boolean;
  /** Who the certificate has to be for. Default: the host. */
  serverName: string | undefined;
  ca?: string;
  cert?: string;
  key?: Secret;
}

const kinds = ['tcp', 'http', 'grpc'] as const;
const port: Check = integer({ min: 1, max: 65_535 });
const tlsKeys: Readonly<Record<string, Check>> = {
  verify: boolean,
  server_name: filledText,
  ca: filledText,
  cert: filledText,
  key: filledText,
};
const tls: Check = (node, path, to) => {
  if (node.kind !== 'mapping') return boolean(node, path, to);
  checkKeys(node, path, to, tlsKeys);
  if (node.entries.has('cert') !== node.entries.has('key'))
    to.error('missing-key', 'must have cert and key together', node, path);
};
const keysOf: Readonly<Record<OutsideProbe['kind'], Readonly<Record<string, Check>>>> = {
  tcp: { port },
  http: {
    port,
    path: text,
    status: (node, path, to) => statusCodes(node, path, to),
    headers: mapOf(textOrNumber),
    body: filledText,
    tls,
  },
  grpc: { port, service: text, tls },
};

const statusCode = integer({ min: 100, max: 599 });
const statusCodes: Check = (node, path, to) =>
  (node.kind === 'sequence' ? listOf(statusCode) : statusCode)(node, path, to);

/** Checks that the probe is of one kind and says its port. */
export function checkProbe(node: Node, path: Path, to: Reading): undefined {
  checkKeys(node, path, to, {
    tcp: (value, at) => checkKind('tcp', value, at, to),
    http: (value, at) => checkKind('http', value, at, to),
    grpc: (value, at) => checkKind('grpc', value, at, to),
    timeout: duration,
  });
  if (node.kind !== 'mapping') return;
  const said = kinds.filter((kind) => node.entries.has(kind));
  if (said.length !== 1) to.error('value', 'must have one of tcp, http and grpc', node, path);
}

/** A mapping, or the port alone. */
function checkKind(kind: OutsideProbe['kind'], node: Node, path: Path, to: Reading): undefined {
  if (node.kind !== 'mapping') {
    port(node, path, to);
    return;
  }
  checkKeys(node, path, to, keysOf[kind]);
  if (!node.entries.has('port')) to.error('missing-key', 'must say the port in the container', node, path);
}

/** The probe that the service declares, with defaults; undefined when it declares none. */
export function outsideProbe(service: Service): OutsideProbe | undefined {
  const own = record(record(service.extensions['x-wherry']).probe);
  const kind = kinds.find((one) => own[one] !== undefined);
  if (kind === undefined) return undefined;
  const said = typeof own[kind] === 'object' ? record(own[kind]) : { port: own[kind] };
  const codes = Array.isArray(said.status)
    ? said.status
    : said.status === undefined
      ? undefined
      : [said.status];
  return {
    kind,
    port: Number(said.port),
    path: `/${String(said.path ?? '').replace(/^\//, '')}`,
    status: codes?.map(Number),
    headers: headersOf(said.headers),
    body: said.body === undefined ? undefined : String(said.body),
    tls: tlsOf(said.tls, service.probeFiles),
    service: String(said.service ?? ''),
    timeout: parseDuration(String(own.timeout ?? '5s')),
  };
}

function headersOf(said: unknown): OutsideProbe['headers'] {
  if (said === undefined) return undefined;
  return Object.fromEntries(Object.entries(record(said)).map(([name, value]) => [name, String(value)]));
}

function tlsOf(said: unknown, files: ProbeFiles = {}): OutsideProbe['tls'] {
  if (said === undefined || isNo(said)) return undefined;
  const { verify, server_name: serverName } = record(said);
  const { ca, cert, key } = files;
  return {
    verify: !isNo(verify),
    serverName: serverName === undefined ? undefined : String(serverName),
    ...(ca?.content && { ca: String(ca.content.reveal()) }),
    ...(cert?.content && { cert: String(cert.content.reveal()) }),
    ...(key?.content && { key: key.content }),
  };
}

function isNo(said: unknown): boolean {
  return said === false || said === 'false';
}
