import type { CreateOptions } from '../../core/backend.ts';
import type { BackendCapabilities } from '../../core/capabilities.ts';
import { isWherryError, throwIfAborted, WherryError } from '../../core/errors.ts';
import { newId } from '../../core/ids.ts';
import type { CallOptions } from '../../core/image.ts';
import { label, ownerValue } from '../../core/labels.ts';
import type { Logger } from '../../core/logger.ts';
import { refuse, type SpecProblem, unsupportedFields } from '../../core/plan.ts';
import { isImageId } from '../../core/reference.ts';
import type { ContainerSpec } from '../../core/spec.ts';
import { specHash } from '../../core/spec-hash.ts';
import { invalidFields } from '../../core/validate.ts';
import { traced } from '../../tracing/index.ts';
import { abortable } from './abortable.ts';
import { type ApiSocket, withApiSocket } from './api-socket.ts';
import { compareApiVersions } from './api-version.ts';
import type { EngineConnection } from './connection.ts';
import { type CreateBody, createBody } from './create-body.ts';
import { copyFiles } from './create-files.ts';
import { neededNetworks, networkLayout } from './create-networks.ts';
import type { Dialect } from './dialect.ts';
import { engineProblems } from './engine-problems.ts';
import { imagePath } from './image-inspect.ts';
import { removeContainer } from './lifecycle.ts';
import { endpointSettings } from './network-endpoint.ts';
import { fullPlatform } from './platform.ts';

export interface CreateContext {
  connection: EngineConnection;
  capabilities: BackendCapabilities;
  /** Brings an image here. Default: that of the spec. */
  pull(policy: 'always' | 'missing', image?: string): Promise<void>;
  apiSocket: ApiSocket;
  /** What the engine itself would let pass, looked at when the spec is known to be right. */
  check?(): Promise<void>;
  logger: Logger;
  dialect: Pick<Dialect, 'adaptCreate' | 'problems'>;
}

/** How long an aborted call waits for the engine to finish a create that it has begun, so that the result can be removed. */
const ABORT_GRACE_MS = 5000;

/** `Backend.create` for engines with the Engine API. Resolves to the engine's id of the container. */
export async function createContainer(
  context: CreateContext,
  spec: ContainerSpec,
  options: CreateOptions,
): Promise<string> {
  const facts = { 'container.image.name': spec.image, 'container.name': spec.name };
  return traced('create', facts, async (span) => {
    const id = await makeContainer(context, spec, options);
    span.set({ 'container.id': id });
    return id;
  });
}

/** Everything for which a spec is refused before anything is made. */
export async function specProblems(
  { connection, capabilities, dialect }: Pick<CreateContext, 'connection' | 'capabilities' | 'dialect'>,
  spec: ContainerSpec,
  { signal }: CallOptions,
): Promise<SpecProblem[]> {
  return [
    ...invalidFields(spec),
    ...unsupportedFields(spec, capabilities),
    ...engineProblems(spec),
    ...dialect.problems(spec, await connection.apiVersion({ signal })),
  ];
}

async function makeContainer(
  context: CreateContext,
  given: ContainerSpec,
  options: CreateOptions,
): Promise<string> {
  const { connection } = context;
  const { signal } = options;
  throwIfAborted(signal);
  const apiVersion = await connection.apiVersion({ signal });
  const spec = await withApiSocket(given, context.apiSocket);
  refuse(
    await specProblems(context, spec, { signal }),
    spec.name === undefined ? `a container of ${spec.image}` : `container ${spec.name}`,
  );
  await context.check?.();
  const takesAllNetworks = compareApiVersions(apiVersion, '1.44') >= 0;
  const [imageEntrypoint] = await Promise.all([
    prepareImage(context, spec, signal),
    checkNetworks(connection, spec, signal),
  ]);
  const plain = createBody(spec, {
    takesAllNetworks,
    labels: { [label.owner]: ownerValue, [label.specHash]: specHash(given) },
    imageEntrypoint,
  });
  const body = context.dialect.adaptCreate(plain, spec);
  const id = await postOrPull(context, spec, body, signal);
  try {
    if (!takesAllNetworks) await connectOthers(connection, id, spec, signal);
    await copyFiles(connection, id, spec, { signal });
    throwIfAborted(signal);
    return id;
  } catch (error) {
    await undo(context, id);
    throw error;
  }
}

/** Pulls when the policy wants it before anything else; resolves to the image's entrypoint when the spec needs it written out. */
async function prepareImage(
  context: CreateContext,
  spec: ContainerSpec,
  signal: AbortSignal | undefined,
): Promise<readonly string[] | undefined> {
  const needsEntrypoint = spec.command?.length === 0 && spec.entrypoint === undefined;
  const policy = isImageId(spec.image) ? 'never' : (spec.pullPolicy ?? 'missing');
  if (policy === 'always' || (policy === 'missing' && needsEntrypoint)) await context.pull(policy);
  if (spec.pullPolicy !== 'never') {
    for (const mount of spec.volumes ?? [])
      if (mount.type === 'image') await context.pull('missing', mount.source);
  }
  if (!needsEntrypoint) return undefined;
  const image = await context.connection.json<{ Config?: { Entrypoint?: readonly string[] | null } | null }>({
    path: `${imagePath(spec.image)}/json`,
    signal,
  });
  return image.Config?.Entrypoint ?? undefined;
}

/** The engine itself looks for networks only at the start. */
async function checkNetworks(
  connection: EngineConnection,
  spec: ContainerSpec,
  signal: AbortSignal | undefined,
): Promise<void> {
  await Promise.all(
    neededNetworks(spec).map((name) =>
      connection.call({ path: `/networks/${encodeURIComponent(name)}`, signal }),
    ),
  );
}

/** One call when the image is there, which is the common case; pulls and tries once more when it is missing. */
async function postOrPull(
  context: CreateContext,
  spec: ContainerSpec,
  body: CreateBody,
  signal: AbortSignal | undefined,
): Promise<string> {
  try {
    return await post(context, spec, body, signal);
  } catch (error) {
    // With images among the mounts the engine alone knows which one is missing.
    if (!isMissingImage(error) || spec.volumes?.some(({ type }) => type === 'image')) throw error;
    if ((spec.pullPolicy ?? 'missing') === 'never' || isImageId(spec.image)) throw imageNotFound(spec, error);
  }
  await context.pull('missing');
  return post(context, spec, body, signal);
}

async function post(
  context: CreateContext,
  spec: ContainerSpec,
  body: CreateBody,
  signal: AbortSignal | undefined,
): Promise<string> {
  throwIfAborted(signal);
  // Without the signal: an engine whose client went away may make the container all the same, and nobody would know.
  const made = context.connection
    .json<{ Id: string; Warnings?: readonly string[] | null }>(
      {
        method: 'POST',
        path: '/containers/create',
        query: { name: spec.name ?? newId(), platform: spec.platform && fullPlatform(spec.platform) },
        json: body,
      },
      ['Id'],
    )
    .then(async ({ Id, Warnings }) => {
      await refuseDiscarded(context, Id, Warnings ?? []);
      return Id;
    });
  try {
    return await abortable(made, signal);
  } catch (error) {
    if (signal?.aborted) await undoLate(context, made);
    throw error;
  }
}

/** What the engine's kernel cannot do, the engine leaves out with a warning that is easily missed. */
async function refuseDiscarded(
  context: CreateContext,
  id: string,
  warnings: readonly string[],
): Promise<void> {
  const discarded = warnings.filter((warning) => /discarded/i.test(warning));
  if (discarded.length === 0) return;
  await undo(context, id);
  throw new WherryError('UNSUPPORTED', `the engine would leave something out: ${discarded.join(' ')}`, {
    hint: 'take it off the container, or choose an engine on another kernel',
    details: { warnings: discarded },
  });
}

async function undoLate(context: CreateContext, made: Promise<string>): Promise<void> {
  const undone = made.then(
    (id) => undo(context, id),
    () => undefined,
  );
  let timer: NodeJS.Timeout | undefined;
  const grace = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ABORT_GRACE_MS);
  });
  await Promise.race([undone, grace]);
  clearTimeout(timer);
}

async function undo(context: CreateContext, id: string): Promise<void> {
  try {
    await removeContainer(context.connection, id, { force: true });
  } catch (error) {
    if (isWherryError(error, 'NOT_FOUND')) return;
    context.logger.warn('a container that could not be completed could not be removed either', { id, error });
  }
}

async function connectOthers(
  connection: EngineConnection,
  id: string,
  spec: ContainerSpec,
  signal: AbortSignal | undefined,
): Promise<void> {
  for (const { name, attachment } of networkLayout(spec).attachments.slice(1)) {
    await connection.call({
      method: 'POST',
      path: `/networks/${encodeURIComponent(name)}/connect`,
      json: { Container: id, EndpointConfig: endpointSettings(attachment, spec.links) },
      signal,
    });
  }
}

function isMissingImage(error: unknown): boolean {
  return isWherryError(error, 'NOT_FOUND') && error.details.kind === 'image';
}

function imageNotFound(spec: ContainerSpec, cause: unknown): WherryError {
  const variant = spec.platform === undefined ? spec.image : `${spec.image} for ${spec.platform}`;
  return new WherryError('NOT_FOUND', `image ${variant} is not on the engine`, {
    hint: 'pull or build it first, or let `pullPolicy` be `missing`',
    details: { kind: 'image', image: spec.image },
    cause,
  });
}
