import type { Reference } from '../../core/index.ts';
import { type Descriptor, indexTypes, type RegistryRepository } from '../remote/registry-repository.ts';

interface ImageManifest {
  config?: Descriptor;
  layers?: readonly Descriptor[];
  manifests?: readonly Descriptor[];
}

/** Copies an image, of all its platforms, between two repositories; resolves to what an index says of it. */
export async function copyImage(
  { registry, repository, tag, digest }: Reference,
  from: RegistryRepository,
  to: RegistryRepository,
): Promise<Descriptor> {
  const source = { registry, repository };
  const descriptor = await copyManifest(digest ?? tag ?? 'latest', source, from, to);
  return { ...descriptor, annotations: { [`containerd.io/distribution.source.${registry}`]: repository } };
}

async function copyManifest(
  name: string,
  source: Pick<Reference, 'registry' | 'repository'>,
  from: RegistryRepository,
  to: RegistryRepository,
): Promise<Descriptor> {
  const { bytes, mediaType } = await from.manifest(name);
  const manifest: ImageManifest = JSON.parse(new TextDecoder().decode(bytes));
  if (indexTypes.includes(mediaType))
    for (const { digest } of manifest.manifests ?? []) await copyManifest(digest, source, from, to);
  else
    for (const blob of [
      ...(manifest.config === undefined ? [] : [manifest.config]),
      ...(manifest.layers ?? []),
    ])
      if (!(await to.takesBlob(blob.digest, source)))
        await to.putStream(await from.blobStream(blob.digest), blob);
  return await to.putManifest(undefined, Buffer.from(bytes), mediaType);
}
