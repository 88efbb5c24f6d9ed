import type { EngineConnection } from './connection.ts';
import type { RegistryAuth } from './registry-auth.ts';
import { dockerRegistryCalls, type RegistryCalls } from './registry-calls.ts';

/** What the image verbs need of their engine. */
export interface ImageContext {
  connection: EngineConnection;
  auth: RegistryAuth;
  /** Where the engines differ in how they are asked to pull and push. */
  registryCalls: RegistryCalls;
}

/** The context of a Docker engine; Podman gives its own `registryCalls`. */
export function imageContext(
  connection: EngineConnection,
  auth: RegistryAuth,
  registryCalls: RegistryCalls = dockerRegistryCalls,
): ImageContext {
  return { connection, auth, registryCalls };
}
