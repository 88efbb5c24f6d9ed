import { expect, test } from 'vitest';
import type { ResourceLimits } from '../../core/spec.ts';
import { unixDialer } from '../../transport/dialer.ts';
import { EngineConnection } from '../engine-api/connection.ts';
import { FakeEngine, json } from '../engine-api/fake-engine.test-support.ts';
import { DockerBackend } from './backend.ts';

async function requestsOfCreate(resources: ResourceLimits): Promise<string[]> {
  await using engine = await FakeEngine.listen(({ path }) => {
    if (path === '/containers/create') return json({ Id: 'a' }, 201);
    return path === '/info' ? json({ MemoryLimit: true }) : undefined;
  });
  await using backend = new DockerBackend({ connection: new EngineConnection(unixDialer(engine.path)) });
  await backend.create({ image: 'i', ports: [{ target: 80 }], resources });
  return engine.requests.map(({ path }) => path);
}

test('a create that needs nothing of the machine is one request', async () => {
  expect(await requestsOfCreate({})).toEqual(['/_ping', '/containers/create']);
});

test('a create with limits asks the engine about its machine first', async () => {
  expect(await requestsOfCreate({ memory: 1e8 })).toEqual(['/_ping', '/info', '/containers/create']);
});
