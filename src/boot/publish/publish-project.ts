import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { composeVersion } from '../../compose/compose-version.ts';
import { everyService, type Project } from '../../compose/index.ts';
import { isWherryError, parseReference, WherryError, withDefaultTag } from '../../core/index.ts';
import { artifactTypes } from '../remote/artifact-types.ts';
import { type Descriptor, RegistryRepository } from '../remote/registry-repository.ts';
import { copyImage } from './copy-image.ts';
import type { PublishedFiles } from './published-file.ts';

export interface PublishOptions {
  /** Where to: `registry.example.org/team/app:1`. */
  repository: string;
  /** Files of variables go along. */
  withEnvironment: boolean;
  /** A compose file with pinned images that goes on top. */
  pinned?: string | undefined;
  /** Default: 1.1, and 1.0 where the registry refuses that. */
  ociVersion?: '1.0' | '1.1' | undefined;
  /** These images are copied into the repository, and an index beside the artifact lists them. */
  images?: readonly string[] | undefined;
  env: Readonly<Record<string, string | undefined>>;
  /** Registries that are spoken to without TLS. */
  insecureRegistries: readonly string[];
  signal?: AbortSignal | undefined;
}

interface Layer {
  mediaType: string;
  bytes: Buffer;
  annotations: Record<string, string>;
}

const versionNote = { 'com.docker.compose.version': composeVersion };
const emptyConfig = Buffer.from('{}');
const manifestType = 'application/vnd.oci.image.manifest.v1+json';
const indexType = 'application/vnd.oci.image.index.v1+json';

/**
 * Puts the files of a project into a registry as the artifact that docker compose makes of them; resolves to its digest.
 * Fails with `UNAUTHORIZED`, `UNAVAILABLE`, `NOT_FOUND`, `PROTOCOL` and `INVALID` (no name of a repository).
 */
export async function publishProject(
  published: PublishedFiles,
  { repository: name, ociVersion, images = [], ...options }: PublishOptions,
): Promise<string> {
  const reference = withDefaultTag(parseReference(name));
  if (reference.digest !== null)
    throw new WherryError('INVALID', `${name} names a digest, which is known only afterwards`, {
      hint: 'name a tag',
    });
  const { env, insecureRegistries, signal } = options;
  const repository = new RegistryRepository(reference, { env, insecureRegistries, signal });
  const layers: Descriptor[] = [];
  for (const { bytes, ...layer } of await layersOf(published, options))
    layers.push({ ...layer, ...(await repository.putBlob(bytes)) });
  const config = await repository.putBlob(emptyConfig);
  const put = (version: '1.0' | '1.1'): Promise<Descriptor> =>
    repository.putManifest(reference.tag ?? 'latest', manifestOf(version, config, layers), manifestType);
  const artifact = await put(ociVersion ?? '1.1').catch((error: unknown) => {
    if (ociVersion === undefined && isRefusal(error)) return put('1.0');
    throw error;
  });
  if (images.length > 0) {
    const manifests: Descriptor[] = [];
    for (const image of new Set(images)) {
      const source = withDefaultTag(parseReference(image));
      const from = new RegistryRepository(source, { env, insecureRegistries, signal });
      manifests.push(await copyImage(source, from, repository));
    }
    const index = {
      schemaVersion: 2,
      mediaType: indexType,
      manifests,
      subject: artifact,
      annotations: versionNote,
    };
    await repository.putManifest(undefined, Buffer.from(JSON.stringify(index)), indexType);
  }
  return artifact.digest;
}

/** All names of images of a project's services, whatever their profiles. */
export function imagesToCopy(project: Project): string[] {
  return everyService(project).flatMap(({ image }) => image ?? []);
}

async function layersOf(
  { files, envFiles }: PublishedFiles,
  { withEnvironment, pinned }: Pick<PublishOptions, 'withEnvironment' | 'pinned'>,
): Promise<Layer[]> {
  const layers = files.map(({ path, text, extendedAs }) =>
    composeLayer(extendedAs ?? path, text, extendedAs),
  );
  if (withEnvironment)
    for (const [path, name] of envFiles) {
      const annotations = { ...versionNote, 'com.docker.compose.envfile': name };
      layers.push({ mediaType: artifactTypes.envFile, bytes: await readFile(path), annotations });
    }
  if (pinned !== undefined) layers.push(composeLayer('image-digests.yaml', pinned, undefined));
  return layers;
}

function composeLayer(path: string, text: string, extendedAs: string | undefined): Layer {
  const extended = extendedAs === undefined ? {} : { 'com.docker.compose.extends': 'true' };
  const annotations = { ...versionNote, 'com.docker.compose.file': basename(path), ...extended };
  return { mediaType: artifactTypes.composeFile, bytes: Buffer.from(text), annotations };
}

/** OCI 1.0 knows no type of an artifact: there the type of its empty configuration tells it. */
function manifestOf(
  version: '1.0' | '1.1',
  config: Pick<Descriptor, 'digest' | 'size'>,
  layers: readonly Descriptor[],
): Buffer {
  const is11 = version === '1.1';
  const mediaType = is11 ? 'application/vnd.oci.empty.v1+json' : artifactTypes.emptyConfig;
  const created = new Date().toISOString().replace(/\.\d+Z$/, 'Z');
  const manifest = {
    schemaVersion: 2,
    mediaType: manifestType,
    ...(is11 ? { artifactType: artifactTypes.project } : {}),
    config: { mediaType, ...config, data: emptyConfig.toString('base64') },
    layers,
    annotations: { 'org.opencontainers.image.created': created },
  };
  return Buffer.from(JSON.stringify(manifest));
}

/** Whether a registry would not take what it was given, other than for who gave it. */
function isRefusal(error: unknown): boolean {
  if (!isWherryError(error)) return false;
  const { status } = error.details;
  return typeof status === 'number' && status >= 400 && status < 500;
}
