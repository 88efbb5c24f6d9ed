import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { copyFile, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDocker } from '../../../src/backends/docker/open.ts';
import type { BuildOptions, DockerfileBuild, Image, ImageProgress } from '../../../src/core/image.ts';
import { Secret } from '../../../src/core/secret.ts';
import { packEntries } from '../../../src/transport/tar-pack.ts';
import { shellImage } from '../../lab/shell-image.ts';
import { onEachEngine, type TestEngine } from './engine.ts';

const timeout = 60_000;

await onEachEngine((engine) => {
  afterAll(() => engine.clean());
  if (engine.lab.kind === 'podman') {
    tests(engine, undefined);
    it('refuses what Podman cannot do', async () => {
      const build = { ...engine.shell(), network: 'none', extraHosts: { a: ['10.0.0.1'] } };
      await expect(engine.image(`${engine.prefix}/x`).build(build)).rejects.toMatchObject({
        code: 'UNSUPPORTED',
        details: { problems: [{ path: 'extraHosts' }] },
      });
      await expect(
        engine.image(`${engine.prefix}/x`).build(engine.shell(), { builder: 'buildkit' }),
      ).rejects.toMatchObject({ code: 'UNSUPPORTED', details: { problems: [{ path: 'builder' }] } });
    });
    return;
  }
  describe('classic', () => tests(engine, 'classic'));
  describe('buildkit', () => tests(engine, 'buildkit'));
  dockerTests(engine);
});

function tests(engine: TestEngine, builder: BuildOptions['builder']): void {
  const name = `${engine.prefix}/${builder ?? 'own'}`;
  const options: BuildOptions = builder === undefined ? {} : { builder };
  let context: string;

  beforeAll(async () => {
    context = await mkdtemp(join(tmpdir(), 'wherry-build-'));
    for (const [path, text] of Object.entries({
      '.dockerignore': '*\n!kept\nkept/secret*\n!part/deep/kept\n',
      'kept/file': 'kept',
      'kept/secret.key': 'no',
      'part/deep/kept': 'although neither directory is',
      'part/deep/dropped': 'no',
      dropped: 'no',
      Dockerfile: `FROM ${shellImage}\nLABEL ${engine.label}\nCOPY . /context\nRUN find /context -type f\n`,
    })) {
      await mkdir(dirname(join(context, path)), { recursive: true });
      await writeFile(join(context, path), text);
    }
  });

  afterAll(() => rm(context, { recursive: true, force: true }));

  /** Builds, and gives what the steps wrote with all that was told. */
  async function build(
    input: Omit<DockerfileBuild, 'kind'>,
  ): Promise<{ output: string; told: ImageProgress[] }> {
    const told: ImageProgress[] = [];
    await engine
      .image(name)
      .build(
        { kind: 'dockerfile', noCache: true, ...input },
        { ...options, onProgress: (news) => told.push(news) },
      );
    const output = told.map((news) => (news.kind === 'output' ? news.text : '')).join('');
    return { output, told };
  }

  const shell = (...lines: string[]): Omit<DockerfileBuild, 'kind'> => engine.shell(...lines);

  it('builds a directory, names the result and tells what it does', { timeout }, async () => {
    const second = `${name}-too:2`;
    const told: ImageProgress[] = [];
    const info = await engine
      .image(`${name}:1`)
      .build(
        { kind: 'dockerfile', context, tags: [second], labels: { 'wherry.test': 'yes' }, noCache: true },
        { ...options, onProgress: (news) => told.push(news) },
      );
    expect(info.tags).toContain(`${name}:1`);
    expect(info.labels).toMatchObject({ 'wherry.test': 'yes' });
    expect((await engine.image(second).inspect()).id).toBe(info.id);
    expect(told).toContainEqual({ kind: 'image', id: info.id });
    expect(told).toContainEqual({ kind: 'status', status: expect.stringMatching(/COPY \. \/context/) });
    const output = told.map((news) => (news.kind === 'output' ? news.text : '')).join('');
    expect(output).toContain('/context/kept/file');
    expect(output).toContain('/context/part/deep/kept');
    expect(output).not.toMatch(/dropped|secret/);
  });

  it('sends a directory as it is, and what has changed in it', { timeout: 2 * timeout }, async () => {
    const directory = await mkdtemp(join(tmpdir(), 'wherry-tree-'));
    const big = randomBytes(3_000_001);
    await mkdir(join(directory, 'a/b'), { recursive: true });
    await writeFile(join(directory, 'a/b/big'), big);
    await writeFile(join(directory, 'a.c'), '');
    await writeFile(join(directory, 'a/ünï code'), 'x');
    await writeFile(join(directory, 'run.sh'), '#!/bin/sh\n', { mode: 0o750 });
    await symlink('b/big', join(directory, 'a/link'));
    const report = [
      'COPY . /tree',
      "RUN cd /tree && find . | sort && md5sum a/b/big a/link && stat -c '%a %u %g %n' run.sh && readlink a/link",
    ];
    const input = { context: directory, dockerfileInline: shell(...report).dockerfileInline ?? '' };
    try {
      const { output: first } = await build(input);
      const sum = createHash('md5').update(big).digest('hex');
      expect(first).toMatch(
        /^\.\n\.\/a\n\.\/a\.c\n\.\/a\/b\n\.\/a\/b\/big\n\.\/a\/link\n\.\/a\/ünï code\n\.\/run\.sh\n/m,
      );
      expect(first).toContain(`${sum}  a/b/big`);
      expect(first).toContain(`${sum}  a/link`);
      expect(first).toContain('750 0 0 run.sh');
      await writeFile(join(directory, 'a/b/big'), 'small now');
      await rm(join(directory, 'a.c'));
      const { output: second } = await build(input);
      expect(second).toContain(`${createHash('md5').update('small now').digest('hex')}  a/b/big`);
      expect(second).not.toContain('a.c');
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  });

  it('takes arguments, a target and the text of a Dockerfile', { timeout }, async () => {
    const { output } = await build({
      ...shell(),
      dockerfileInline: [
        `FROM ${shellImage} AS base`,
        `LABEL ${engine.label}`,
        'ARG WHO=nobody',
        'RUN echo "hello $WHO"',
        'FROM base AS later',
        'RUN echo not this far',
      ].join('\n'),
      args: { WHO: 'you & "me" ü' },
      target: 'base',
    });
    expect(output).toContain('hello you & "me" ü');
    expect(output).not.toContain('not this far');
  });

  it('takes a tar stream for its context', { timeout }, async () => {
    const { dockerfileInline = '' } = shell('COPY data /', 'RUN cat /data');
    const archive = packEntries([
      { name: 'docker/App', content: dockerfileInline },
      { name: 'data', content: 'from the stream\n' },
    ]);
    const { output } = await build({ context: archive, dockerfile: 'docker/App' });
    expect(output).toContain('from the stream');
  });

  it('honours extra hosts', { timeout }, async () => {
    const { output } = await build({
      ...shell('RUN cat /etc/hosts'),
      extraHosts: { 'build.example': ['10.9.8.7'] },
    });
    expect(output).toMatch(/10\.9\.8\.7\s+build\.example/);
  });

  it("runs steps on the network that was asked for, and never on the host's unasked", {
    timeout,
  }, async () => {
    const interfaces = async (network: string | undefined): Promise<string[]> => {
      const { output } = await build({
        ...shell('RUN cat /proc/net/dev'),
        ...(network === undefined ? {} : { network }),
      });
      return [...output.matchAll(/^\s*([\w.-]+):/gm)].map((match) => match[1] ?? '');
    };
    expect(await interfaces(undefined)).toHaveLength(2);
    expect(await interfaces('none')).toEqual(['lo']);
    expect((await interfaces('host')).length).toBeGreaterThan(2);
  });

  it('builds from nothing', { timeout }, async () => {
    const { told } = await build({
      context,
      dockerfileInline: `FROM scratch\nLABEL ${engine.label}\nCOPY kept/file /\n`,
    });
    expect(told.at(-1)).toBeDefined();
    expect((await engine.image(name).inspect()).size).toBeGreaterThan(0);
  });

  it('carries the failed step, its exit code and its last lines in the error', { timeout }, async () => {
    const failing = build(shell('RUN echo out; echo err >&2; exit 7'));
    const error = await failing.catch((caught: unknown) => caught);
    expect(error).toMatchObject({
      code: 'BUILD_FAILED',
      message: expect.stringContaining(name),
      details: {
        exitCode: 7,
        step: expect.stringContaining('exit 7'),
        log: expect.arrayContaining(['out', 'err']),
      },
    });
  });

  it('carries what is wrong with the Dockerfile in the error', { timeout }, async () => {
    await expect(build({ ...shell('ROON x') })).rejects.toMatchObject({
      code: 'BUILD_FAILED',
      message: expect.stringMatching(/ROON/i),
    });
    await expect(build({ ...shell(), target: 'nowhere' })).rejects.toMatchObject({
      code: 'BUILD_FAILED',
      message: expect.stringContaining('nowhere'),
    });
    await expect(build({ context, dockerfile: 'none' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('takes a link that leads out of the context as it is, or says that it cannot', { timeout }, async () => {
    const directory = await mkdtemp(join(tmpdir(), 'wherry-link-'));
    try {
      await symlink('../../elsewhere', join(directory, 'out'));
      const built = build({ ...shell('COPY . /context', 'RUN readlink /context/out'), context: directory });
      if (engine.lab.kind === 'docker') expect((await built).output).toContain('../../elsewhere');
      else
        await expect(built).rejects.toMatchObject({
          code: 'BUILD_FAILED',
          hint: expect.stringContaining('link'),
        });
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  });

  it('stops on abort', { timeout }, async () => {
    const abort = new AbortController();
    const building = engine.image(name).build(
      { ...engine.shell('RUN echo begun; sleep 5; echo over', 'RUN echo never'), noCache: true },
      {
        ...options,
        signal: abort.signal,
        onProgress: (news) => {
          if (news.kind === 'output' && news.text.includes('begun')) abort.abort();
        },
      },
    );
    await expect(building).rejects.toMatchObject({ code: 'CANCELLED' });
    await expect(
      engine.image(name).build(engine.shell(), { ...options, signal: AbortSignal.abort() }),
    ).rejects.toMatchObject({ code: 'CANCELLED' });
  });

  it.skipIf(builder === 'classic')(
    'gives secrets to the steps that ask, and to nobody else',
    { timeout },
    async () => {
      const content = `s3cret-${'x'.repeat(2000)}`;
      const { output, told } = await build({
        ...shell(
          'RUN --mount=type=secret,id=token wc -c < /run/secrets/token; cut -c1-6 /run/secrets/token > /tmp/seen; cat /tmp/seen',
          'RUN find / -xdev -name "*secret*" -type f; ls /run/secrets 2>/dev/null || true',
        ),
        secrets: { token: new Secret(content) },
      });
      expect(output).toContain(String(content.length));
      expect(output).toContain('s3cret');
      expect(output).not.toContain('build-secret');
      expect(JSON.stringify(told)).not.toContain('xxxx');
      await expect(
        build(shell('RUN --mount=type=secret,id=other,required=true cat /run/secrets/other')),
      ).rejects.toMatchObject({ code: 'BUILD_FAILED', message: expect.stringMatching(/other/) });
    },
  );

  it('refuses inputs of a kind that it does not know', async () => {
    await expect(engine.image(name).build({ kind: 'nix' })).rejects.toMatchObject({ code: 'UNSUPPORTED' });
    await expect(
      engine.image(`${name}@sha256:${'0'.repeat(64)}`).build(engine.shell()),
    ).rejects.toMatchObject({
      code: 'INVALID',
    });
  });
}

function dockerTests(engine: TestEngine): void {
  const name = `${engine.prefix}/choice`;
  const isOld = engine.lab.apiVersion === '1.41';

  /** Which builder ran, told by how it names its steps. */
  async function builderOf(
    input: Partial<DockerfileBuild>,
    image: Image = engine.image(name),
    options: BuildOptions = {},
  ): Promise<string> {
    const steps: string[] = [];
    await image.build(
      { ...engine.shell('RUN true'), ...input },
      { ...options, onProgress: (news) => news.kind === 'status' && steps.push(news.status) },
    );
    return steps.some((step) => step.startsWith('Step 1/')) ? 'classic' : 'buildkit';
  }

  it('chooses the builder that the engine announces, and BuildKit for secrets', { timeout }, async () => {
    expect(await builderOf({})).toBe(isOld ? 'classic' : 'buildkit');
    expect(await builderOf({ secrets: { a: new Secret('b') } })).toBe('buildkit');
  });

  it('asks the classic builder where DOCKER_BUILDKIT says so', { timeout }, async () => {
    const { host } = engine.lab;
    await using backend = await openDocker({ type: 'docker', host, env: { DOCKER_BUILDKIT: '0' } });
    expect(await builderOf({}, backend.image(name))).toBe('classic');
    const secrets = { a: new Secret('b') };
    expect(await builderOf({ secrets }, backend.image(name), { builder: 'buildkit' })).toBe('buildkit');
    await expect(builderOf({ secrets }, backend.image(name))).rejects.toThrow(
      "the classic builder doesn't support secrets",
    );
  });

  it('lets steps speak to an agent of this machine', { timeout }, async () => {
    const context = await mkdtemp(join(tmpdir(), 'wherry-agent-'));
    const path = join(context, 'agent.sock');
    // An agent without keys: it answers what it is asked for with an empty list.
    const agent = createServer((socket) =>
      socket.on('data', () => socket.write(Buffer.from([0, 0, 0, 5, 12, 0, 0, 0, 0]))),
    );
    agent.listen(path);
    try {
      const program = (await promisify(execFile)('which', ['ssh-add'])).stdout.trim();
      const { stdout } = await promisify(execFile)('ldd', [program]);
      const files = [program, ...(stdout.match(/\/\S+/g) ?? [])];
      for (const file of files) {
        await mkdir(join(context, 'root', dirname(file)), { recursive: true });
        await copyFile(file, join(context, 'root', file));
      }
      const steps = [`COPY root /`, `RUN --mount=type=ssh ${program} -l; echo "code $?"`];
      const output: string[] = [];
      const { dockerfileInline = '' } = engine.shell(...steps);
      await engine
        .image(name)
        .build(
          { kind: 'dockerfile', context, dockerfileInline, ssh: { default: path }, noCache: true },
          { onProgress: (news) => news.kind === 'output' && output.push(news.text) },
        );
      expect(output.join('')).toContain('The agent has no identities.');
      const missing = engine
        .image(name)
        .build({ ...engine.shell(), ssh: { default: join(context, 'root') } });
      await expect(missing).rejects.toMatchObject({ code: 'INVALID' });
    } finally {
      agent.close();
      await rm(context, { recursive: true, force: true });
    }
  });

  it('refuses what the chosen builder would ignore', async () => {
    const build = (input: Partial<DockerfileBuild>, options: BuildOptions): Promise<unknown> =>
      engine.image(name).build({ ...engine.shell(), ...input }, options);
    const refused = (path: string): object => ({ code: 'UNSUPPORTED', details: { problems: [{ path }] } });
    await expect(build({ secrets: { a: new Secret('b') } }, { builder: 'classic' })).rejects.toMatchObject(
      refused('secrets'),
    );
    await expect(build({ network: 'mine' }, { builder: 'buildkit' })).rejects.toMatchObject(
      refused('network'),
    );
    if (isOld) {
      await expect(build({ shmSize: 1 << 20 }, { builder: 'buildkit' })).rejects.toMatchObject(
        refused('shmSize'),
      );
    }
  });

  it('sets limits where the builder can', { timeout }, async () => {
    const output: string[] = [];
    await engine.image(name).build(
      {
        ...engine.shell('RUN ulimit -n; df -k /dev/shm'),
        noCache: true,
        shmSize: 1 << 20,
        ulimits: { nofile: { soft: 123, hard: 456 } },
      },
      { onProgress: (news) => news.kind === 'output' && output.push(news.text) },
    );
    expect(output.join('')).toMatch(/^123$/m);
    expect(output.join('')).toMatch(/\s1024\s/);
  });
}
