import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'wherry';
import { Discoverer, ServiceRegistry, serviceAddress } from 'wherry/discovery';

const server = createServer().listen(0, '127.0.0.1');
await once(server, 'listening');
const { port } = server.address() as AddressInfo;
const folder = await mkdtemp(join(tmpdir(), 'wherry-example-'));

await using backend = await connect();
const discoverer = new Discoverer({ backend });
const { services, failures } = await discoverer.discoverAll([
  { kind: 'tcp', name: 'web', ports: `${port}` }, // or 80, '80,443,8000-8099', [80, [8000, 8099]]
  { kind: 'dns', name: 'here', host: 'localhost', port },
  { kind: 'compose', project: 'nobody-has-this' },
  { kind: 'dns', host: '_http._tcp.example.test', record: 'SRV', servers: ['127.0.0.1:9'], timeout: 200 },
]);
for (const { target, error } of failures) console.log(`${target.kind}: ${error.code}`);

{
  await using registry = await ServiceRegistry.open({ path: join(folder, 'services.json'), discoverer });
  await registry.register(...services);
  for (const one of await registry.list({ name: 'web' }))
    console.log(`${serviceAddress(one)} is ${one.freshness}`);
  server.close();
  for (const one of await registry.verify()) {
    if (one.name === 'web') console.log(`${serviceAddress(one)} is ${one.freshness}`);
  }
}
await rm(folder, { recursive: true });
