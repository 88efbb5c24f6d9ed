import type { RegistryCredentials } from '../../core/image.ts';
import { Secret } from '../../core/secret.ts';
import type { ContainerSpec, FileMount } from '../../core/spec.ts';
import { revealText } from './registry-auth-header.ts';

export interface ApiSocket {
  /** Of the engine, as `unix:///var/run/docker.sock`. */
  address: string;
  /** By registry. */
  credentials(): Promise<ReadonlyMap<string, RegistryCredentials>>;
}

/** Where clients look for an engine when nobody tells them. */
const socket = '/var/run/docker.sock';
const directory = '/run/secrets/docker';

/**
 * The spec with what `useApiSocket` stands for, which engines do not know: the socket mounted, and the user's credentials
 * in the Docker client's file, unless the spec has a DOCKER_CONFIG of its own. As `docker run --use-api-socket` does it.
 */
export async function withApiSocket(
  { useApiSocket, ...spec }: ContainerSpec,
  { address, credentials }: ApiSocket,
): Promise<ContainerSpec> {
  if (useApiSocket !== true) return spec;
  const source = address.startsWith('unix://') ? address.slice('unix://'.length) : socket;
  const volumes = (spec.volumes ?? []).filter((mount) => mount.target !== socket);
  const mounted: ContainerSpec = { ...spec, volumes: [...volumes, { type: 'bind', source, target: socket }] };
  if (spec.environment?.DOCKER_CONFIG !== undefined) return mounted;
  return {
    ...mounted,
    environment: { ...spec.environment, DOCKER_CONFIG: directory },
    secrets: [...(spec.secrets ?? []), configFile(await credentials())],
  };
}

function configFile(credentials: ReadonlyMap<string, RegistryCredentials>): FileMount {
  const auths = [...credentials].map(([registry, { username = '', password, identityToken }]) => {
    const pair = password === undefined ? {} : { auth: base64(`${username}:${revealText(password)}`) };
    const token = identityToken === undefined ? {} : { identitytoken: revealText(identityToken) };
    return [registry, { ...pair, ...token }];
  });
  const content = new Secret(JSON.stringify({ auths: Object.fromEntries(auths) }));
  return { target: `${directory}/config.json`, content };
}

function base64(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64');
}
