import { configReferenceShape, mountShape } from './shapes-service.ts';
import { type CanonicalMap, type CanonicalStruct, canonicalMap, isMap, withFields } from './value.ts';

/**
 * What the peer makes of `use_api_socket` before it hashes a service that it brings up: the socket, a config with the
 * user's credentials, and the variable that names its directory.
 */
export function withApiSocket(service: CanonicalStruct): CanonicalStruct {
  const { values } = service;
  if (values.get('use_api_socket') !== true) return service;
  const socket = '/var/run/docker.sock';
  const directory = '/run/secrets/docker';
  const mount = struct(mountShape, { type: 'bind', source: socket, target: socket });
  const config = struct(configReferenceShape, { source: '#apisocket', target: `${directory}/config.json` });
  const environment = values.get('environment');
  const variables: CanonicalMap['entries'] = isMap(environment) ? environment.entries : new Map();
  return withFields(service, {
    volumes: [...list(values.get('volumes')), mount],
    configs: [...list(values.get('configs')), config],
    environment: canonicalMap([['DOCKER_CONFIG', directory], ...variables]),
  });
}

function struct(shape: CanonicalStruct['shape'], values: Readonly<Record<string, string>>): CanonicalStruct {
  return { kind: 'struct', shape, values: new Map(Object.entries(values)), extensions: new Map() };
}

function list<T>(value: T): readonly Extract<T, readonly unknown[]>[number][] {
  return Array.isArray(value) ? value : [];
}
