import { describe, expect, it } from 'vitest';
import { parseCommand, parsePrefix } from './parser.ts';
import { commands, findCommand } from './table/index.ts';

function parse(...argv: string[]): ReturnType<typeof parseCommand> {
  const { globals, rest } = parsePrefix(argv);
  const found = findCommand(rest);
  if (found?.kind !== 'command') throw new Error('no command');
  return parseCommand(found.command, found.rest, globals);
}

describe('the parser', () => {
  it('takes global options before and after the command', () => {
    expect(parse('--json', 'ps').globals.json).toBe(true);
    expect(parse('ps', '--json').globals.json).toBe(true);
    expect(parse('-f', 'a.yaml', 'up', '-f', 'b.yaml').globals.file).toEqual(['a.yaml', 'b.yaml']);
    expect(parse('-p', 'one', 'up', '-p', 'two').globals.projectName).toBe('two');
  });

  it("prefers the command's own spelling behind the command", () => {
    const logs = parse('-f', 'a.yaml', 'logs', '-f', 'web');
    expect(logs.globals.file).toEqual(['a.yaml']);
    expect(logs.options.follow).toBe(true);
    expect(logs.words).toEqual(['web']);
    const run = parse('--env-file', 'project.env', 'run', '--env-file', 'container.env', 'image');
    expect(run.globals.envFile).toEqual(['project.env']);
    expect(run.options.envFile).toEqual(['container.env']);
  });

  it('leaves what follows the first word to the process', () => {
    const exec = parse('exec', '-u', 'me', 'web', 'ls', '-l', '--json');
    expect(exec.options.user).toBe('me');
    expect(exec.words).toEqual(['web', 'ls', '-l', '--json']);
    expect(exec.globals.json).toBe(false);
    expect(parse('run', '--rm', '-it', 'image', 'sh', '-c', 'x').options).toMatchObject({
      rm: true,
      interactive: true,
      tty: true,
    });
  });

  it('keeps --x and --no-x apart', () => {
    expect(parse('up').options).toMatchObject({ build: false, noBuild: false, noDeps: false });
    expect(parse('up', '--no-build', '--no-deps').options).toMatchObject({
      build: false,
      noBuild: true,
      noDeps: true,
    });
    expect(parse('up', '--build').options).toMatchObject({ build: true, noBuild: false });
  });

  it('fills every declared option of every command', () => {
    for (const command of commands) {
      const { options } = parseCommand(command, [], parsePrefix([]).globals);
      expect(Object.keys(options).sort(), command.name).toEqual(Object.keys(command.options).sort());
    }
  });

  it('finds every command by its name and its aliases, each of which is there once', () => {
    const names = commands.flatMap(({ name, aliases }) => [name, ...(aliases ?? [])]);
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(findCommand(name.split(' '))?.kind, name).toBe('command');
  });
});
