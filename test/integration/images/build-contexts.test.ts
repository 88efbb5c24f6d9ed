import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { DockerfileBuild } from '../../../src/core/image.ts';
import { shellImage } from '../../lab/shell-image.ts';
import { onEachEngine, type TestEngine } from './engine.ts';

const timeout = 60_000;

await onEachEngine((engine) => {
  const name = `${engine.prefix}/contexts`;
  let directory: string;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'wherry-context-'));
    await writeFile(join(directory, 'file'), `first ${engine.label}\n`);
    await writeFile(join(directory, 'dropped'), 'no\n');
    await writeFile(join(directory, '.dockerignore'), 'dropped\n');
  });

  afterAll(async () => {
    await rm(directory, { recursive: true, force: true });
    await engine.clean();
  });

  it('takes files from a further directory and tells changes in it', { timeout }, async () => {
    const input: DockerfileBuild = {
      ...engine.shell('COPY --from=more . /more', 'RUN ls -A /more && cat /more/file'),
      additionalContexts: { more: directory },
    };
    const first = await outputOf(engine, name, input);
    expect(first).toMatch(/^\.dockerignore\s+file\s+first/m);
    await writeFile(join(directory, 'file'), `second ${engine.label}\n`);
    expect(await outputOf(engine, name, input)).toMatch(/^second/m);
    const names = (await engine.images.list({})).flatMap(({ tags }) => tags);
    expect(names.filter((tag) => tag.includes('wherry-context'))).toEqual([]);
  });

  it('begins with an image that a context names', { timeout }, async () => {
    const base = `${engine.prefix}/context-base`;
    await engine.image(base).build(engine.shell('ENV FROM_BASE=yes'));
    const output = await outputOf(engine, name, {
      ...engine.shell(),
      dockerfileInline: `ARG unused\nFROM base\nLABEL ${engine.label}\nRUN echo "base: $FROM_BASE"\n`,
      additionalContexts: { base: `docker-image://${base}` },
    });
    expect(output).toContain('base: yes');
  });

  it('builds the stages anew that it is told to', { timeout }, async () => {
    const input: DockerfileBuild = {
      kind: 'dockerfile',
      context: engine.shell().context,
      dockerfileInline: [
        `FROM ${shellImage} AS kept`,
        'RUN cat /proc/sys/kernel/random/uuid > /kept',
        `FROM ${shellImage} AS anew`,
        `LABEL ${engine.label}`,
        'COPY --from=kept /kept /',
        'RUN echo "kept $(cat /kept) anew $(cat /proc/sys/kernel/random/uuid)."',
      ].join('\n'),
      noCacheFilter: ['anew'],
    };
    const uuids = /kept (\S{36}) anew (\S{36})\./;
    const [, kept] = uuids.exec(await outputOf(engine, name, input)) ?? [];
    const [, keptThen] = uuids.exec(await outputOf(engine, name, input)) ?? [];
    expect(keptThen).toMatch(/.{36}/);
    if (engine.lab.kind === 'docker') expect(keptThen).toBe(kept);
    else expect(keptThen).not.toBe(kept);
  });

  it('keeps attestations where the engine has a place for them, else says so', { timeout }, async () => {
    const output = await outputOf(engine, name, { ...engine.shell(), provenance: 'mode=max', sbom: 'false' });
    const isKept = engine.lab.id === 'docker-newest';
    expect(output.includes('WARN: provenance: left out')).toBe(!isKept);
    expect(output).not.toContain('sbom');
    if (!isKept) return;
    const { Manifests } = await engine.connection.json<{ Manifests: readonly { Kind: string }[] }>({
      path: `/images/${name}/json`,
      query: { manifests: true },
    });
    expect(Manifests.map(({ Kind }) => Kind)).toEqual(['image', 'attestation']);
  });

  it('leaves its cache where it is told to', { timeout }, async () => {
    const input = { ...engine.shell('RUN echo cached'), cacheTo: ['type=registry,ref=127.0.0.1:1/cache'] };
    const told = await outputOf(engine, name, input).catch(({ code, message }) => `${code} ${message}`);
    if (engine.lab.kind === 'podman') expect(told).toContain('WARN: cache_to: left out');
    else if (engine.lab.id === 'docker-newest') expect(told).toMatch(/^BUILD_FAILED .*127\.0\.0\.1:1/);
    else expect(told).toMatch(/^BUILD_FAILED .*unknown cache exporter: "registry"/);
    if (engine.lab.kind === 'podman') return;
    await outputOf(engine, name, { ...engine.shell(), cacheTo: ['type=inline'] });
    const local = { ...engine.shell(), cacheTo: ['type=local,dest=/nowhere'] };
    expect(await engine.image(name).checkBuild?.(local)).toMatchObject([{ field: 'cacheTo' }]);
  });

  it.runIf(engine.lab.id === 'docker-newest')('takes a file behind a URL', { timeout }, async () => {
    const server = createServer((_request, response) => response.end('from afar\n'));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    try {
      const output = await outputOf(engine, name, {
        ...engine.shell('COPY --from=far /context /far', `RUN cat /far && echo ${engine.label}`),
        additionalContexts: { far: `http://127.0.0.1:${port}/file` },
      });
      expect(output).toContain('from afar');
    } finally {
      server.close();
    }
  });
});

/** What the steps of a build wrote, and what was told beside it. */
async function outputOf(engine: TestEngine, name: string, input: DockerfileBuild): Promise<string> {
  const told: string[] = [];
  await engine.image(name).build(input, {
    onProgress: (news) => {
      if (news.kind === 'output') told.push(news.text);
      if (news.kind === 'status') told.push(`${news.status}\n`);
    },
  });
  return told.join('');
}
