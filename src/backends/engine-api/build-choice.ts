import { WherryError } from '../../core/errors.ts';
import type { BuildOptions, DockerfileBuild } from '../../core/image.ts';
import { buildBuildkit } from './build-buildkit.ts';
import { buildClassic } from './build-classic.ts';
import type { Builder } from './build-job.ts';
import type { EngineConnection } from './connection.ts';

/** Which builder runs a build. */
export type ChooseBuilder = (
  connection: EngineConnection,
  input: DockerfileBuild,
  options: BuildOptions,
) => Promise<Builder>;

/**
 * Docker's builder for a build: the one asked for; else BuildKit when there are secrets or agents, which only it can use; else
 * the one that the engine announces as its default (`Builder-Version` of the ping: BuildKit from 23.0 on), unless the
 * build wants what BuildKit there cannot do. `UNSUPPORTED` lists what the chosen builder cannot do, which it would ignore.
 */
export const chooseDockerBuilder: ChooseBuilder = async (connection, input, { builder, signal }) => {
  const hasSecrets = Object.keys(input.secrets ?? {}).length > 0;
  const hasAgents = Object.keys(input.ssh ?? {}).length > 0;
  if (builder === 'classic') {
    if (hasSecrets) throw unsupported([{ path: 'secrets', reason: 'the classic builder has no secrets' }]);
    if (hasAgents) throw unsupported([{ path: 'ssh', reason: 'the classic builder forwards no agents' }]);
    return buildClassic;
  }
  const problems = buildkitProblems(input, { isNewer: await connection.atLeast('1.42', { signal }) });
  if (builder === 'buildkit' || hasSecrets || hasAgents) {
    if (problems.length > 0) throw unsupported(problems);
    return buildBuildkit;
  }
  const { builderVersion } = await connection.facts({ signal });
  return builderVersion === '2' && problems.length === 0 ? buildBuildkit : buildClassic;
};

interface Problem {
  path: string;
  reason: string;
}

function buildkitProblems(input: DockerfileBuild, { isNewer }: { isNewer: boolean }): Problem[] {
  const { network, shmSize, memory, ulimits } = input;
  const problems: Problem[] = [];
  const tooOld = 'the BuildKit of Docker before 23.0 ignores it';
  if (!isNewer && shmSize !== undefined) problems.push({ path: 'shmSize', reason: tooOld });
  if (!isNewer && ulimits !== undefined) problems.push({ path: 'ulimits', reason: tooOld });
  if (memory !== undefined) problems.push({ path: 'memory', reason: 'BuildKit limits no memory' });
  if (network !== undefined && !['default', 'bridge', 'host', 'none'].includes(network)) {
    problems.push({
      path: 'network',
      reason: `BuildKit runs steps on host, none or its own network, not on "${network}"`,
    });
  }
  return problems;
}

function unsupported(problems: readonly Problem[]): WherryError {
  const list = problems.map(({ path, reason }) => `${path}: ${reason}`).join('; ');
  return new WherryError('UNSUPPORTED', `the build cannot be done as asked: ${list}`, {
    hint: 'leave these out, or choose the other builder',
    details: { problems },
  });
}
