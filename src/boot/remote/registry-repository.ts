import { createHash } from 'node:crypto';
import { RegistryAuth } from '../../backends/engine-api/registry-auth.ts';
import { cancelled, type Reference, type RegistryCredentials, WherryError } from '../../core/index.ts';
import { basicAuthorization, bearerToken, parseChallenge } from './registry-token.ts';

export interface RegistryOptions {
  env: Readonly<Record<string, string | undefined>>;
  /** Hosts that are spoken to without TLS. Default: those of this machine's loopback may do without. */
  insecureRegistries?: readonly string[] | undefined;
  signal?: AbortSignal | undefined;
}

/** Something of a registry, checked against its digest. */
export interface Content {
  bytes: Uint8Array;
  digest: string;
  mediaType: string;
}

/** What manifests say of something. */
export interface Descriptor {
  mediaType?: string;
  digest: string;
  size: number;
  artifactType?: string;
  annotations?: Readonly<Record<string, string>>;
}

/** Media types of what lists manifests. */
export const indexTypes: readonly string[] = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
];

const manifestTypes = [
  ...indexTypes,
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
];

const largestManifest = 4 * 1024 * 1024;

/** One repository of a registry, by the OCI distribution API, with the credentials of `docker login`. */
export class RegistryRepository {
  readonly #reference: Reference;
  readonly #env: RegistryOptions['env'];
  readonly #insecure: readonly string[];
  readonly #signal: AbortSignal | undefined;
  #authorization: string | undefined;
  #origin: string | undefined;

  constructor(reference: Reference, { env, insecureRegistries = [], signal }: RegistryOptions) {
    this.#reference = reference;
    this.#env = env;
    this.#insecure = insecureRegistries;
    this.#signal = signal;
  }

  /** A manifest by its tag or digest. */
  async manifest(reference: string): Promise<Content> {
    const response = await this.#get(`manifests/${reference}`, manifestTypes.join(', '));
    const bytes = await this.#read(response, largestManifest);
    const digest = digestOf(bytes);
    if (reference.startsWith('sha256:') && digest !== reference) throw this.#altered(reference);
    const mediaType = response.headers.get('content-type')?.split(';')[0]?.trim() ?? '';
    return { bytes, digest, mediaType };
  }

  /** A blob of that many bytes. */
  async blob(digest: string, size: number): Promise<Content> {
    if (!/^sha256:[0-9a-f]{64}$/.test(digest)) throw new WherryError('PROTOCOL', `"${digest}" is no digest`);
    const response = await this.#get(`blobs/${digest}`, '*/*');
    const bytes = await this.#read(response, size);
    if (bytes.length !== size || digestOf(bytes) !== digest) throw this.#altered(digest);
    return { bytes, digest, mediaType: '' };
  }

  /** A blob as it comes; whoever puts it elsewhere has it checked there. */
  async blobStream(digest: string): Promise<ReadableStream<Uint8Array>> {
    const { body } = await this.#get(`blobs/${digest}`, '*/*');
    return body ?? new ReadableStream({ start: (controller) => controller.close() });
  }

  /** Puts a blob there that is not there yet. */
  async putBlob(bytes: Buffer): Promise<Pick<Descriptor, 'digest' | 'size'>> {
    const blob = { digest: digestOf(bytes), size: bytes.length };
    if (!(await this.#has(blob.digest))) await this.#upload(bytes, blob);
    return blob;
  }

  /** As {@link putBlob}, of a blob that comes from elsewhere. */
  async putStream(
    body: ReadableStream<Uint8Array>,
    blob: Pick<Descriptor, 'digest' | 'size'>,
  ): Promise<void> {
    await this.#upload(body, blob);
  }

  /** Whether a blob is there, or the registry takes it over from a repository of its own. */
  async takesBlob(digest: string, from: Pick<Reference, 'registry' | 'repository'>): Promise<boolean> {
    if (await this.#has(digest)) return true;
    if (from.registry !== this.#reference.registry) return false;
    const query = new URLSearchParams({ mount: digest, from: from.repository });
    const response = await this.#ask(`blobs/uploads/?${query}`, { method: 'POST' });
    await response.body?.cancel();
    return response.status === 201;
  }

  /** Puts a manifest there, under a tag or by its digest alone. */
  async putManifest(tag: string | undefined, bytes: Buffer, mediaType: string): Promise<Descriptor> {
    const digest = digestOf(bytes);
    const headers = { 'content-type': mediaType };
    const answer = await this.#ask(`manifests/${tag ?? digest}`, { method: 'PUT', headers, body: bytes });
    const response = await this.#checked(answer);
    await response.body?.cancel();
    return { mediaType, digest, size: bytes.length };
  }

  async #has(digest: string): Promise<boolean> {
    const response = await this.#ask(`blobs/${digest}`, { method: 'HEAD' });
    await response.body?.cancel();
    return response.ok;
  }

  /** In one piece, to where the registry says. */
  async #upload(
    body: Buffer | ReadableStream<Uint8Array>,
    { digest, size }: Pick<Descriptor, 'digest' | 'size'>,
  ): Promise<void> {
    const started = await this.#checked(await this.#ask('blobs/uploads/', { method: 'POST' }));
    await started.body?.cancel();
    const place = new URL(started.headers.get('location') ?? '', started.url);
    place.searchParams.set('digest', digest);
    const headers = { 'content-type': 'application/octet-stream', 'content-length': String(size) };
    const done = await this.#checked(
      await this.#ask(place, { method: 'PUT', headers, body, duplex: 'half' }),
    );
    await done.body?.cancel();
  }

  async #get(path: string, accept: string): Promise<Response> {
    return this.#checked(await this.#ask(path, { headers: { accept } }));
  }

  /** Logs in when the registry asks for it. */
  async #ask(path: string | URL, request: RegistryRequest): Promise<Response> {
    const first = await this.#fetch(path, request);
    if (first.status !== 401 || request.body instanceof ReadableStream) return first;
    const challenge = parseChallenge(first.headers.get('www-authenticate') ?? '');
    await first.body?.cancel();
    this.#authorization = await this.#authorize(challenge);
    return await this.#fetch(path, request);
  }

  async #authorize(challenge: ReturnType<typeof parseChallenge>): Promise<string | undefined> {
    const credentials = await this.#credentials();
    if (challenge.scheme === 'bearer') {
      const scope = challenge.parameters.scope ?? `repository:${this.#reference.repository}:pull`;
      const parameters = { ...challenge.parameters, scope };
      return `Bearer ${await bearerToken(parameters, credentials, { signal: this.#signal })}`;
    }
    const basic = basicAuthorization(credentials);
    if (basic === undefined) throw this.#refused();
    return basic;
  }

  async #credentials(): Promise<RegistryCredentials | undefined> {
    const { registry, repository } = this.#reference;
    const auth = new RegistryAuth({ env: this.#env, home: this.#env.HOME });
    return await auth.credentials(registry, { repository, signal: this.#signal });
  }

  /** Registries of this machine may do without TLS, as engines allow it. */
  async #fetch(path: string | URL, request: RegistryRequest): Promise<Response> {
    const { registry } = this.#reference;
    const host = registry === 'docker.io' ? 'registry-1.docker.io' : registry;
    const isLocal = /^(?:localhost|127\.[0-9.]+|\[::1\])(?::\d+)?$/.test(host);
    const secure = this.#insecure.includes(registry) ? [] : [`https://${host}`];
    const origins = isLocal || secure.length === 0 ? [...secure, `http://${host}`] : secure;
    let failure: unknown;
    for (const origin of this.#origin === undefined ? origins : [this.#origin]) {
      try {
        const url = typeof path === 'string' ? `${origin}/v2/${this.#reference.repository}/${path}` : path;
        // What a registry hands on to somebody else, such as a store, is not for its credentials.
        const isOurs = typeof url === 'string' || url.host === host;
        const authorization =
          isOurs && this.#authorization !== undefined ? { authorization: this.#authorization } : {};
        const headers = { ...request.headers, ...authorization };
        const response = await fetch(url, { ...request, headers, signal: this.#signal ?? null });
        this.#origin = origin;
        return response;
      } catch (error) {
        failure = error;
        if (this.#signal?.aborted) throw cancelled(this.#signal);
      }
    }
    throw this.#unreachable(failure);
  }

  async #checked(response: Response): Promise<Response> {
    if (response.ok) return response;
    await response.body?.cancel();
    if (response.status === 401 || response.status === 403) throw this.#refused();
    if (response.status === 404) {
      throw new WherryError('NOT_FOUND', `the registry has no ${this.#name}`, {
        hint: 'check its name, and that you are logged in if it is private',
      });
    }
    const code = response.status >= 500 || response.status === 429 ? 'UNAVAILABLE' : 'PROTOCOL';
    throw new WherryError(code, `${this.#name}: the registry answered ${response.status}`, {
      details: { status: response.status },
    });
  }

  async #read(response: Response, limit: number): Promise<Uint8Array> {
    const chunks: Uint8Array[] = [];
    let size = 0;
    try {
      for await (const chunk of response.body ?? []) {
        size += chunk.length;
        if (size > limit)
          throw new WherryError('PROTOCOL', `${this.#name}: the registry sent more than it said`);
        chunks.push(chunk);
      }
    } catch (error) {
      if (this.#signal?.aborted) throw cancelled(this.#signal);
      throw error instanceof WherryError ? error : this.#unreachable(error);
    }
    return Buffer.concat(chunks);
  }

  get #name(): string {
    const { registry, repository, tag, digest } = this.#reference;
    return `oci://${registry}/${repository}${digest === null ? `:${tag}` : `@${digest}`}`;
  }

  #refused(): WherryError {
    return new WherryError('UNAUTHORIZED', `${this.#name}: the registry does not let you in`, {
      hint: `docker login ${this.#reference.registry}`,
    });
  }

  #unreachable(cause: unknown): WherryError {
    const reason = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause;
    const message = reason instanceof Error ? reason.message : String(reason);
    return new WherryError('UNAVAILABLE', `${this.#name}: the registry cannot be reached: ${message}`, {
      cause,
    });
  }

  #altered(digest: string): WherryError {
    return new WherryError('PROTOCOL', `${this.#name}: what the registry sent is not ${digest}`);
  }
}

interface RegistryRequest {
  method?: 'HEAD' | 'POST' | 'PUT';
  headers?: Readonly<Record<string, string>>;
  body?: Buffer | ReadableStream<Uint8Array>;
  duplex?: 'half';
}

function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}
