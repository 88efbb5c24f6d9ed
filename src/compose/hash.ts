import { createHash } from 'node:crypto';
import type { Network, Service, Volume } from './model.ts';

/**
 * A hash of all that makes a container of the service what it is, 64 hex digits. What Docker Compose leaves out of its own
 * (build, pull policy, scale, dependencies, profiles) is left out here too.
 */
export function serviceHash(service: Service): string {
  const { origin, build, pullPolicy, scale, dependsOn, profiles, envFiles, labelFiles, deploy, ...rest } =
    service;
  return digest({ ...rest, deploy: deploy && { labels: deploy.labels } });
}

/** A hash of all that makes a network what it is. */
export function networkHash({ origin, key, ...network }: Network): string {
  return digest(network);
}

/** A hash of all that makes a volume what it is. */
export function volumeHash({ origin, key, ...volume }: Volume): string {
  return digest(volume);
}

function digest(value: unknown): string {
  return createHash('sha256').update(canonical(value)).digest('hex');
}

/** JSON with sorted keys, without what says nothing: an empty list is the same as none, but for commands. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, field: unknown) => {
    if (typeof field !== 'object' || field === null || Array.isArray(field)) return field;
    const entries = Object.entries(field).filter(
      ([key, inner]) => !isEmpty(inner) || key === 'command' || key === 'entrypoint',
    );
    return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}

function isEmpty(value: unknown): boolean {
  if (value === undefined || value === false) return true;
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}
