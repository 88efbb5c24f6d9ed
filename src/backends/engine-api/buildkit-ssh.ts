import type { Socket } from 'node:net';
import { WherryError } from '../../core/errors.ts';
import { fs, net } from '../../transport/builtin.ts';
import { GrpcFailure, grpcNotFound } from './grpc-frame.ts';
import { type GrpcCall, type GrpcMethod, unary } from './grpc-server.ts';
import { encodeProto, protoFields, protoText } from './protobuf.ts';

/** Sockets of SSH agents by id, the user's own where the path is empty. `INVALID` for what is no socket. */
export async function sshAgents(ssh: Readonly<Record<string, string>>): Promise<ReadonlyMap<string, string>> {
  const agents = new Map<string, string>();
  for (const [id, given] of Object.entries(ssh)) {
    const path = given || process.env.SSH_AUTH_SOCK;
    if (!path) {
      throw new WherryError(
        'INVALID',
        `ssh.${id}: invalid empty ssh agent socket: make sure SSH_AUTH_SOCK is set`,
        {
          hint: 'start one with `eval $(ssh-agent)` and `ssh-add`',
        },
      );
    }
    const isSocket = await fs()
      .promises.stat(path)
      .then(
        (stat) => stat.isSocket(),
        () => false,
      );
    if (!isSocket) {
      throw new WherryError('INVALID', `ssh.${id}: ${path} is not the socket of an SSH agent`, {
        hint: 'keys themselves are not forwarded: load them into an agent with `ssh-add`',
      });
    }
    agents.set(id, path);
  }
  return agents;
}

/** `moby.sshforward.v1.SSH`: steps with `--mount=type=ssh` speak to an agent of this machine. */
export function sshMethods(agents: ReadonlyMap<string, string>): [string, GrpcMethod][] {
  const find = (id: string): string => {
    const path = agents.get(id || 'default');
    if (path === undefined) throw new GrpcFailure(grpcNotFound, `unset ssh forward key ${id || 'default'}`);
    return path;
  };
  const check = unary((request) => {
    let id = '';
    for (const { number, value } of protoFields(request)) if (number === 1) id = protoText(value);
    find(id);
    return encodeProto([]);
  });
  const forward: GrpcMethod = async (call) => {
    const socket = net().createConnection(find(String(call.metadata['buildkit.ssh.id'] ?? '')));
    try {
      await Promise.all([toAgent(call, socket), fromAgent(call, socket)]);
    } finally {
      socket.destroy();
    }
  };
  return [
    ['/moby.sshforward.v1.SSH/CheckAgent', check],
    ['/moby.sshforward.v1.SSH/ForwardAgent', forward],
  ];
}

async function toAgent({ messages }: GrpcCall, socket: Socket): Promise<void> {
  for await (const message of messages) {
    for (const { number, value } of protoFields(message))
      if (number === 1 && typeof value !== 'number') socket.write(value);
  }
  socket.end();
}

async function fromAgent({ send }: GrpcCall, socket: Socket): Promise<void> {
  for await (const chunk of socket as AsyncIterable<Buffer>)
    await send(encodeProto([{ number: 1, value: chunk }]));
}
