// A process of the proxy bench: what it is comes as its first argument. It prints the port on which it listens.
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { TcpProxy } from '../src/proxy/index.ts';

const [kind, targetPort = '0'] = process.argv.slice(2);
const port = Number(targetPort);
const answer = Buffer.from('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');

if (kind === 'service') {
  listen(
    createServer({ noDelay: true }, (socket) => {
      socket.on('error', () => undefined);
      socket.on('data', () => socket.write(answer));
    }),
  );
} else if (kind === 'pipe') {
  listen(
    createServer({ noDelay: true, allowHalfOpen: true }, (client) => {
      const target = connect({ port, host: '127.0.0.1', noDelay: true, allowHalfOpen: true });
      for (const [one, other] of [
        [client, target],
        [target, client],
      ] as const satisfies readonly (readonly [Socket, Socket])[]) {
        one.on('error', () => other.destroy());
        one.pipe(other);
      }
    }),
  );
} else {
  const release = (): void => undefined;
  const lease = { release, [Symbol.asyncDispose]: async () => undefined };
  const lazy = { acquire: async () => lease };
  const proxy = new TcpProxy({ port: 0, lazy, targets: [{ host: '127.0.0.1', port }] });
  await proxy.listen();
  process.stdout.write(`${proxy.address.port}\n`);
}

function listen(server: Server): void {
  server.listen(0, '127.0.0.1', 1024, () => {
    process.stdout.write(`${(server.address() as AddressInfo).port}\n`);
  });
}
