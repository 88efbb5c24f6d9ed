import { crypto } from '../../transport/builtin.ts';
import { type CacheEntry, cacheEntry } from './build-cache.ts';
import type { BuildJob } from './build-job.ts';
import { hostLines } from './build-request.ts';
import { directoryName, isUrl } from './buildkit-source.ts';
import { type BuildkitStatus, decodeBuildkitStatus } from './buildkit-status.ts';
import { type GrpcClient, grpcClient } from './grpc-client.ts';
import { encodeProto, type ProtoInput, protoFields, protoMap, protoText } from './protobuf.ts';

/** What a build hands to `Solve` beside what is asked for. */
export interface SolveSource {
  /** Of the session that serves the files. */
  session: string;
  /** Path of the Dockerfile. */
  dockerfile: string;
}

/**
 * Builds by BuildKit's own API, `moby.buildkit.v1.Control`, which Docker offers on `POST /grpc`: it takes all that
 * BuildKit can do, where `POST /build` passes on a part of it. Resolves to the id of the image; what goes wrong in the
 * build is a `GrpcFailure`.
 */
export async function solve(
  { context, input, tags, signal }: BuildJob,
  source: SolveSource,
  onStatus: (status: BuildkitStatus) => void,
): Promise<string | undefined> {
  const { socket } = await context.connection.upgrade({
    method: 'POST',
    path: '/grpc',
    protocol: 'h2c',
    signal,
  });
  const client = grpcClient(socket);
  try {
    const ref = crypto().randomBytes(16).toString('hex');
    const reported = report(client, ref, onStatus);
    const request = solveRequest(ref, { input, tags }, source);
    const [solved] = await Promise.allSettled([result(client.call(control('Solve'), request, { signal }))]);
    if (signal?.aborted !== true) await within(LAST_REPORTS, reported);
    if (solved.status === 'rejected') throw solved.reason;
    return solved.value;
  } finally {
    client.close();
  }
}

/** ms in which the last reports of a build that is over arrive; of one that never began there are none. */
const LAST_REPORTS = 2000;

async function within(time: number, work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, time);
  });
  await Promise.race([work, late]);
  clearTimeout(timer);
}

function control(method: string): string {
  return `/moby.buildkit.v1.Control/${method}`;
}

/** Never fails: how the build ends is told by `Solve`. */
async function report(
  client: GrpcClient,
  ref: string,
  onStatus: (status: BuildkitStatus) => void,
): Promise<void> {
  try {
    const request = encodeProto([{ number: 1, value: ref }]);
    for await (const message of client.call(control('Status'), request))
      onStatus(decodeBuildkitStatus(message));
  } catch {
    // A build that is over before it is asked for has no status any more.
  }
}

/** The image's id in `SolveResponse.ExporterResponse`. */
async function result(responses: AsyncIterable<Uint8Array>): Promise<string | undefined> {
  let id: string | undefined;
  for await (const response of responses) {
    for (const { number, value } of protoFields(response)) {
      if (number !== 1 || typeof value === 'number') continue;
      const [key, text] = [...protoFields(value)].map((field) => protoText(field.value));
      if (key === 'containerimage.digest') id = text;
    }
  }
  return id;
}

type Asked = Pick<BuildJob, 'input' | 'tags'>;

/** `moby.buildkit.v1.SolveRequest`. BuildKit before 0.13 knows the exporter by fields 3 and 4 only, which are still read. */
function solveRequest(ref: string, asked: Asked, { session, dockerfile }: SolveSource): Buffer {
  const { cacheFrom = [], cacheTo = [], network, entitlements = [] } = asked.input;
  const granted = network === 'host' ? new Set(['network.host', ...entitlements]) : new Set(entitlements);
  const cache = [
    ...cacheTo.map((entry) => ({ number: 4, value: encodeCache(cacheEntry(entry)) })),
    ...cacheFrom.map((entry) => ({ number: 5, value: encodeCache(cacheEntry(entry)) })),
  ];
  return encodeProto([
    { number: 1, value: ref },
    { number: 3, value: 'moby' },
    ...protoMap(4, { name: asked.tags.join(',') }),
    { number: 5, value: session },
    { number: 6, value: 'dockerfile.v0' },
    ...protoMap(7, frontendAttributes(asked.input, dockerfile)),
    { number: 8, value: encodeProto(cache) },
    ...[...granted].map((value): ProtoInput => ({ number: 9, value })),
  ]);
}

function encodeCache({ type, attributes }: CacheEntry): Buffer {
  return encodeProto([{ number: 1, value: type }, ...protoMap(2, attributes)]);
}

/** What the Dockerfile frontend takes, in its spelling; `POST /build` writes the same down from its query. */
function frontendAttributes(input: Asked['input'], dockerfile: string): Record<string, string> {
  const { target, platform, network, shmSize, noCache, noCacheFilter = [], pull, ulimits } = input;
  const { args = {}, labels = {}, cacheFrom = [], extraHosts, additionalContexts = {} } = input;
  const imports = cacheFrom
    .map(cacheEntry)
    .map(({ type, attributes }) => ({ Type: type, Attrs: attributes }));
  const limits = Object.entries(ulimits ?? {}).map(([name, { soft, hard }]) => `${name}=${soft}:${hard}`);
  const hosts = (hostLines(extraHosts) ?? []).map((line) => line.replace(':', '='));
  return {
    filename: dockerfile,
    'image-resolve-mode': pull === true ? 'pull' : 'default',
    ...prefixed('build-arg:', args),
    ...prefixed('label:', labels),
    ...given('target', target),
    ...given('platform', platform),
    ...given('force-network-mode', network === 'host' || network === 'none' ? network : undefined),
    ...given('shm-size', shmSize?.toString()),
    ...given('ulimit', limits.join(',') || undefined),
    ...given('add-hosts', hosts.join(',') || undefined),
    ...given('cache-imports', imports.length === 0 ? undefined : JSON.stringify(imports)),
    ...(noCache === true
      ? { 'no-cache': '' }
      : given('no-cache', noCacheFilter.length === 0 ? undefined : noCacheFilter.join(','))),
    ...given('attest:provenance', attestation(input.provenance)),
    ...given('attest:sbom', attestation(input.sbom)),
    ...contextAttributes(additionalContexts),
  };
}

/** A frontend that cannot have such contexts says so by the capability that is asked for. */
function contextAttributes(contexts: Readonly<Record<string, string>>): Record<string, string> {
  const entries = Object.entries(contexts).map(([name, context]) => [
    `context:${name}`,
    isUrl(context) ? context : `local:${directoryName(name)}`,
  ]);
  if (entries.length === 0) return {};
  return { ...Object.fromEntries(entries), 'frontend.caps': 'moby.buildkit.frontend.contexts+forward' };
}

/** Its parameters (`mode=max`): none for `true`; undefined when it is not wanted. */
function attestation(asked: string | undefined): string | undefined {
  if (asked === 'false') return undefined;
  return asked === 'true' ? '' : asked;
}

function prefixed(prefix: string, map: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(map).map(([name, value]) => [`${prefix}${name}`, value]));
}

function given(key: string, value: string | undefined): Record<string, string> {
  return value === undefined ? {} : { [key]: value };
}
