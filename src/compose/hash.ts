import { createHash } from 'node:crypto';
import { withApiSocket } from './canonical/api-socket.ts';
import { goJson } from './canonical/go-json.ts';
import { type CanonicalStruct, type CanonicalValue, isStruct, withFields } from './canonical/value.ts';
import { sharedService } from './finish-service.ts';
import type { Network, Service, Volume } from './model.ts';

export interface HashOptions {
  /** Id of the container whose namespaces or volumes are shared. Default: references to services stay as they are. */
  containerOf?: ((service: string) => string | undefined) | undefined;
  /** `container`: as containers are labelled, with what `use_api_socket` adds. Default: as the file says it. */
  of?: 'container' | undefined;
}

/**
 * The config hash of a service, byte for byte that of docker compose v5 (pkg/compose/hash.go): SHA-256 of Go's JSON of its
 * canonical form, without build, pull policy, scale, dependencies and profiles. 64 hex digits.
 */
export function serviceHash(service: Service, { containerOf, of }: HashOptions = {}): string {
  const { platform } = service;
  const canonical = of === 'container' ? withApiSocket(service.canonical) : service.canonical;
  const { values } = canonical;
  const deploy = values.get('deploy');
  const shared = (key: string): CanonicalValue | undefined => {
    const mode = values.get(key);
    const name = typeof mode === 'string' ? sharedService(mode) : undefined;
    const container = name === undefined ? undefined : containerOf?.(name);
    return container === undefined ? mode : `container:${container}`;
  };
  return digest(
    withFields(canonical, {
      build: undefined,
      pull_policy: undefined,
      scale: undefined,
      depends_on: undefined,
      profiles: undefined,
      deploy: isStruct(deploy) ? withFields(deploy, { replicas: undefined }) : undefined,
      platform,
      network_mode: shared('network_mode'),
      ipc: shared('ipc'),
      pid: shared('pid'),
      volumes_from: sharedVolumes(values.get('volumes_from'), containerOf),
    }),
  );
}

/** The config hash of a network, as docker compose v5 makes it. */
export function networkHash({ canonical }: Network): string {
  return digest(canonical);
}

/** The config hash of a volume, as docker compose v5 makes it. */
export function volumeHash({ canonical }: Volume): string {
  return digest(withFields(canonical, { driver: canonical.values.get('driver') || 'local' }));
}

/** As the peer resolves them: the id alone, whatever options were given. */
function sharedVolumes(
  list: CanonicalValue | undefined,
  containerOf: HashOptions['containerOf'],
): CanonicalValue | undefined {
  if (!Array.isArray(list) || containerOf === undefined) return list;
  return list.map((reference: CanonicalValue) => {
    if (typeof reference !== 'string') return reference;
    const [first = '', second] = reference.split(':');
    return first === 'container' ? (second ?? reference) : (containerOf(first) ?? reference);
  });
}

function digest(struct: CanonicalStruct): string {
  return createHash('sha256').update(goJson(struct)).digest('hex');
}
