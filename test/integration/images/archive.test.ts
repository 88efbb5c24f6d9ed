import { afterAll, beforeAll, expect, it } from 'vitest';
import { collect } from '../../../src/transport/bytes.ts';
import { onEachEngine } from './engine.ts';

const timeout = 60_000;

await onEachEngine((engine) => {
  const one = `${engine.prefix}/one:1`;
  const two = `${engine.prefix}/two:2`;

  beforeAll(async () => {
    await engine.image(one).build(engine.shell('RUN echo one > /one'));
    await engine.image(two).build(engine.shell('RUN echo two > /two'));
  }, 120_000);

  afterAll(() => engine.clean());

  it('saves an image and loads it again as it was', { timeout }, async () => {
    const image = engine.image(one);
    const before = await image.inspect();
    const archive = await collect(image.save());
    await image.remove();
    expect(await image.exists()).toBe(false);
    expect(await engine.images.load(stream(archive))).toEqual([one]);
    const after = await image.inspect();
    expect(after.config).toEqual(before.config);
    expect(after.tags).toEqual([one]);
    expect(after.id).toBe(before.id);
  });

  it('saves several at once', { timeout }, async () => {
    const archive = await collect(engine.images.save([one, two]));
    await engine.image(one).remove();
    await engine.image(two).remove();
    expect([...(await engine.images.load(stream(archive)))].sort()).toEqual([one, two]);
    expect(await engine.image(two).exists()).toBe(true);
  });

  it('fails on the first chunk when there is no such image', async () => {
    await expect(collect(engine.image(`${engine.prefix}/none`).save())).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
    await expect(collect(engine.images.save([one, `${engine.prefix}/none:1`]))).rejects.toMatchObject({
      code: 'NOT_FOUND',
      message: expect.stringContaining(`${engine.prefix}/none:1`),
    });
  });

  it('refuses what is no archive', { timeout }, async () => {
    await expect(engine.images.load(stream(Buffer.from('no archive')))).rejects.toMatchObject({
      code: 'INVALID',
    });
  });

  it('lets go of a save that nobody reads on', { timeout }, async () => {
    for await (const chunk of engine.image(one).save()) {
      expect(chunk.length).toBeGreaterThan(0);
      break;
    }
    expect(await engine.image(one).exists()).toBe(true);
  });

  it('gives an image more names, and takes them away one by one', { timeout }, async () => {
    const image = engine.image(one);
    const other = `${engine.prefix}/other:x`;
    await image.tag(other);
    expect([...(await image.tags())].sort()).toEqual([one, other]);
    await engine.image(other).remove();
    expect(await image.tags()).toEqual([one]);
    await expect(engine.image(other).inspect()).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(engine.image(other).remove()).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(engine.image(other).tag(one)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(image.tag(`${other}@sha256:${'0'.repeat(64)}`)).rejects.toMatchObject({ code: 'INVALID' });
  });

  it('lists by label and by name', { timeout }, async () => {
    const { id } = await engine.image(one).inspect();
    const labelled = await engine.images.list({ labels: [engine.label] });
    expect(labelled.map((image) => image.id)).toContain(id);
    const named = await engine.images.list({ reference: `${engine.prefix}/two:*` });
    expect(named.flatMap(({ tags }) => tags)).toEqual([two]);
  });

  it('knows exactly this name', async () => {
    expect(await engine.image(one).exists()).toBe(true);
    expect(await engine.image(one.slice(0, -2)).exists()).toBe(false);
    expect(await engine.image(one.slice(0, -3)).exists()).toBe(false);
    await expect(engine.image('Not/A/Name').exists()).rejects.toMatchObject({ code: 'INVALID' });
    await expect(engine.image('../containers/json?all=1').exists()).rejects.toMatchObject({
      code: 'INVALID',
    });
  });
});

async function* stream(bytes: Buffer): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 65_536) yield bytes.subarray(at, at + 65_536);
}
