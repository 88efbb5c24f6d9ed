import { appendFile, realpath, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FetchedFile } from '../../compose/index.ts';
import { parseReference, WherryError, withDefaultTag } from '../../core/index.ts';
import { artifactTypes } from './artifact-types.ts';
import { kept } from './cache.ts';
import type { FetchOptions } from './git-checkout.ts';
import { type Content, type Descriptor, indexTypes, RegistryRepository } from './registry-repository.ts';

/** Bytes of a file that are taken; compose files are small. */
const largest = 16 * 1024 * 1024;

interface Manifest {
  artifactType?: string;
  config?: Descriptor;
  layers?: readonly Descriptor[];
  manifests?: readonly Descriptor[];
}

/** The compose file of an artifact that `docker compose publish` made. Fails as {@link remoteFiles} says. */
export async function fetchArtifact(
  name: string,
  {
    env,
    insecureRegistries,
    cache,
    signal,
  }: FetchOptions & { insecureRegistries?: readonly string[] | undefined },
): Promise<FetchedFile> {
  if (/^[^/]*@/.test(name))
    throw new WherryError('INVALID', 'a name of a registry has no user in it', {
      hint: 'log in with docker login',
    });
  const reference = withDefaultTag(parseReference(name));
  const repository = new RegistryRepository(reference, { env, insecureRegistries, signal });
  const found = await repository.manifest(reference.digest ?? reference.tag ?? 'latest');
  const root = await kept(join(cache, found.digest.replace(':', '-')), async (directory) => {
    const manifest = await projectManifest(found, repository, name);
    for (const layer of manifest.layers ?? []) await addLayer(layer, { repository, directory, name });
  });
  const real = await realpath(root);
  const file = join(real, 'compose.yaml');
  return { file, root: real };
}

/** Of an index it is the one for Compose: images may stand beside it. */
async function projectManifest(
  found: Content,
  repository: RegistryRepository,
  name: string,
): Promise<Manifest> {
  let manifest = read(found, name);
  if (indexTypes.includes(found.mediaType) || manifest.manifests !== undefined) {
    const project = manifest.manifests?.findLast(
      ({ artifactType }) => artifactType === artifactTypes.project,
    );
    if (project === undefined) throw noProject(name);
    manifest = read(await repository.manifest(project.digest), name);
  }
  const { artifactType = '', config } = manifest;
  if (artifactType === artifactTypes.project) return manifest;
  if (artifactType === '' && config?.mediaType === artifactTypes.emptyConfig) return manifest;
  throw noProject(name);
}

function read({ bytes }: Content, name: string): Manifest {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
    if (typeof value === 'object' && value !== null) return value;
  } catch {
    // Told below: it is no manifest either way.
  }
  throw new WherryError('PROTOCOL', `oci://${name}: the registry sent no manifest`);
}

interface Place {
  repository: RegistryRepository;
  directory: string;
  name: string;
}

async function addLayer(layer: Descriptor, { repository, directory, name }: Place): Promise<void> {
  const { mediaType, annotations = {} } = layer;
  if (mediaType !== artifactTypes.composeFile && mediaType !== artifactTypes.envFile) return;
  if (layer.size > largest)
    throw new WherryError('INVALID', `oci://${name} has a file of ${layer.size} bytes, which is too large`);
  const { bytes } = await repository.blob(layer.digest, layer.size);
  if (mediaType === artifactTypes.envFile) {
    const file = fileName(annotations['com.docker.compose.envfile'], name);
    await writeFile(join(directory, file), bytes, { mode: 0o600 });
    return;
  }
  // Files that services extend lie beside; all others are the documents of one file.
  const extended = Object.hasOwn(annotations, 'com.docker.compose.extends');
  const file = extended ? fileName(annotations['com.docker.compose.file'], name) : 'compose.yaml';
  const text = Buffer.concat([Buffer.from('---\n'), bytes, Buffer.from('\n')]);
  await appendFile(join(directory, file), text, { mode: 0o600 });
}

/** All files of an artifact lie in one directory. */
function fileName(annotation: string | undefined, name: string): string {
  if (annotation !== undefined && !/^\.{0,2}$|[\\/\0]/.test(annotation)) return annotation;
  throw new WherryError(
    'PERMISSION',
    `oci://${name} has a file with a name that is none: ${annotation ?? '(none)'}`,
    {
      hint: 'publish it anew with docker compose publish',
    },
  );
}

function noProject(name: string): WherryError {
  return new WherryError('INVALID', `oci://${name} is no compose project`, {
    hint: 'publish one with docker compose publish',
  });
}
