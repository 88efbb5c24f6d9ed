import { afterEach, expect, test } from 'vitest';
import type { Backend } from '../../core/backend.ts';
import { FakeEngine, fakeContainer, json, type Route } from './fake-engine.test-support.ts';

const open: AsyncDisposable[] = [];
afterEach(async () => {
  for (const thing of open.splice(0)) await thing[Symbol.asyncDispose]();
});

async function backendOn(route: Route): Promise<Backend> {
  const engine = await FakeEngine.listen(route);
  const backend = engine.backend();
  open.push(backend, engine);
  return backend;
}

const noSuch = json({ message: 'No such container: fake' }, 404);
const cleanup = json({ message: 'cleaning up container fake: netavark: nftables error' }, 500);
const vanished = json({ message: 'read /proc/27752/cgroup: no such process' }, 500);
const disk = json({ message: 'input/output error' }, 500);
const known = json({ ...fakeContainer });

test('a removal that fails after the container is gone has done its work', async () => {
  const backend = await backendOn(({ method, path }) =>
    method === 'DELETE' ? cleanup : path.endsWith('/json') ? noSuch : undefined,
  );
  await expect(backend.remove('fake', { force: true })).resolves.toBeUndefined();
});

test('a removal that fails while the container stays is told', async () => {
  const backend = await backendOn(({ method, path }) =>
    method === 'DELETE' ? disk : path.endsWith('/json') ? known : undefined,
  );
  await expect(backend.remove('fake')).rejects.toMatchObject({
    code: 'ENGINE',
    message: 'input/output error',
  });
});

test('a process that ends as the engine looks at it is looked at once more', async () => {
  const backend = await backendOn(({ path, nth }) =>
    path.endsWith('/fake/json') ? (nth === 0 ? vanished : known) : undefined,
  );
  await expect(backend.inspect('fake')).resolves.toMatchObject({ id: fakeContainer.Id });
});

test('another fault of the engine is told at once', async () => {
  const backend = await backendOn(({ path, nth }) =>
    path.endsWith('/fake/json') ? (nth === 0 ? disk : known) : undefined,
  );
  await expect(backend.inspect('fake')).rejects.toMatchObject({ code: 'ENGINE' });
});

test('a grace that is none is refused before the engine takes it for another', async () => {
  const backend = await backendOn(() => json({}));
  for (const timeout of [-1, Number.NaN, Number.POSITIVE_INFINITY]) {
    await expect(backend.stop('fake', { timeout })).rejects.toMatchObject({ code: 'INVALID' });
    await expect(backend.restart('fake', { timeout })).rejects.toMatchObject({ code: 'INVALID' });
  }
});
