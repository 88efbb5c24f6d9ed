import { WherryError } from './errors.ts';

/** A parsed image reference, by the grammar of the OCI distribution reference. */
export interface Reference {
  /** Registry host with port: `docker.io` when none was written. */
  registry: string;
  /** Path within the registry: `library/redis`. */
  repository: string;
  tag: string | null;
  /** `sha256:…` */
  digest: string | null;
  /** Shortest spelling that people use: `redis:7`. */
  familiar: string;
}

const component = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*';
const path = new RegExp(`^${component}(?:/${component})*$`);
const tagGrammar = /^[\w][\w.-]{0,127}$/;
const digestGrammar = /^[a-z0-9]+(?:[.+_-][a-z0-9]+)*:[0-9a-fA-F]{32,}$/i;
const hostGrammar =
  /^(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])(?:\.(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9]))*(?::[0-9]+)?$|^\[[0-9a-fA-F:]+\](?::[0-9]+)?$/;
const imageId = /^(?:sha256:)?[0-9a-f]{64}$/;

/** Whether `text` is an image id rather than a name. */
export function isImageId(text: string): boolean {
  return imageId.test(text);
}

/**
 * Splits `[host[:port]/]path[:tag][@digest]`. Without a host it means Docker Hub, and a one-part path there its
 * `library/`. No tag is added: see {@link withDefaultTag}. Fails with `INVALID`.
 */
export function parseReference(text: string): Reference {
  let rest = text;
  let digest: string | null = null;
  const at = rest.indexOf('@');
  if (at >= 0) {
    digest = rest.slice(at + 1);
    rest = rest.slice(0, at);
    if (!digestGrammar.test(digest)) throw invalid(text, `"${digest}" is not a digest`);
    if (digest.startsWith('sha256:') && digest.length !== 71)
      throw invalid(text, 'a sha256 digest has 64 hex digits');
  }
  let tag: string | null = null;
  const colon = rest.lastIndexOf(':');
  if (colon > rest.lastIndexOf('/')) {
    tag = rest.slice(colon + 1);
    rest = rest.slice(0, colon);
    if (!tagGrammar.test(tag)) throw invalid(text, `"${tag}" is not a tag`);
  }
  const slash = rest.indexOf('/');
  const first = slash < 0 ? '' : rest.slice(0, slash);
  const hasHost =
    slash >= 0 && (/[.:\]]/.test(first) || first === 'localhost' || first !== first.toLowerCase());
  const written = hasHost ? first : 'docker.io';
  const registry = written === 'index.docker.io' ? 'docker.io' : written;
  let repository = hasHost ? rest.slice(slash + 1) : rest;
  if (!hostGrammar.test(registry)) throw invalid(text, `"${registry}" is not a registry host`);
  if (repository === '') throw invalid(text, 'the name is empty');
  if (repository !== repository.toLowerCase()) throw invalid(text, 'a repository name is lower case');
  if (!path.test(repository)) throw invalid(text, `"${repository}" is not a repository name`);
  if (isImageId(repository) && !hasHost) throw invalid(text, 'it has the form of an image id');
  if (registry === 'docker.io' && !repository.includes('/')) repository = `library/${repository}`;
  if (registry.length + repository.length + 1 > 255)
    throw invalid(text, 'the name is longer than 255 characters');
  const short = registry === 'docker.io' ? repository.replace(/^library\//, '') : `${registry}/${repository}`;
  const familiar = `${short}${tag === null ? '' : `:${tag}`}${digest === null ? '' : `@${digest}`}`;
  return { registry, repository, tag, digest, familiar };
}

/** The same reference with `latest` when it has neither tag nor digest. */
export function withDefaultTag(reference: Reference): Reference {
  if (reference.tag !== null || reference.digest !== null) return reference;
  return { ...reference, tag: 'latest', familiar: `${reference.familiar}:latest` };
}

/** Full spelling: `docker.io/library/redis:7`. */
export function formatReference(reference: Reference): string {
  const tag = reference.tag === null ? '' : `:${reference.tag}`;
  const digest = reference.digest === null ? '' : `@${reference.digest}`;
  return `${reference.registry}/${reference.repository}${tag}${digest}`;
}

function invalid(text: string, why: string): WherryError {
  return new WherryError('INVALID', `"${text}" is not an image reference: ${why}`, {
    hint: 'write [registry/]name[:tag][@digest], such as redis:7 or ghcr.io/owner/app:1.2',
    details: { reference: text },
  });
}
