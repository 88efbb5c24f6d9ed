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
 * Docker's builder for a build: the one asked for; else BuildKit when there are secrets, which only it can use; else
 * the one that the engine announces as its default (`Builder-Version` of the ping: BuildKit from 23.0 on).
 */
export const chooseDockerBuilder: ChooseBuilder = async (connection, input, { builder, signal }) => {
  const hasSecrets = Object.keys(input.secrets ?? {}).length > 0;
  if (builder === 'classic') {
    if (hasSecrets) throw noSecrets();
    return buildClassic;
  }
  if (builder === 'buildkit' || hasSecrets) return buildBuildkit;
  const { builderVersion } = await connection.facts({ signal });
  return builderVersion === '2' ? buildBuildkit : buildClassic;
};

function noSecrets(): WherryError {
  const reason = 'the classic builder has no secrets';
  return new WherryError('UNSUPPORTED', `the build cannot be done: ${reason}`, {
    hint: 'use BuildKit, or leave the builder out',
    details: { problems: [{ path: 'secrets', reason }] },
  });
}
