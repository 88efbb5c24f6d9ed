import { spawnSync } from 'node:child_process';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type BootProgress, down, prepareRun, previewUp, runJob, up } from '../../../src/boot/index.ts';
import type { Project } from '../../../src/compose/index.ts';
import type { ContainerSpec } from '../../../src/core/index.ts';
import { findPeer } from '../../compose-peer/peer.ts';
import { benchFor, enginesUnderTest, type Model, Stack, stays } from './stack.ts';

/** What compose files need of docker-model; it remembers what was pulled and notes how it is called. */
const program = `#!/bin/sh
here=$(dirname "$0")
echo "$@" >> "$here/calls"
case "$1" in
  docker-cli-plugin-metadata) cat "$here/metadata" ;;
  ls)
    printf '['
    first=1
    while read -r name; do
      [ "$first" ] || printf ', '
      printf '{"id": "sha256:1", "tags": ["%s"], "created": 1}' "$name"
      first=
    done < "$here/pulled"
    printf ']'
    ;;
  pull)
    [ "$2" = ai/none ] && echo "no such model" >&2 && exit 1
    echo "Downloaded 1MB of 1MB"
    echo "$2" >> "$here/pulled"
    ;;
  status) echo '{"running": true, "endpoint": "http://models:12434/v1/"}' ;;
esac
exit 0
`;

/** The place of the Docker CLI's plugins, in the directory of a stack. */
class Plugins {
  readonly config: string;
  readonly #directory: string;

  private constructor(config: string) {
    this.config = config;
    this.#directory = join(config, 'cli-plugins');
  }

  static async of(stack: Stack): Promise<Plugins> {
    return new Plugins(join(await stack.directory(), 'docker'));
  }

  async install({ version }: { version: string }): Promise<void> {
    await mkdir(this.#directory, { recursive: true });
    await this.write('docker-model', program);
    await chmod(join(this.#directory, 'docker-model'), 0o755);
    await this.write('pulled', 'ai/there\n');
    await this.write('calls', '');
    const metadata = { SchemaVersion: '0.1.0', Vendor: 'Example', Version: version };
    await this.write('metadata', JSON.stringify(metadata));
  }

  write(name: string, text: string): Promise<void> {
    return writeFile(join(this.#directory, name), text);
  }

  /** How it was called since the last look; several calls may run at once. */
  async calls(): Promise<string[]> {
    const text = await readFile(join(this.#directory, 'calls'), 'utf8');
    await this.write('calls', '');
    return text.trim().split('\n').sort();
  }

  /** The project that finds its plugins here. */
  of(project: Project): Project {
    const PATH = process.env.PATH ?? '';
    return { ...project, environment: { ...project.environment, PATH, DOCKER_CONFIG: this.config } };
  }
}

const model: Model = {
  services: {
    web: {
      command: stays,
      environment: { AI: 'overridden' },
      models: { 'big-one': {}, small: { endpoint_var: 'AI', model_var: 'NAME' } },
    },
    short: { command: stays, models: ['small'] },
    plain: { command: stays },
  },
  models: {
    'big-one': { model: 'ai/missing', context_size: 1024, runtime_flags: ['--threads', '2'] },
    small: { model: 'ai/there' },
    unused: { model: 'ai/none' },
  },
};

const endpoint = 'http://models:12434/v1/';
const setUp = [
  'configure --context-size 1024 ai/missing -- --threads 2',
  'configure ai/there',
  'docker-cli-plugin-metadata',
  'ls --json',
];

describe.each(enginesUnderTest.filter((id) => id === 'docker-20.10' || id === 'podman-5.4'))(
  'on %s',
  (id) => {
    const benchHere = benchFor(id);

    test('services know the models that docker-model runs', { timeout: 120_000 }, async () => {
      const bench = benchHere();
      if (bench === undefined) return;
      const { backend } = bench;
      await using stack = new Stack(bench);
      const plugins = await Plugins.of(stack);
      const project = plugins.of(await stack.load(model));
      const file = join(await stack.directory(), 'compose.yaml');
      await expect(up(backend, project)).rejects.toMatchObject({
        code: 'NOT_FOUND',
        message: expect.stringMatching(
          `^${file}:1:\\d+: models.big-one, ${file}:1:\\d+: models.small: .*docker-model`,
        ),
        hint: expect.stringContaining('docker-model-plugin'),
      });
      expect(await stack.containers()).toEqual([]);

      await plugins.install({ version: 'v1.0.7' });
      const told: BootProgress[] = [];
      const summary = await up(backend, project, { onProgress: (one) => told.push(one) });
      expect(summary).toMatchObject({ ok: true });
      expect(await plugins.calls()).toEqual([...setUp, 'pull ai/missing', 'status --json']);
      const states = told.flatMap((one) =>
        one.kind === 'model' && one.model === 'big-one' ? [one.state] : [],
      );
      expect(states).toEqual(['pulling', 'configuring', 'ready']);
      const variables = async (service: string): Promise<ContainerSpec['environment']> =>
        (await backend.inspect(`${stack.name}-${service}-1`)).spec.environment;
      expect(await variables('web')).toMatchObject({
        BIG_ONE_MODEL: 'ai/missing',
        BIG_ONE_URL: endpoint,
        NAME: 'ai/there',
        AI: endpoint,
      });
      expect(await variables('short')).toMatchObject({ SMALL_MODEL: 'ai/there', SMALL_URL: endpoint });
      expect(Object.keys((await variables('plain')) ?? {}).filter((name) => /MODEL|URL/.test(name))).toEqual(
        [],
      );

      // A look changes nothing, and sees that nothing would be done.
      expect(await previewUp(backend, project)).toMatchObject({ unchanged: true });
      expect(await plugins.calls()).toEqual(['docker-cli-plugin-metadata', 'status --json']);
      const again = await up(backend, project);
      expect(again.rows.map(({ change }) => change)).toEqual(['kept', 'kept', 'kept']);
      expect(await plugins.calls()).toEqual([...setUp, 'status --json']);

      // Only what the services at hand use is made ready.
      await up(backend, project, { services: ['plain'] });
      expect(await plugins.calls()).toEqual(['']);
      const oneOff = await prepareRun(backend, project, { service: 'short' });
      expect(oneOff.environment).toMatchObject({ SMALL_MODEL: 'ai/there', SMALL_URL: endpoint });
      expect(await plugins.calls()).toEqual([
        'configure ai/there',
        'docker-cli-plugin-metadata',
        'ls --json',
        'status --json',
      ]);

      expect(await down(backend, { projectName: stack.name, project })).toMatchObject({ ok: true });
      expect(await plugins.calls()).toEqual(['']);
    });
  },
);

describe('what may go wrong with docker-model', () => {
  const benchHere = benchFor('docker-20.10');

  test('is told before anything is made', { timeout: 60_000 }, async () => {
    const bench = benchHere();
    if (bench === undefined) return;
    const { backend } = bench;
    await using stack = new Stack(bench);
    const plugins = await Plugins.of(stack);
    await plugins.install({ version: 'v1.0.5' });
    const using = (name: string): Model => ({
      services: { a: { command: stays, models: ['llm'] } },
      models: { llm: { model: name, runtime_flags: ['--x'] } },
    });
    const none = plugins.of(await stack.load(using('ai/none')));
    await expect(up(backend, none)).rejects.toMatchObject({
      code: 'EXIT',
      message: 'docker-model pull ai/none exited with code 1: no such model',
    });
    // A version that takes no flags gets none.
    await plugins.calls();
    const there = plugins.of(await stack.load(using('ai/there')));
    await prepareRun(backend, there, { service: 'a' });
    expect(await plugins.calls()).toContain('configure ai/there');

    await plugins.write('metadata', '{"SchemaVersion": "0.1.0"}');
    await expect(up(backend, there)).rejects.toMatchObject({
      code: 'PROTOCOL',
      message: expect.stringContaining('docker-model is no plugin of the Docker CLI'),
    });
    await plugins.write('metadata', 'hello');
    await expect(up(backend, there)).rejects.toMatchObject({ code: 'PROTOCOL' });
    expect(await stack.containers()).toEqual([]);
  });

  test('a job knows its models too', { timeout: 60_000 }, async () => {
    const bench = benchHere();
    if (bench === undefined) return;
    const { backend } = bench;
    await using stack = new Stack(bench);
    const plugins = await Plugins.of(stack);
    await plugins.install({ version: '1.1.0' });
    const { image } = bench;
    const command = ['sh', '-c', 'test "$$LLM_MODEL" = ai/there'];
    const project = plugins.of(
      await stack.load({
        services: {},
        jobs: { ask: { image, command, models: ['llm'], triggers: { manual: true } } },
        models: { llm: { model: 'ai/there' } },
      }),
    );
    const { ask } = project.jobs;
    if (ask === undefined) throw new Error('the job was not read');
    expect(await runJob(backend, project, ask)).toMatchObject({ exitCode: 0 });
  });
});

const peer = findPeer();
if (peer === undefined) console.error('SKIPPED: docker compose v5 cannot be built here, nothing is compared');

describe.skipIf(peer === undefined)('beside the peer', () => {
  const benchHere = benchFor('docker-newest');

  test('docker-model is called alike, and each keeps what the other made', { timeout: 120_000 }, async () => {
    const bench = benchHere();
    if (bench === undefined) return;
    const { backend, engine } = bench;
    await using stack = new Stack(bench);
    const plugins = await Plugins.of(stack);
    await plugins.install({ version: 'v1.0.7' });
    const project = plugins.of(await stack.load(model));
    const directory = await stack.directory();
    const peerUp = (): void => {
      const { status, stderr } = spawnSync(peer ?? '', ['-p', stack.name, 'up', '-d', '-t', '1'], {
        cwd: directory,
        env: {
          PATH: process.env.PATH ?? '',
          HOME: directory,
          DOCKER_CONFIG: plugins.config,
          DOCKER_HOST: engine.host,
        },
        encoding: 'utf8',
      });
      expect(status, stderr).toBe(0);
    };
    const ids = async (): Promise<string[]> => (await stack.containers()).map((one) => one.id).sort();

    peerUp();
    const theirs = await plugins.calls();
    const made = await ids();
    await plugins.install({ version: 'v1.0.7' });
    expect(await up(backend, project)).toMatchObject({ ok: true });
    expect(await plugins.calls()).toEqual(theirs);
    expect(await ids()).toEqual(made);

    expect(await up(backend, project, { forceRecreate: true })).toMatchObject({ ok: true });
    const ours = await ids();
    expect(ours).not.toEqual(made);
    peerUp();
    expect(await ids()).toEqual(ours);
  });
});
