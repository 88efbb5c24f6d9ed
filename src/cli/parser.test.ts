import { describe, expect, it } from 'vitest';
import { parseCommand, parsePrefix } from './parser.ts';
import { commands, findCommand } from './table/index.ts';

async function parse(...argv: string[]): ReturnType<typeof parseCommand> {
  const { globals, rest } = await parsePrefix(argv);
  const found = findCommand(rest);
  if (found?.kind !== 'command') throw new Error('no command');
  return parseCommand(found.command, found.rest, globals);
}

describe('the parser', () => {
  it('takes global options before and after the command', async () => {
    expect((await parse('--json', 'ps')).globals.json).toBe(true);
    expect((await parse('ps', '--json')).globals.json).toBe(true);
    expect((await parse('-f', 'a.yaml', 'up', '-f', 'b.yaml')).globals.file).toEqual(['a.yaml', 'b.yaml']);
    expect((await parse('-p', 'one', 'up', '-p', 'two')).globals.projectName).toBe('two');
  });

  it('lets flags pass that have had no effect for years', async () => {
    const build = await parse('build', '--parallel', '--compress', '--force-rm=true', '--no-rm', 'web');
    expect(build.words).toEqual(['web']);
    expect((await parse('build', '--parallel', '3')).globals.parallel).toBe(3);
    expect((await parse('pull', '--no-parallel', '--parallel', 'web')).words).toEqual(['web']);
    expect((await parse('rm', '-a', '-f')).options.force).toBe(true);
    expect((await parse('commit', '-p', 'web')).words).toEqual(['web']);
    expect((await parse('commit', '--pause=false', 'web')).options.noPause).toBe(true);
  });

  it('takes a value that may be left out with = only', async () => {
    expect((await parse('up')).globals.isolated).toBeUndefined();
    const up = await parse('up', '--isolated', 'web');
    expect(up).toMatchObject({ globals: { isolated: '' }, words: ['web'] });
    expect((await parse('--isolated=a', 'up', '--isolated=b')).globals.isolated).toBe('b');
    expect((await parse('--isolated=a', 'up')).globals.isolated).toBe('a');
    const exec = await parse('exec', '--isolated', 'web', 'prog', '--isolated', '--isolated=');
    expect(exec).toMatchObject({
      globals: { isolated: '' },
      words: ['web', 'prog', '--isolated', '--isolated='],
    });
  });

  it("prefers the command's own spelling behind the command", async () => {
    const logs = await parse('-f', 'a.yaml', 'logs', '-f', 'web');
    expect(logs.globals.file).toEqual(['a.yaml']);
    expect(logs.options.follow).toBe(true);
    expect(logs.words).toEqual(['web']);
    const run = await parse('--env-file', 'project.env', 'run', '--env-file', 'container.env', 'image');
    expect(run.globals.envFile).toEqual(['project.env']);
    expect(run.options.envFile).toEqual(['container.env']);
  });

  it('leaves what follows the first word to the process', async () => {
    const exec = await parse('exec', '-u', 'me', 'web', 'ls', '-l', '--json');
    expect(exec.options.user).toBe('me');
    expect(exec.words).toEqual(['web', 'ls', '-l', '--json']);
    expect(exec.globals.json).toBe(false);
    expect((await parse('run', '--rm', '-it', 'image', 'sh', '-c', 'x')).options).toMatchObject({
      rm: true,
      interactive: true,
      tty: true,
    });
  });

  it('keeps --x and --no-x apart', async () => {
    expect((await parse('up')).options).toMatchObject({ build: false, noBuild: false, noDeps: false });
    expect((await parse('up', '--no-build', '--no-deps')).options).toMatchObject({
      build: false,
      noBuild: true,
      noDeps: true,
    });
    expect((await parse('up', '--build')).options).toMatchObject({ build: true, noBuild: false });
    expect((await parse('up', '--build', '--no-build')).options).toMatchObject({
      build: true,
      noBuild: true,
    });
    expect((await parse('up', '--no-attach', 'a', '--attach', 'b')).options).toMatchObject({
      attach: ['b'],
      noAttach: ['a'],
    });
  });

  it('takes the values that docker lets flags have, and other spellings of an option', async () => {
    expect((await parse('up', '--build=true', '--no-deps=false', '-t=3')).options).toMatchObject({
      build: true,
      noDeps: false,
      timeout: 3000,
    });
    expect((await parse('attach', '--sig-proxy=false', '--stdin', 'web')).options).toMatchObject({
      noSignals: true,
      noStdin: false,
    });
    const run = await parse('run', '--rm=false', '--no-TTY', '-e', '--rm=true', 'web', 'sh', '--no-TTY=true');
    expect(run.options).toMatchObject({ rm: false, noTty: true, environment: ['--rm=true'] });
    expect(run.words).toEqual(['web', 'sh', '--no-TTY=true']);
    expect((await parse('exec', '--no-tty=false', 'web', 'sh')).options).toMatchObject({
      tty: true,
      noTty: false,
    });
    expect((await parse('exec', '--tty=false', 'web', 'sh')).options).toMatchObject({
      tty: false,
      noTty: true,
    });
    await expect(parse('up', '--build=perhaps')).rejects.toMatchObject({ code: 'INVALID' });
  });

  it('fills every declared option of every command, with and without commander', async () => {
    const { globals } = await parsePrefix([]);
    for (const command of commands) {
      const plain = await parseCommand(command, [], globals);
      const parsed = await parseCommand(command, ['--debug'], globals);
      expect(Object.keys(plain.options).sort(), command.name).toEqual(Object.keys(command.options).sort());
      expect(plain.options, command.name).toEqual(parsed.options);
      expect({ ...plain.globals, debug: true }, command.name).toEqual(parsed.globals);
    }
  });

  it('finds every command by its name and its aliases, each of which is there once', async () => {
    const names = commands.flatMap(({ name, aliases }) => [name, ...(aliases ?? [])]);
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(findCommand(name.split(' '))?.kind, name).toBe('command');
  });
});

describe('values that are checked', () => {
  it('refuses a filter that the command does not know, and one without a value', async () => {
    expect((await parse('image', 'prune', '--filter', 'until=24h')).options.filter).toEqual([
      { key: 'until', value: '24h' },
    ]);
    expect((await parse('ps', '--filter', 'label=a=b')).options.filter).toEqual([
      { key: 'label', value: 'a=b' },
    ]);
    for (const [command, filter] of [
      ['ps', 'ancestor=x'],
      ['ps', 'label='],
      ['ps', 'label'],
      ['images', 'before=x'],
      ['events', 'type=container'],
    ] as const) {
      await expect(parse(command, '--filter', filter)).rejects.toMatchObject({
        code: 'INVALID',
        details: { usage: true },
        hint: expect.stringContaining('filters: label=…'),
      });
    }
  });

  it('refuses what is none of the choices, also of an option that may stand several times', async () => {
    expect((await parse('ps', '--status', 'exited', '--status', 'dead')).options.status).toEqual([
      'exited',
      'dead',
    ]);
    await expect(parse('ps', '--status', 'bogus')).rejects.toThrow(
      '--status <status>: "bogus" is none of created, starting',
    );
    await expect(parse('run', '--pull', 'sometimes', 'x')).rejects.toThrow('none of always, missing, never');
  });
});
