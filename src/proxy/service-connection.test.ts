import { expect, test } from 'vitest';
import { forward } from './forward.ts';
import { open, readAll, Service, until } from './proxy.test-support.ts';
import { ServiceConnection } from './service-connection.ts';

test('what the service says before anybody takes it is passed on first', async () => {
  const heard = Promise.withResolvers<string>();
  await using client = await Service.start(async (socket) => {
    heard.resolve((await readAll(socket)).toString());
  });
  await using service = await Service.start((socket) => {
    socket.write('220 ready');
    socket.once('data', () => socket.end(', and more'));
  });
  const connection = new ServiceConnection(service.address);
  await until(() => connection.socket.bytesRead > 0);
  forward(await open(client.address), connection);
  connection.socket.write('hello');
  expect(await heard.promise).toBe('220 ready, and more');
});
