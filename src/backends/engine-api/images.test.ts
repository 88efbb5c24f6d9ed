import { expect, test } from 'vitest';
import { FakeEngine, json } from './fake-engine.test-support.ts';

test('a list during which an image goes is made again, as Podman fails it', async () => {
  const gone = json({ message: 'reading image "abc": locating image with ID "abc": image not known' }, 500);
  await using engine = await FakeEngine.listen(({ path, nth }) =>
    path === '/images/json' ? (nth < 2 ? gone : json([])) : undefined,
  );
  await using backend = engine.backend();
  await expect(backend.images.list()).resolves.toEqual([]);
  expect(engine.requests.filter(({ path }) => path === '/images/json')).toHaveLength(3);
});
