import type { DockerfileBuild } from '../../core/image.ts';
import { crypto } from '../../transport/builtin.ts';
import { runClassicBuild } from '../engine-api/build-classic.ts';
import type { Builder } from '../engine-api/build-job.ts';
import { buildQuery, hostLines, json } from '../engine-api/build-request.ts';
import { registryConfigHeader } from '../engine-api/registry-auth-header.ts';

/**
 * Podman's own builder (Buildah), asked over the classic endpoint in its encodings. A secret goes as a file of the
 * context, which Podman moves out of it before the first step: that is how its own remote client sends them.
 * A step under way when the build is aborted runs to its end, the next one is not begun.
 */
export const buildPodman: Builder = async (job) => {
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
      extrahosts: json(hostLines(input.extraHosts)),
      ulimits: json(ulimitTexts(input.ulimits)),
      secrets: secrets.length === 0 ? undefined : json(secrets.map(({ id, name }) => `id=${id},src=${name}`)),
    },
    headers: { 'x-registry-config': registryConfigHeader((await context.auth.all({ signal })).byKey) },
    archive,
  });
};

function ulimitTexts(ulimits: DockerfileBuild['ulimits']): string[] | undefined {
  if (ulimits === undefined) return undefined;
  return Object.entries(ulimits).map(([name, { soft, hard }]) => `${name}=${soft}:${hard}`);
}
