import { resolve } from 'node:path';
import { isRemote } from '../compose/index.ts';
import type { ServiceEndpoint } from './endpoint.ts';

/** The endpoints that are started from one compose file with one profile. */
export interface ComposeGroup {
  /** `file` or `file:profile`. */
  name: string;
  /** Absolute, unless it is elsewhere. */
  composeFile: string;
  profile: string | null;
  /** Endpoint names by service. */
  services: ReadonlyMap<string, readonly string[]>;
}

/** Groups endpoints by compose file and profile, by name; those without a file are in none. */
export function composeGroups(
  endpoints: readonly (readonly [name: string, endpoint: ServiceEndpoint])[],
  directory: string,
): ComposeGroup[] {
  const groups = new Map<string, ComposeGroup & { services: Map<string, string[]> }>();
  for (const [name, endpoint] of endpoints) {
    if (endpoint.composeFile === null) continue;
    const named = endpoint.composeFile;
    const composeFile = isRemote(named) ? named : resolve(directory, named);
    const { profile } = endpoint;
    const key = profile === null ? endpoint.composeFile : `${endpoint.composeFile}:${profile}`;
    const group = groups.get(key) ?? { name: key, composeFile, profile, services: new Map() };
    const service = endpoint.serviceName ?? name;
    group.services.set(service, [...(group.services.get(service) ?? []), name]);
    groups.set(key, group);
  }
  return [...groups.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}
