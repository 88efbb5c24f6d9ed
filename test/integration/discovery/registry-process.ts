// Registers services one after the other and prints each id once it is acknowledged; `registry.test.ts` kills it.
import { writeSync } from 'node:fs';
import { ServiceRegistry } from '../../../src/discovery/index.ts';

const [path, name = ''] = process.argv.slice(2);
await using registry = await ServiceRegistry.open({ path });
for (let port = 1; port <= 65_535; port += 1) {
  const entries = await registry.register({
    name,
    host: '127.0.0.1',
    port,
    protocol: 'tcp',
    source: 'tcp',
    foundAt: new Date(),
    ttl: 3_600_000,
    metadata: {},
  });
  // Synchronous: what was acknowledged must have been told when the kill comes.
  for (const { id } of entries) writeSync(1, `${id}\n`);
}
