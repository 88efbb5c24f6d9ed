import type { CallOptions, RegistryCredentials } from '../../core/image.ts';
import type { Secret } from '../../core/secret.ts';
import { crypto } from '../../transport/builtin.ts';
import { fileSync, type SyncedDirectory } from './buildkit-filesync.ts';
import { sshMethods } from './buildkit-ssh.ts';
import type { EngineConnection } from './connection.ts';
import { GrpcFailure, grpcNotFound } from './grpc-frame.ts';
import { type GrpcMethod, serveGrpc, unary } from './grpc-server.ts';
import { encodeProto, protoFields, protoText } from './protobuf.ts';
import { revealText } from './registry-auth-header.ts';

/** What BuildKit may ask us for during a build. */
export interface SessionAnswers {
  secrets: Readonly<Record<string, Secret>>;
  /** Sockets of SSH agents by id. */
  agents: ReadonlyMap<string, string>;
  credentials: (registry: string) => Promise<RegistryCredentials | undefined>;
  /** By BuildKit's names: `context`, `dockerfile`. */
  directories: ReadonlyMap<string, SyncedDirectory>;
  /** The same for builds of the same directory: what was sent for one need not be sent for the next. */
  sharedKey: string;
}

/** A connection over which BuildKit asks us; a build names it by its id. */
export interface BuildkitSession {
  id: string;
  close(): void;
}

/**
 * Opens a BuildKit session (`POST /session`, gRPC over the hijacked connection, with the engine as the client): secrets
 * and registry credentials leave us only when a step asks for them.
 */
export async function openBuildkitSession(
  connection: EngineConnection,
  answers: SessionAnswers,
  options: CallOptions = {},
): Promise<BuildkitSession> {
  const id = crypto().randomBytes(16).toString('hex');
  const methods = sessionMethods(answers);
  const { socket } = await connection.upgrade({
    method: 'POST',
    path: '/session',
    protocol: 'h2c',
    headers: {
      'x-docker-expose-session-uuid': id,
      'x-docker-expose-session-name': 'wherry',
      'x-docker-expose-session-sharedkey': answers.sharedKey,
      'x-docker-expose-session-grpc-method': [...methods.keys()],
    },
    signal: options.signal,
  });
  const server = serveGrpc(socket, methods);
  return { id, close: () => server.close() };
}

const SERVING = 1;

function sessionMethods({
  secrets,
  agents,
  credentials,
  directories,
}: SessionAnswers): Map<string, GrpcMethod> {
  const health = unary(() => encodeProto([{ number: 1, value: SERVING }]));
  const secret = unary((request) => {
    const name = firstText(request);
    const found = Object.hasOwn(secrets, name) ? secrets[name] : undefined;
    if (found === undefined) throw new GrpcFailure(grpcNotFound, `secret ${name}: not found`);
    return encodeProto([{ number: 1, value: found.reveal() }]);
  });
  const login = unary(async (request) => {
    const found = await credentials(firstText(request));
    if (found === undefined) return encodeProto([]);
    const { username = '', password, identityToken } = found;
    // BuildKit takes a secret without a user name for an identity token.
    return identityToken === undefined
      ? encodeProto([
          { number: 1, value: username },
          { number: 2, value: password === undefined ? '' : revealText(password) },
        ])
      : encodeProto([{ number: 2, value: revealText(identityToken) }]);
  });
  return new Map([
    ['/grpc.health.v1.Health/Check', health],
    ['/moby.buildkit.secrets.v1.Secrets/GetSecret', secret],
    ['/moby.filesync.v1.Auth/Credentials', login],
    ['/moby.filesync.v1.FileSync/DiffCopy', fileSync(directories)],
    ...(agents.size === 0 ? [] : sshMethods(agents)),
  ]);
}

/** Field 1 of the requests that we answer is the name that is asked for. */
function firstText(request: Uint8Array): string {
  for (const { number, value } of protoFields(request)) if (number === 1) return protoText(value);
  return '';
}
