import type { ImageInfo } from '../../core/image.ts';
import { isImageId, parseReference, type Reference } from '../../core/reference.ts';
import { healthcheck } from './container-spec.ts';
import type { HealthcheckRecord } from './records.ts';
import { engineTime } from './status.ts';

/** `GET /images/{name}/json`, in so far as we read it. */
export interface ImageRecord {
  Id: string;
  RepoTags?: readonly string[] | null;
  RepoDigests?: readonly string[] | null;
  Created?: string | null;
  Metadata?: { LastTagTime?: string | null } | null;
  Size?: number;
  Os?: string;
  Architecture?: string;
  Variant?: string;
  /** Only with the containerd image store. */
  Descriptor?: { digest?: string } | null;
  /** Of all platforms, with what is attested of them, from API 1.48 on where they are asked for. */
  Manifests?: readonly ManifestRecord[] | null;
  Config?: {
    Entrypoint?: readonly string[] | string | null;
    Cmd?: readonly string[] | null;
    Env?: readonly string[] | null;
    WorkingDir?: string;
    User?: string;
    ExposedPorts?: Readonly<Record<string, unknown>> | null;
    Volumes?: Readonly<Record<string, unknown>> | null;
    StopSignal?: string;
    Labels?: Readonly<Record<string, string>> | null;
    Healthcheck?: HealthcheckRecord | null;
  } | null;
}

interface ManifestRecord {
  ID: string;
  Kind?: string;
  Available?: boolean;
  ImageData?: { Platform?: { os?: string; architecture?: string; variant?: string } | null } | null;
}

/** A row of `GET /images/json`. */
export interface ImageRow {
  Id: string;
  RepoTags?: readonly string[] | null;
  RepoDigests?: readonly string[] | null;
  /** Seconds. */
  Created?: number;
  Size?: number;
  Labels?: Readonly<Record<string, string>> | null;
  Descriptor?: { digest?: string } | null;
}

/** `name` is what the image was asked for by: it decides which digest is its digest. */
export function imageInfo(record: ImageRecord, name: string): ImageInfo {
  const taggedAt = engineTime(record.Metadata?.LastTagTime ?? undefined);
  const digests = names(record.RepoDigests);
  return {
    id: withAlgorithm(record.Id),
    contentId: contentIdOf(record),
    digest: digestOf(name, digests, record.Descriptor?.digest),
    tags: names(record.RepoTags),
    digests,
    createdAt: engineTime(record.Created ?? undefined),
    ...(taggedAt === null ? {} : { taggedAt }),
    size: record.Size ?? 0,
    os: record.Os || null,
    architecture: record.Architecture || null,
    labels: record.Config?.Labels ?? {},
    config: record.Config ? imageConfig(record.Config) : null,
  };
}

/** As docker compose chooses it: the manifest of the platform, or the only one that is here. */
function contentIdOf(record: ImageRecord): string | undefined {
  const { Os: os, Architecture: architecture } = record;
  const ofPlatform = manifestFor(record, (one) => one.os === os && one.architecture === architecture);
  if (ofPlatform !== undefined) return ofPlatform;
  const [only, ...others] = manifestsHere(record);
  return others.length === 0 ? only?.ID : undefined;
}

/** The id of the variant that is here for a platform; undefined where there is none, or the engine does not tell them. */
export function manifestFor(
  record: ImageRecord,
  isWanted: (platform: { os?: string; architecture?: string; variant?: string }) => boolean,
): string | undefined {
  return manifestsHere(record).find(({ ImageData: data }) => isWanted(data?.Platform ?? {}))?.ID;
}

function manifestsHere({ Manifests: manifests }: ImageRecord): ManifestRecord[] {
  return (manifests ?? []).filter(({ Kind: kind, Available: here }) => kind === 'image' && here === true);
}

/** What a list tells of an image: less than `imageInfo`. */
export function imageRowInfo(row: ImageRow): ImageInfo {
  const digests = names(row.RepoDigests);
  const [first] = digests;
  return {
    id: withAlgorithm(row.Id),
    digest: row.Descriptor?.digest ?? first?.slice(first.indexOf('@') + 1) ?? null,
    tags: names(row.RepoTags),
    digests,
    createdAt: row.Created === undefined || row.Created <= 0 ? null : new Date(row.Created * 1000),
    size: row.Size ?? 0,
    os: null,
    architecture: null,
    labels: row.Labels ?? {},
    config: null,
  };
}

function imageConfig(config: NonNullable<ImageRecord['Config']>): NonNullable<ImageInfo['config']> {
  const { Entrypoint: entrypoint } = config;
  return {
    entrypoint: typeof entrypoint === 'string' ? [entrypoint] : filled(entrypoint),
    command: filled(config.Cmd),
    environment: config.Env ?? [],
    workingDir: config.WorkingDir ?? '',
    user: config.User ?? '',
    exposedPorts: Object.keys(config.ExposedPorts ?? {}),
    volumes: Object.keys(config.Volumes ?? {}),
    stopSignal: config.StopSignal || null,
    healthcheck: healthcheck(config.Healthcheck) ?? null,
  };
}

/** Engines write none as null, as an empty list, or not at all. */
function filled(list: readonly string[] | null | undefined): readonly string[] | null {
  return list && list.length > 0 ? list : null;
}

/**
 * The manifest digest of the repository that was asked for: an image that is known under several repositories has one
 * for each. With the containerd image store an image has a digest also when no repository has it.
 */
function digestOf(name: string, digests: readonly string[], descriptor: string | undefined): string | null {
  const wanted = isImageId(name) ? null : referenceOf(name);
  for (const text of digests) {
    const candidate = referenceOf(text);
    if (candidate === null) continue;
    if (wanted === null || sameRepository(candidate, wanted)) {
      if (wanted?.digest == null || wanted.digest === candidate.digest) return candidate.digest;
    }
  }
  return descriptor ?? null;
}

function sameRepository(a: Reference, b: Reference): boolean {
  return a.registry === b.registry && a.repository === b.repository;
}

/** Names as people write them (`docker.io/library/redis:7` → `redis:7`), each once, without `<none>`. */
function names(list: readonly string[] | null | undefined): string[] {
  const real = (list ?? []).filter((name) => !name.includes('<none>'));
  return [...new Set(real.map((name) => referenceOf(name)?.familiar ?? name))];
}

function referenceOf(text: string): Reference | null {
  try {
    return parseReference(text);
  } catch {
    return null;
  }
}

function withAlgorithm(id: string): string {
  return /^[0-9a-f]{64}$/.test(id) ? `sha256:${id}` : id;
}
