import { WherryError } from '../../core/errors.ts';
import type { BuildOptions, CallOptions, DockerfileBuild } from '../../core/image.ts';
import { buildBuildkit } from './build-buildkit.ts';
import { cacheEntry } from './build-cache.ts';
import { buildClassic } from './build-classic.ts';
import { contextsWithoutImage, withContextImages } from './build-context-images.ts';
import type { Builder } from './build-job.ts';
import { wantsAttestations, wantsSolve, withoutAttestations, withoutBuildkit } from './build-wishes.ts';
import type { EngineConnection } from './connection.ts';

/** Which builder runs a build. */
export type ChooseBuilder = (
  connection: EngineConnection,
  input: DockerfileBuild,
  options: BuildOptions,
) => Promise<Builder>;

/**
 * Docker's builder for a build: the one asked for; else BuildKit when there is what only it can do (secrets, agents,
 * further contexts); else the one that the engine announces as its default (`Builder-Version` of the ping: BuildKit from
 * 23.0 on), unless the build wants what BuildKit there cannot do. `UNSUPPORTED` lists what the chosen builder cannot do,
 * which it would ignore.
 */
export const chooseDockerBuilder: ChooseBuilder = async (connection, input, options) => {
  const { builder, signal } = options;
  if (builder === 'classic') {
    refuseProblems(classicProblems(input));
    return withoutBuildkit(buildClassic, 'the classic builder');
  }
  if (wantsAttestations(input) && !(await keepsManifests(connection, { signal }))) {
    const { provenance: _provenance, sbom: _sbom, ...rest } = input;
    const chosen = await chooseByNeed(connection, rest, options);
    return withoutAttestations(chosen, 'left out: only the containerd image store of Docker keeps it');
  }
  return chooseByNeed(connection, input, options);
};

const chooseByNeed: ChooseBuilder = async (connection, input, { builder, signal }) => {
  const isNewer = await connection.atLeast('1.42', { signal });
  const problems = buildkitProblems(input, { isNewer });
  if (builder === 'buildkit' || needsBuildkit(input)) {
    refuseProblems(problems);
    return isNewer ? buildBuildkit : buildWithStages;
  }
  const { builderVersion } = await connection.facts({ signal });
  return builderVersion === '2' && problems.length === 0 ? buildBuildkit : buildClassic;
};

/** A field of a build that cannot be honoured, and why. */
export interface BuildProblem {
  path: string;
  reason: string;
}

/** Throws one `UNSUPPORTED` that lists all problems, if there are any. */
export function refuseProblems(problems: readonly BuildProblem[]): void {
  if (problems.length === 0) return;
  const list = problems.map(({ path, reason }) => `${path}: ${reason}`).join('; ');
  throw new WherryError('UNSUPPORTED', `the build cannot be done as asked: ${list}`, {
    hint: 'leave these out, or choose another builder or engine',
    details: { problems },
  });
}

/** The BuildKit of Docker before 23.0 has no named contexts: they become stages. */
const buildWithStages: Builder = (job) => {
  const { additionalContexts = {}, ...input } = job.input;
  if (Object.keys(additionalContexts).length === 0) return buildBuildkit(job);
  return withContextImages(job, buildBuildkit, (stages) => buildBuildkit({ ...job, input, stages }));
};

function needsBuildkit(input: DockerfileBuild): boolean {
  const { secrets = {}, ssh = {} } = input;
  return Object.keys(secrets).length > 0 || Object.keys(ssh).length > 0 || wantsSolve(input);
}

function classicProblems({
  secrets,
  ssh,
  additionalContexts,
  entitlements = [],
}: DockerfileBuild): BuildProblem[] {
  const has = (map: object = {}): boolean => Object.keys(map).length > 0;
  const problems: BuildProblem[] = [];
  if (has(secrets)) problems.push({ path: 'secrets', reason: notClassic('secrets') });
  if (has(ssh)) problems.push({ path: 'ssh', reason: notClassic('SSH keys') });
  if (has(additionalContexts))
    problems.push({ path: 'additionalContexts', reason: notClassic('additional contexts') });
  if (entitlements.length > 0) problems.push({ path: 'entitlements', reason: notClassic('privileged mode') });
  return problems;
}

/** In docker compose's words. */
function notClassic(what: string): string {
  return `the classic builder doesn't support ${what}`;
}

function buildkitProblems(input: DockerfileBuild, { isNewer }: { isNewer: boolean }): BuildProblem[] {
  const { network, shmSize, memory, ulimits = {} } = input;
  const problems: BuildProblem[] = [];
  const tooOld = 'the BuildKit of Docker before 23.0 ignores it';
  if (!isNewer && shmSize !== undefined) problems.push({ path: 'shmSize', reason: tooOld });
  if (!isNewer && Object.keys(ulimits).length > 0) problems.push({ path: 'ulimits', reason: tooOld });
  if (memory !== undefined) problems.push({ path: 'memory', reason: 'BuildKit limits no memory' });
  if (network !== undefined && !['default', 'bridge', 'host', 'none'].includes(network)) {
    problems.push({
      path: 'network',
      reason: `BuildKit runs steps on host, none or its own network, not on "${network}"`,
    });
  }
  if (!isNewer && contextsWithoutImage(input.additionalContexts ?? {}).length > 0) {
    const reason = 'Docker before 23.0 takes directories, images and services, no URLs';
    problems.push({ path: 'additionalContexts', reason });
  }
  return wantsSolve(input) ? [...problems, ...solveProblems(input)] : problems;
}

/** What `POST /build` does for a build and BuildKit's own API leaves to its caller, and what that is not given. */
function solveProblems(input: DockerfileBuild): BuildProblem[] {
  const { context, extraHosts = {}, cacheFrom = [], cacheTo = [] } = input;
  const problems: BuildProblem[] = [];
  for (const [path, entries] of Object.entries({ cacheFrom, cacheTo })) {
    if (entries.some((entry) => cacheEntry(entry).type === 'local'))
      problems.push({
        path,
        reason: 'a cache in a directory is not served: use type=registry or type=inline',
      });
  }
  const beside = 'with further contexts, entitlements, attestations, no_cache_filter or cache_to';
  if (typeof context !== 'string')
    problems.push({ path: 'context', reason: `a tar stream is not taken ${beside}: give a directory` });
  if (Object.values(extraHosts).flat().includes('host-gateway'))
    problems.push({ path: 'extraHosts', reason: `host-gateway is not known ${beside}: give its address` });
  return problems;
}

/** Whether images are kept with their manifests, which attestations are a part of. */
async function keepsManifests(connection: EngineConnection, { signal }: CallOptions): Promise<boolean> {
  const { DriverStatus } = await connection.json<{ DriverStatus?: readonly [string, string][] | null }>({
    path: '/info',
    signal,
  });
  return (DriverStatus ?? []).some(([, value]) => value.startsWith('io.containerd.snapshotter'));
}
