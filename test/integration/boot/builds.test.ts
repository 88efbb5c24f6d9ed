import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { buildServices, up } from '../../../src/boot/index.ts';
import { isWherryError } from '../../../src/core/index.ts';
import { benchOn, enginesUnderTest, type Model, Stack, stays } from './stack.ts';

for (const id of enginesUnderTest) {
  const bench = await benchOn(id);
  if (bench === undefined) console.warn(`\nSKIPPED: builds on ${id}: the lab has no such engine\n`);
  describe.skipIf(bench === undefined)(`builds of services on ${id}`, { timeout: 120_000 }, () => {
    if (bench === undefined) return;
    const { backend, image } = bench;
    const isPodman = bench.engine.kind === 'podman';
    afterAll(() => backend[Symbol.asyncDispose]());

    const shell = async (stack: Stack, line: string): Promise<string> => {
      const [container] = await stack.containers();
      const result = await backend.execCapture(container?.id ?? '', { command: ['sh', '-c', line] });
      return `${result.stdout}${result.stderr}`;
    };

    test('take directories and other services as contexts, which are built first', async () => {
      await using stack = new Stack(bench);
      const [base, web] = [`localhost/${stack.name}-base:1`, `localhost/${stack.name}-web:1`];
      await using _images = removing([web, base]);
      const files = join(await stack.directory(), 'files');
      await mkdir(files);
      const model: Model = {
        services: {
          web: {
            image: web,
            command: stays,
            build: {
              context: 'files',
              dockerfile_inline: 'FROM base\nCOPY --from=files /text /\n',
              additional_contexts: { base: 'service:base', files: './files' },
            },
          },
          base: {
            image: base,
            profiles: ['base'],
            build: {
              context: 'files',
              dockerfile_inline: `FROM ${image}\nRUN echo made-by-base > /origin\n`,
            },
          },
        },
      };
      for (const text of [`one ${stack.name}`, `another ${stack.name}`]) {
        await writeFile(join(files, 'text'), `${text}\n`);
        const summary = await up(backend, await stack.load(model), { build: 'always' });
        expect(summary.rows.map(({ name, error }) => [name, error?.message])).toEqual([['web', undefined]]);
        expect(await shell(stack, 'cat /origin /text')).toBe(`made-by-base\n${text}\n`);
      }
      const rows = await buildServices(backend, await stack.load(model), { services: ['web'] });
      expect(rows.map(({ service, error }) => [service, error])).toEqual([
        ['base', null],
        ['web', null],
      ]);
    });

    test('make of several platforms the image that runs here, and none with the classic builder', async () => {
      await using stack = new Stack(bench);
      const name = `localhost/${stack.name}:1`;
      await using _images = removing([name]);
      const { os, architecture } = await backend.info();
      const platforms = [`${os}/${architecture === 's390x' ? 'ppc64le' : 's390x'}`, `${os}/${architecture}`];
      const a = { image: name, build: { dockerfile_inline: `FROM ${image}\n`, platforms } };
      const project = await stack.load({ services: { a } });
      const [classic] = await buildServices(backend, project, { builder: 'classic' });
      expect(classic?.error?.message).toBe("a: the classic builder doesn't support multi-arch build");
      expect((await buildServices(backend, project)).map(({ error }) => error)).toEqual([null]);
      expect((await backend.image(name).inspect()).architecture).toBe(architecture);
    });

    test('refuse what this engine cannot do before anything is built', async () => {
      await using stack = new Stack(bench);
      const name = `localhost/${stack.name}:1`;
      await using _images = removing([name]);
      const model: Model = {
        services: {
          a: {
            image: name,
            command: stays,
            build: {
              dockerfile_inline: `FROM ${image}\n`,
              network: isPodman ? 'default' : 'somewhere',
              privileged: true,
              additional_contexts: { far: 'https://registry.invalid/x.git' },
            },
          },
        },
      };
      const project = await stack.load(model);
      const refused = [
        ...(isPodman || id === 'docker-20.10' ? ['services.a.build.additional_contexts'] : []),
        ...(isPodman ? ['services.a.build.privileged'] : ['services.a.build.network']),
      ].sort();
      for (const attempt of [() => up(backend, project), () => buildServices(backend, project)]) {
        const error = await attempt().then(
          () => undefined,
          (thrown: unknown) => thrown,
        );
        if (!isWherryError(error, 'UNSUPPORTED')) throw error ?? new Error('it was not refused');
        const problems = error.details.problems as { path: string; line: number }[];
        expect(problems.map(({ path }) => path).sort()).toEqual(refused);
        expect(problems.every(({ line }) => line === 1)).toBe(true);
      }
      expect(await backend.image(name).exists()).toBe(false);
    });

    test.skipIf(isPodman)('tell what the daemon does not allow in its words', async () => {
      await using stack = new Stack(bench);
      const name = `localhost/${stack.name}:1`;
      await using _images = removing([name]);
      const a = {
        image: name,
        build: { dockerfile_inline: `FROM ${image}\n`, entitlements: ['network.host'] },
      };
      const granted = await buildServices(backend, await stack.load({ services: { a } }));
      expect(granted.map(({ error }) => error)).toEqual([null]);
      const privileged = { ...a, build: { ...a.build, privileged: true } };
      const [row] = await buildServices(backend, await stack.load({ services: { a: privileged } }));
      expect(row?.error?.code).toBe('BUILD_FAILED');
      expect(row?.error?.message).toMatch(/security\.insecure/);
    });

    function removing(names: readonly string[]): AsyncDisposable {
      return {
        [Symbol.asyncDispose]: async () => {
          for (const { id: container } of await backend.list({ all: true })) {
            const { image: used } = await backend.inspect(container).catch(() => ({ image: '' }));
            if (names.includes(used)) await backend.remove(container, { force: true }).catch(() => undefined);
          }
          for (const name of names)
            await backend
              .image(name)
              .remove({ force: true })
              .catch(() => undefined);
        },
      };
    }
  });
}
