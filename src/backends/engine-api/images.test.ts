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

test('an image is the one for the platform that is asked for, or is not there', async () => {
  const variant = (architecture: string, here: boolean): object => ({
    ID: `sha256:${architecture}`,
    Kind: 'image',
    Available: here,
    ImageData: { Platform: { os: 'linux', architecture } },
  });
  const record = { Id: 'sha256:all', Os: 'linux', Architecture: 'amd64', Created: '2026-01-01T00:00:00Z' };
  const stores = {
    '/images/many:1/json': { ...record, Manifests: [variant('amd64', true), variant('arm64', true)] },
    '/images/one:1/json': { ...record, Manifests: [variant('amd64', true), variant('arm64', false)] },
    '/images/old:1/json': record,
  };
  await using engine = await FakeEngine.listen(({ path }) =>
    path in stores ? json(stores[path as keyof typeof stores]) : undefined,
  );
  await using backend = engine.backend();
  const contentId = async (name: string, platform?: string): Promise<string | undefined> =>
    (await backend.image(name).inspect({ platform })).contentId;
  expect(await contentId('many:1')).toBe('sha256:amd64');
  expect(await contentId('many:1', 'linux/arm64')).toBe('sha256:arm64');
  expect(await contentId('many:1', 'arm64')).toBe('sha256:arm64');
  expect(await contentId('old:1', 'linux/x86_64')).toBeUndefined();
  for (const name of ['one:1', 'old:1'])
    await expect(contentId(name, 'linux/arm64')).rejects.toMatchObject({ code: 'NOT_FOUND' });
});
