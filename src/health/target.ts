import type { Secret } from '../core/secret.ts';

/** Fields that every kind of check has. */
export interface TargetBase {
  /** For messages and events. Default: what is probed. */
  name?: string | undefined;
  /** ms for one check. Default: 5000. */
  timeout?: number | undefined;
}

/** Healthy when a TCP connection opens. */
export interface TcpTarget extends TargetBase {
  kind: 'tcp';
  /** Default: 127.0.0.1. */
  host?: string;
  port: number;
}

/** Healthy when the answer has a wanted status and, when asked for, a matching body. Each check is a connection of its own. */
export interface HttpTarget extends TargetBase {
  kind: 'http';
  /** `http://` or `https://`. */
  url: string;
  /** Default: GET. */
  method?: string;
  headers?: Readonly<Record<string, string>>;
  /** Wanted status codes: single ones and inclusive ranges. Default: 200 to 399. */
  status?: readonly (number | readonly [from: number, to: number])[];
  /** Text that the body contains, or an expression that it matches. The first MiB is read. */
  body?: string | RegExp;
  /** How many redirects are followed; 0 judges the first answer. Default: 5. */
  maxRedirects?: number;
  tls?: TlsOptions;
}

/** Healthy when `grpc.health.v1.Health/Check` answers SERVING. */
export interface GrpcTarget extends TargetBase {
  kind: 'grpc';
  /** Default: 127.0.0.1. */
  host?: string;
  port: number;
  /** Service to ask about. Default: empty, the server as a whole. */
  service?: string;
  /** Speak TLS. Default: plain text. */
  tls?: TlsOptions;
}

/** Healthy when the command exits 0 in the container. It costs the engine a process per check. */
export interface ExecTarget extends TargetBase {
  kind: 'exec';
  container: string;
  command: readonly string[];
  user?: string;
}

/** Healthy when the engine's own health check says so. */
export interface EngineTarget extends TargetBase {
  kind: 'engine';
  container: string;
}

/** Healthy once a line of the container's present run matches. Each check waits for it up to its time limit. */
export interface LogTarget extends TargetBase {
  kind: 'log';
  container: string;
  /** Text that the line contains, or an expression that it matches. */
  pattern: string | RegExp;
}

/** Healthy when the function resolves; what it throws is the reason. */
export interface CustomTarget extends TargetBase {
  kind: 'custom';
  check: (signal: AbortSignal) => Promise<void>;
}

/** PEM texts; the host's trust store when `ca` is left out. */
export interface TlsOptions {
  ca?: string;
  cert?: string;
  key?: Secret;
  /** Name to verify and to send (SNI). Default: the host. */
  serverName?: string;
  /** Check the certificate. Default: true. */
  verify?: boolean;
}

/** What to check. Kinds beyond the seven built-in ones are added with `HealthChecker.register`. */
export type HealthTarget =
  | TcpTarget
  | HttpTarget
  | GrpcTarget
  | ExecTarget
  | EngineTarget
  | LogTarget
  | CustomTarget
  | (TargetBase & { kind: `x-${string}`; [field: string]: unknown });

export type HealthKind = HealthTarget['kind'];

/** What one check found. */
export interface HealthResult {
  /** Name of the target. */
  target: string;
  kind: HealthKind;
  healthy: boolean;
  /** One sentence: what was seen. */
  message: string;
  /** When the check began. */
  time: Date;
  durationMs: number;
  /** Machine-readable facts: address, status code, exit code … */
  details: Readonly<Record<string, unknown>>;
}

/** A name for people: the target's own, else what is probed. */
export function targetName(target: HealthTarget): string {
  if (target.name !== undefined) return target.name;
  switch (target.kind) {
    case 'tcp':
    case 'grpc':
      return `${target.kind}://${target.host ?? '127.0.0.1'}:${target.port}`;
    case 'http':
      return target.url;
    case 'exec':
    case 'engine':
    case 'log':
      return `${target.kind} ${target.container}`;
    default:
      return target.kind;
  }
}
