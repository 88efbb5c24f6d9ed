import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ImageProgress, Secret } from '../../core/index.ts';
import type { ConformanceCase } from '../case.ts';
import { nothingLeft } from '../context.ts';
import { collect, deepEqual, equal, failsWith, includes, ok } from '../expect.ts';
import { configured } from '../fixtures/images.ts';
import { archive } from '../tar.ts';

/** Nobody listens there: every pull fails at once. */
const unreachable = '127.0.0.1:1/wherry-conformance/none:1';

/** Images: what is there, what is not, and how they are made. */
export const imageCases: readonly ConformanceCase[] = [
  {
    name: 'images: exists tells what is there and what is not',
    run: async (t) => {
      equal(await t.backend.image(t.fixtures.shell).exists(), true, 'the shell image');
      equal(
        await t.backend.image(`localhost/${t.unique('none')}:1`).exists(),
        false,
        'an image that is not there',
      );
      const part = t.fixtures.shell.slice(0, -3);
      equal(await t.backend.image(part).exists(), false, `part of a name (${part})`);
    },
  },
  {
    name: 'images: inspect tells what the image declares',
    run: async (t) => {
      const info = await t.backend.image(t.fixtures.configured).inspect();
      equal(info.config?.user, 'app', 'user');
      equal(info.config?.workingDir, configured.workingDir, 'working directory');
      equal(info.config?.stopSignal, configured.stopSignal, 'stop signal');
      ok(info.config?.environment.includes('FIXTURE=configured'), `environment: ${info.config?.environment}`);
      deepEqual(info.config?.exposedPorts, [`${configured.port}/tcp`], 'exposed ports');
      deepEqual(info.config?.volumes, [configured.volume], 'volumes');
      equal(info.labels['dev.wherry.fixture'], 'configured', 'label');
      equal(info.os, 'linux', 'operating system');
      ok(info.size > 0 && info.createdAt instanceof Date && info.id !== '', 'size, time and id');
      ok(info.tags.includes(t.fixtures.configured), `names: ${info.tags}`);
      const { entrypoint, command } = (await t.backend.image(t.fixtures.entrypoint).inspect()).config ?? {};
      deepEqual(entrypoint, ['echo', 'entrypoint'], 'entrypoint');
      deepEqual(command, ['default'], 'command');
      const digest = await t.backend.image(t.fixtures.shell).digest();
      ok(digest === null || /^sha256:[0-9a-f]{64}$/.test(digest), `digest of a local build: ${digest}`);
    },
  },
  {
    name: 'images: one that is not there is NOT_FOUND without a pull, IMAGE_PULL with one, and nothing is left',
    run: async (t) => {
      await failsWith(
        'NOT_FOUND',
        () => t.create({ image: unreachable, pullPolicy: 'never' }),
        'create with pullPolicy never',
      );
      for (const pullPolicy of ['missing', 'always'] as const) {
        const error = await failsWith(
          'IMAGE_PULL',
          () => t.create({ image: unreachable, pullPolicy }),
          `create with pullPolicy ${pullPolicy}`,
        );
        includes(error.message, '127.0.0.1:1', 'the message names the image');
      }
      await failsWith('IMAGE_PULL', () => t.backend.image(unreachable).pull(), 'pull');
      await failsWith('NOT_FOUND', () => t.backend.image(unreachable).inspect(), 'inspect');
      await failsWith('NOT_FOUND', () => t.backend.image(unreachable).remove(), 'remove');
      await failsWith('NOT_FOUND', () => t.backend.image(unreachable).tag('localhost/other:1'), 'tag');
      await failsWith('NOT_FOUND', () => collect(t.backend.image(unreachable).save()), 'save');
      await nothingLeft(t, 'the failed creates');
    },
  },
  {
    name: 'images: a reference that is none is INVALID',
    run: async (t) => {
      for (const image of [
        'localhost/UPPER:1',
        'a b',
        'name:',
        '',
        'a//b',
        `localhost/a:${'t'.repeat(200)}`,
      ]) {
        const error = await failsWith('INVALID', () => t.create({ image }), `create from "${image}"`);
        ok(Array.isArray(error.details.problems), 'the problems are listed');
      }
    },
  },
  {
    name: 'images: a Dockerfile is built, with arguments, labels, target and tags, and runs',
    needs: ['build'],
    timeout: 120_000,
    run: async (t) => {
      const [name, second] = [t.imageName('built'), t.imageName('tagged')];
      const word = t.unique('word');
      const progress: ImageProgress[] = [];
      const info = await t.backend.image(name).build(
        {
          kind: 'dockerfile',
          context: archive([
            { name: 'docker/File', content: recipe(t.fixtures.shell) },
            { name: 'copied', content: 'from the context\n', mode: 0o640 },
          ]),
          dockerfile: 'docker/File',
          args: { WORD: word },
          labels: { ...t.labels, colour: 'blue' },
          target: 'wanted',
          tags: [second],
        },
        { onProgress: (event) => progress.push(event) },
      );
      equal(info.labels.colour, 'blue', 'label');
      const said = progress.map((event) => (event.kind === 'output' ? event.text : '')).join('');
      includes(said, `said ${word}`, 'the build reports its output');
      for (const image of [name, second]) {
        equal(await t.backend.image(image).exists(), true, `the image ${image}`);
        const run = await t.shell('cat /marker /copied; stat -c %a /copied', { image });
        equal(run.stdout, `${word}\nfrom the context\n640\n`, 'what the image holds');
      }
    },
  },
  {
    name: 'images: a build that fails tells why, with its last lines',
    needs: ['build'],
    timeout: 120_000,
    run: async (t) => {
      const name = t.imageName('broken');
      const error = await failsWith(
        'BUILD_FAILED',
        () =>
          t.backend.image(name).build({
            kind: 'dockerfile',
            context: archive([]),
            dockerfileInline: `FROM ${t.fixtures.shell}\nRUN echo last words && exit 3\n`,
          }),
        'a build whose RUN fails',
      );
      includes(JSON.stringify(error.details.log ?? null), 'last words', 'details.log');
      equal(await t.backend.image(name).exists(), false, 'an image after the failed build');
    },
  },
  {
    name: 'images: a context directory is sent without what .dockerignore names',
    needs: ['build'],
    timeout: 120_000,
    run: async (t) => {
      const context = await mkdtemp(join(tmpdir(), 'wherry-context-'));
      t.defer(() => rm(context, { recursive: true, force: true }));
      for (const [file, content] of Object.entries({
        Dockerfile: `FROM ${t.fixtures.shell}\nCOPY . /ctx/\n`,
        '.dockerignore': '*.log\n!keep.log\n',
        'a.log': 'a',
        'keep.log': 'b',
        plain: 'c',
      })) {
        await writeFile(join(context, file), content);
      }
      const name = t.imageName('ignored');
      await t.backend.image(name).build({ kind: 'dockerfile', context });
      const run = await t.shell('ls /ctx/*.log /ctx/plain', { image: name });
      equal(run.stdout, '/ctx/keep.log\n/ctx/plain\n', 'files of the context');
    },
  },
  {
    name: 'images: build secrets are seen by their step and are not in the image',
    needs: ['build', 'buildSecrets'],
    timeout: 120_000,
    run: async (t) => {
      const name = t.imageName('secret');
      await t.backend.image(name).build({
        kind: 'dockerfile',
        context: archive([]),
        dockerfileInline: `FROM ${t.fixtures.shell}\nRUN --mount=type=secret,id=token wc -c < /run/secrets/token > /length\n`,
        secrets: { token: new Secret('0123456789') },
      });
      const run = await t.shell('cat /length; ls /run/secrets 2>&1', { image: name });
      ok(run.stdout.startsWith('10\n'), `the step saw the secret: ${run.stdout}`);
      ok(!run.stdout.includes('token\n'), 'the image does not hold it');
    },
  },
  {
    name: 'images: names are added, listed and removed, several at once; the last takes the image along',
    needs: ['build'],
    run: async (t) => {
      const first = t.imageName('tag');
      const added = Array.from({ length: 6 }, () => t.imageName('tag'));
      const { id } = await t.backend.image(first).build({
        kind: 'dockerfile',
        context: archive([]),
        dockerfileInline: `FROM ${t.fixtures.bare}\nLABEL only=${t.unique()}\n`,
      });
      await Promise.all(added.map((name) => t.backend.image(first).tag(name)));
      const tags = await t.backend.image(first).tags();
      deepEqual(tags.toSorted(), [first, ...added].toSorted(), 'names of the image');
      const listed = await t.backend.images.list({ reference: first });
      deepEqual(
        listed.map((info) => info.id),
        [id],
        'images of the exact name',
      );
      await Promise.all(added.map((name) => t.backend.image(name).remove()));
      deepEqual(await t.backend.image(first).tags(), [first], 'names that are left');
      await t.backend.image(first).remove();
      await failsWith('NOT_FOUND', () => t.backend.image(id).inspect(), 'the image without a name');
    },
  },
  {
    name: 'images: one that a container uses is not removed',
    run: async (t) => {
      const name = t.imageName('used');
      if (!t.capabilities.build.supported) t.skip('no build to make an image of its own');
      await t.backend.image(name).build({
        kind: 'dockerfile',
        context: archive([]),
        dockerfileInline: `FROM ${t.fixtures.shell}\nLABEL only=${t.unique()}\n`,
      });
      const id = await t.idle({ image: name });
      await failsWith('CONFLICT', () => t.backend.image(name).remove(), 'remove of an image in use');
      equal((await t.backend.inspect(id)).image, name, 'image in inspect');
    },
  },
  {
    name: 'images: saved, removed and loaded again it is the same',
    needs: ['archive', 'build'],
    timeout: 120_000,
    run: async (t) => {
      const name = t.imageName('saved');
      await t.backend.image(name).build({
        kind: 'dockerfile',
        context: archive([{ name: 'file', content: 'saved content\n' }]),
        dockerfileInline: `FROM ${t.fixtures.bare}\nCOPY file /file\nLABEL only=${t.unique()}\n`,
      });
      const parts = await collect(t.backend.image(name).save());
      await t.backend.image(name).remove();
      equal(await t.backend.image(name).exists(), false, 'the image after remove');
      const source = async function* (): AsyncIterable<Uint8Array> {
        yield* parts;
      };
      const names = await t.backend.images.load(source());
      ok(names.includes(name), `load tells the names: ${names}`);
      equal((await t.run({ image: name })).exitCode, 7, 'exit code of the loaded image');
    },
  },
  {
    name: "images: a platform other than the engine's own is refused or really is that platform",
    needs: ['platform'],
    run: async (t) => {
      const error = await failsWith(
        ['IMAGE_PULL', 'NOT_FOUND', 'INVALID', 'CONFLICT', 'UNSUPPORTED'],
        () => t.create({ platform: 'linux/s390x', pullPolicy: 'never' }),
        'create for a platform that the local image is not of',
      );
      ok(error.message !== '', 'it says why');
      await nothingLeft(t, 'the refused create');
    },
  },
  {
    name: 'images: a push to nowhere is an error with a code',
    needs: ['push'],
    run: async (t) => {
      const name = `127.0.0.1:1/wherry-conformance/sent:${t.unique()}`;
      await t.backend.image(t.fixtures.bare).tag(name);
      t.defer(() => t.backend.image(name).remove());
      await failsWith(['IMAGE_PULL', 'UNAVAILABLE'], () => t.backend.image(name).push(), 'push');
    },
  },
];

function recipe(base: string): string {
  return [
    `FROM ${base} AS wanted`,
    'ARG WORD',
    'RUN echo $WORD > /marker; echo said $WORD',
    'COPY copied /copied',
    'FROM wanted',
    'RUN false',
    '',
  ].join('\n');
}
