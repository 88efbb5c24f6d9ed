import { parseReference, withDefaultTag } from '../../core/reference.ts';
import { crypto } from '../../transport/builtin.ts';
import { buildContext } from './build-context.ts';
import type { Builder, BuildJob } from './build-job.ts';
import { BuildLog } from './build-log.ts';
import { isUrl } from './buildkit-source.ts';
import { removeImage } from './image-remove.ts';
import { pushTag, repositoryName } from './registry-calls.ts';

const IMAGE = 'docker-image://';

/**
 * Runs `use` with an image for each further context of a build, for a builder that takes no directories beside the first:
 * a directory becomes an image by a build of its own, which is removed afterwards.
 */
export async function withContextImages(
  job: BuildJob,
  builder: Builder,
  use: (images: ReadonlyMap<string, string>) => Promise<void>,
): Promise<void> {
  const images = new Map<string, string>();
  const made: string[] = [];
  try {
    for (const [name, context] of Object.entries(job.input.additionalContexts ?? {})) {
      if (context.startsWith(IMAGE)) images.set(name, fullName(context.slice(IMAGE.length)));
      else {
        const image = `localhost/wherry-context:${crypto().randomBytes(8).toString('hex')}`;
        made.push(image);
        await builder(directoryJob(job, context, image));
        images.set(name, image);
      }
    }
    await use(images);
  } finally {
    for (const image of made) await forget(job, image);
  }
}

/** Of what further contexts can be, the kinds that {@link withContextImages} has no image for. */
export function contextsWithoutImage(contexts: Readonly<Record<string, string>>): string[] {
  return Object.values(contexts).filter((context) => isUrl(context) && !context.startsWith(IMAGE));
}

/** Fully qualified, as builds name their results; `scratch` is no image. */
function fullName(image: string): string {
  if (image === 'scratch') return image;
  const reference = withDefaultTag(parseReference(image));
  const { digest } = reference;
  const name = repositoryName(reference);
  return digest === null ? `${name}:${pushTag(reference)}` : `${name}@${digest}`;
}

function directoryJob(job: BuildJob, directory: string, image: string): BuildJob {
  const { platform } = job.input;
  const input: BuildJob['input'] = {
    kind: 'dockerfile',
    context: directory,
    dockerfileInline: 'FROM scratch\nCOPY . /\n',
    ...(platform === undefined ? {} : { platform }),
  };
  const { signal } = job;
  const openContext: BuildJob['openContext'] = (extra) => buildContext(input, { ...extra, signal });
  return { ...job, name: directory, tags: [image], input, openContext, log: new BuildLog(undefined) };
}

/** It is not there when its build failed. */
async function forget({ context: { connection, rename } }: BuildJob, image: string): Promise<void> {
  await rename(() => removeImage(connection, image, {}), {}).catch(() => undefined);
}
