import { isWherryError, WherryError } from '../../core/errors.ts';
import type { DockerfileBuild } from '../../core/image.ts';
import { crypto } from '../../transport/builtin.ts';
import type { Query } from '../../transport/query.ts';
import { runClassicBuild } from '../engine-api/build-classic.ts';
import { withContextImages } from '../engine-api/build-context-images.ts';
import type { Builder, BuildJob } from '../engine-api/build-job.ts';
import { buildQuery, hostLines, json } from '../engine-api/build-request.ts';
import { registryConfigHeader } from '../engine-api/registry-auth-header.ts';

/**
 * Podman's own builder (Buildah), asked over the classic endpoint in its encodings. A secret goes as a file of the
 * context, which Podman moves out of it before the first step: that is how its own remote client sends them.
 * A step under way when the build is aborted runs to its end, the next one is not begun.
 */
export const buildPodman: Builder = (job) =>
  withContextImages(job, buildOnce, (contexts) => buildPatiently(job, contexts));

async function buildPatiently(job: BuildJob, contexts: ReadonlyMap<string, string>): Promise<void> {
  try {
    await buildOnce(job, contexts);
  } catch (error) {
    if (!isWherryError(error, 'BUILD_FAILED')) throw error;
    if (isLinkRefused(error)) throw withLinkHint(error);
    if (!isRuntimeKilled(error) || !isRepeatable(job)) throw error;
    job.log.report({ kind: 'status', status: "the engine lost the step's runtime: building again" });
    await buildOnce(job, contexts);
  }
}

/**
 * Buildah has the kernel kill its OCI runtime when the thread that started it ends, which under load is not the end of
 * the build. A step of the user's that is killed reads otherwise: `exit status 137`.
 */
function isRuntimeKilled({ message }: WherryError): boolean {
  return /while running runtime: signal: killed/.test(message);
}

/** A context with a symbolic link that leads out of it; Podman 4 refuses it without a word. */
function isLinkRefused({ message }: WherryError): boolean {
  return /invalid symlink|the engine answered 500 to POST/.test(message);
}

function withLinkHint(error: WherryError): WherryError {
  return new WherryError('BUILD_FAILED', error.message, {
    hint: 'Podman takes no context with a symbolic link that leads out of it: leave such links out in .dockerignore',
    details: error.details,
    cause: error,
  });
}

/** A stream can be sent once only. */
function isRepeatable({ input }: BuildJob): boolean {
  return typeof input.context === 'string';
}

async function buildOnce(job: BuildJob, contexts: ReadonlyMap<string, string> = new Map()): Promise<void> {
  const { context, tags, input, signal } = job;
  const secrets = Object.entries(input.secrets ?? {}).map(([id, secret]) => ({
    id,
    name: `podman-build-secret-${crypto().randomBytes(8).toString('hex')}`,
    content: secret.reveal(),
  }));
  const extra = secrets.map(({ name, content }) => ({ name, content, mode: 0o600 }));
  const { archive, dockerfile } = await job.openContext({ extra });
  await runClassicBuild(job, {
    query: {
      ...buildQuery(tags, dockerfile, input),
      ...networkQuery(input.network),
      extrahosts: json(hostLines(input.extraHosts)),
      ulimits: json(ulimitTexts(input.ulimits)),
      additionalbuildcontexts: contextsQuery(contexts),
      secrets: secrets.length === 0 ? undefined : json(secrets.map(({ id, name }) => `id=${id},src=${name}`)),
    },
    headers: { 'x-registry-config': registryConfigHeader((await context.auth.all({ signal })).byKey) },
    archive,
  });
}

/**
 * Podman does not read Docker's word for the network and, asked without its own, runs the steps of a root service on
 * the host's. A namespace without a path is a private one on the default network.
 */
function networkQuery(network = 'default'): Query {
  const isPrivate = ['default', 'bridge', 'none'].includes(network);
  const namespace = {
    Name: 'network',
    Host: network === 'host',
    Path: isPrivate || network === 'host' ? '' : network,
  };
  return {
    networkmode: network === 'none' ? 'NetworkDisabled' : 'NetworkDefault',
    nsoptions: json([namespace]),
  };
}

/** Further contexts in the words of Buildah. */
function contextsQuery(images: ReadonlyMap<string, string>): string | undefined {
  if (images.size === 0) return undefined;
  return json(
    Object.fromEntries(
      [...images].map(([name, image]) => [name, { IsURL: false, IsImage: true, Value: image }]),
    ),
  );
}

function ulimitTexts(ulimits: DockerfileBuild['ulimits']): string[] | undefined {
  if (ulimits === undefined) return undefined;
  return Object.entries(ulimits).map(([name, { soft, hard }]) => `${name}=${soft}:${hard}`);
}
