export { collect } from './bytes.ts';
export { type RunOptions, type RunResult, run } from './child-process.ts';
export { demux, demuxBatches, Frame, FrameDecoder, type FrameKind, rawBatches } from './demux.ts';
export type { Dialer, DialOptions, TlsDialOptions } from './dialer.ts';
export { tcpDialer, tlsDialer, unixDialer } from './dialer.ts';
export { type FileLockOptions, lockFile } from './file-lock.ts';
export {
  HttpClient,
  type HttpClientOptions,
  type HttpRequest,
  type RefusedUpgrade,
  type UpgradedSocket,
  type UpgradeRequest,
} from './http-client.ts';
export type { RequestBody } from './http-exchange.ts';
export { HttpResponse } from './http-response.ts';
export { LogLine } from './log-line.ts';
export { type LogLineOptions, LogLineSplitter, logLineBatches, logLines } from './log-lines.ts';
export { parseNdjson, parseNdjsonBatches } from './ndjson.ts';
export { type PortProbe, type PortState, type ProbeOptions, probePort } from './port-probe.ts';
export {
  type Liveness,
  livenessOf,
  type ProcessIdentity,
  parseIdentity,
  thisProcess,
} from './process-identity.ts';
export type { Query } from './query.ts';
export {
  type PackChoice,
  type PackDirectoryOptions,
  type PackedPath,
  packDirectory,
} from './tar-directory.ts';
export type { TarEntryType, TarHeader } from './tar-entry.ts';
export { type ExtractedTar, type ExtractTarOptions, extractTar } from './tar-extract.ts';
export { packEntries, type TarEntrySource } from './tar-pack.ts';
export { readTar, type TarEntry } from './tar-read.ts';
