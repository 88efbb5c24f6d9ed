import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type BootProgress, down, previewUp, stopServices, up } from '../../../src/boot/index.ts';
import type { Project } from '../../../src/compose/index.ts';
import type { ContainerSpec } from '../../../src/core/index.ts';
import { benchFor, enginesUnderTest, Stack, stays } from './stack.ts';

/** A provider that notes how it is called and gives what the file `given` holds. */
const program = `#!/bin/sh
here=$(dirname "$0")
if [ "$2" = metadata ]; then
  [ -f "$here/metadata" ] && cat "$here/metadata" && exit 0
  exit 1
fi
echo "$@" >> "$here/calls"
[ "$3" = up ] || [ -f "$here/metadata" ] || exit 0
echo '{"type":"info","message":"working"}'
cat "$here/given"
echo oh >&2
exit $(cat "$here/code" 2>/dev/null || echo 0)
`;

/** The program of a stack, in its directory. */
class ProviderProgram {
  readonly #directory: string;

  constructor(directory: string) {
    this.#directory = directory;
  }

  static async make(stack: Stack, path = 'testcloud'): Promise<ProviderProgram> {
    const directory = join(await stack.directory(), 'bin');
    await mkdir(join(directory, 'cli-plugins'), { recursive: true });
    await writeFile(join(directory, path), program);
    await chmod(join(directory, path), 0o755);
    const made = new ProviderProgram(join(directory, path, '..'));
    await made.gives('setenv', 'URL=http://db:1');
    return made;
  }

  gives(type: string, message: string): Promise<void> {
    return this.write('given', `${JSON.stringify({ type, message })}\n`);
  }

  write(name: string, text: string): Promise<void> {
    return writeFile(join(this.#directory, name), text);
  }

  /** How it was called since the last look. */
  async calls(): Promise<string[]> {
    const text = await readFile(join(this.#directory, 'calls'), 'utf8').catch(() => '');
    await this.write('calls', '');
    return text.split('\n').filter((line) => line !== '');
  }
}

/** With the programs of the stack on its PATH. */
async function reaching(stack: Stack, project: Project): Promise<Project> {
  const directory = join(await stack.directory(), 'bin');
  const PATH = `${directory}:${process.env.PATH ?? ''}`;
  return { ...project, environment: { ...project.environment, PATH, DOCKER_CONFIG: directory } };
}

const model = {
  services: {
    db: { image: undefined, provider: { type: 'testcloud', options: { size: 10, tags: ['a', 'b'] } } },
    web: { command: stays, depends_on: ['db'], environment: { OWN: '1' } },
    beside: { command: stays },
  },
};

describe.each(enginesUnderTest.filter((id) => id === 'docker-20.10' || id === 'podman-5.4'))(
  'on %s',
  (id) => {
    const benchHere = benchFor(id);

    const changes = (rows: readonly { name: string; change: string }[]): string[] =>
      rows.map(({ name, change }) => `${name} ${change}`);

    test('a provider makes, halts and releases its service, and what depends on it knows where it is', {
      timeout: 120_000,
    }, async () => {
      const bench = benchHere();
      if (bench === undefined) return;
      const { backend } = bench;
      await using stack = new Stack(bench);
      const provider = await ProviderProgram.make(stack);
      const project = await reaching(stack, await stack.load(model));
      const options = '--size=10 --tags=a --tags=b';
      const called = (command: string): string =>
        `compose --project-name=${stack.name} ${command} ${options} db`;
      const told: BootProgress[] = [];

      const first = await up(backend, project, { onProgress: (one) => told.push(one) });
      expect(first).toMatchObject({ ok: true });
      expect(changes(first.rows)).toEqual(['db started', 'web created', 'beside created']);
      expect(await provider.calls()).toEqual([called('up')]);
      expect(told).toContainEqual({ kind: 'provider', service: 'db', level: 'info', message: 'working' });
      const variables = async (): Promise<ContainerSpec['environment']> =>
        (await backend.inspect(`${stack.name}-web-1`)).spec.environment;
      expect(await variables()).toMatchObject({ OWN: '1', DB_URL: 'http://db:1' });

      // It is asked each time; what it says decides whether anything changes.
      expect(changes((await up(backend, project)).rows)).toEqual(['db started', 'web kept', 'beside kept']);
      await provider.gives('rawsetenv', 'OWN=2');
      const plan = await previewUp(backend, project);
      expect(plan.steps.map(({ id: step, kind }) => [step, kind])).toContainEqual([
        'provider db',
        'provider',
      ]);
      const again = await up(backend, project);
      expect(changes(again.rows)).toEqual(['db started', 'web recreated', 'beside kept']);
      expect(again.warnings).toEqual(['a provider overrides environment variable OWN of service web']);
      expect(await variables()).toMatchObject({ OWN: '2' });
      expect(await provider.calls()).toEqual([called('up'), called('up')]);

      // Only one that says so knows of stops.
      expect(
        changes((await stopServices(backend, { projectName: stack.name, project, services: ['db'] })).rows),
      ).toEqual(['db kept']);
      const parameters = [{ name: 'size' }];
      await provider.write(
        'metadata',
        JSON.stringify({ up: { parameters }, down: { parameters }, stop: {} }),
      );
      const stopped = await stopServices(backend, { projectName: stack.name, project });
      expect(changes(stopped.rows).at(-1)).toBe('db stopped');
      const released = await down(backend, { projectName: stack.name, project });
      expect(released).toMatchObject({ ok: true });
      expect(changes(released.rows)).toContain('db removed');
      expect(await provider.calls()).toEqual([
        `compose --project-name=${stack.name} stop db`,
        `compose --project-name=${stack.name} down --size=10 db`,
      ]);
    });
  },
);

describe('what a provider does wrong', () => {
  const benchHere = benchFor('docker-20.10');

  test('fails its service and what depends on it, and nothing else', { timeout: 120_000 }, async () => {
    const bench = benchHere();
    if (bench === undefined) return;
    const { backend } = bench;
    await using stack = new Stack(bench);
    const outcome = async (): Promise<unknown[]> => {
      const { rows } = await up(backend, await reaching(stack, await stack.load(model)));
      return rows.map(({ name, status, error }) => [name, status, error?.code, error?.message]);
    };
    const failing = (code: string, message: string | RegExp): unknown[] => [
      ['db', 'failed', code, expect.stringMatching(message)],
      ['web', 'skipped', 'DEPENDENCY', expect.stringMatching(/^dependency db failed: /)],
      ['beside', 'started', undefined, undefined],
    ];
    expect(await outcome()).toEqual(
      failing('NOT_FOUND', /the provider testcloud is neither a Docker CLI plugin \(docker-testcloud\) nor/),
    );
    // A plugin of the Docker CLI goes first.
    const plugin = await ProviderProgram.make(stack, 'cli-plugins/docker-testcloud');
    await plugin.gives('error', 'no money left');
    expect(await outcome()).toEqual(failing('EXIT', /^db: the provider testcloud failed: no money left$/));
    await plugin.write('given', 'hello\n');
    expect(await outcome()).toEqual(failing('PROTOCOL', /no message of a provider$/));
    await plugin.write('given', '');
    await plugin.write('code', '7');
    expect(await outcome()).toEqual(failing('EXIT', /failed: exited with code 7: oh$/));
    await plugin.write(
      'metadata',
      JSON.stringify({ up: { parameters: [{ name: 'region', required: true }] } }),
    );
    expect(await outcome()).toEqual(failing('INVALID', /needs the option region$/));
  });
});
