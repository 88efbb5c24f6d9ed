import { WherryError } from '../../core/errors.ts';

/** The versions of the Engine API that this client speaks. */
export const oldestApiVersion = '1.41';
export const newestApiVersion = '1.56';

/** Negative, zero or positive as `a` is older than, equal to or newer than `b`. */
export function compareApiVersions(a: string, b: string): number {
  const [majorA, minorA] = parse(a);
  const [majorB, minorB] = parse(b);
  return majorA - majorB || minorA - minorB;
}

/** Checks a version that the user chose. `INVALID` for no version at all, `UNSUPPORTED` for one that we do not speak. */
export function checkApiVersion(version: string): string {
  const trimmed = version.replace(/^v/, '');
  parse(trimmed);
  const speaks =
    compareApiVersions(trimmed, oldestApiVersion) >= 0 && compareApiVersions(trimmed, newestApiVersion) <= 0;
  if (!speaks) {
    throw new WherryError('UNSUPPORTED', `Engine API version ${trimmed} is not one that Wherry speaks`, {
      hint: `choose ${oldestApiVersion} to ${newestApiVersion}, or leave it out to have it negotiated`,
      details: { apiVersion: trimmed },
    });
  }
  return trimmed;
}

/**
 * The newest version that both sides speak. `engineVersion` is the engine's newest, as its ping tells; `limit` one that
 * the user wants no newer than. `INVALID` for a limit that is no version, `UNAVAILABLE` when the engine is too old.
 */
export function negotiate(engineVersion: string, address: string, limit: string = newestApiVersion): string {
  if (compareApiVersions(engineVersion, oldestApiVersion) < 0) {
    throw new WherryError(
      'UNAVAILABLE',
      `the engine at ${address} is too old: it speaks Engine API ${engineVersion}, Wherry needs ${oldestApiVersion}`,
      {
        hint: 'update the engine: Docker 20.10 and Podman 4 are new enough',
        details: { address, engineVersion, oldestApiVersion },
      },
    );
  }
  const newest = [engineVersion, limit].reduce(older, newestApiVersion);
  return compareApiVersions(newest, oldestApiVersion) < 0 ? oldestApiVersion : newest;
}

function older(a: string, b: string): string {
  return compareApiVersions(a, b) < 0 ? a : b;
}

function parse(version: string): [number, number] {
  const match = /^(\d+)\.(\d+)$/.exec(version);
  if (match === null) {
    throw new WherryError('INVALID', `"${version}" is not an Engine API version`, {
      hint: 'write it like 1.45, as in DOCKER_API_VERSION=1.45',
    });
  }
  return [Number(match[1]), Number(match[2])];
}
