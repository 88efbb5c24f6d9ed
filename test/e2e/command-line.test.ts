import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { launcher, plainEnvironment, type WherryOptions, wherry } from './cli.ts';

const nowhere: WherryOptions = { env: { DOCKER_HOST: 'unix:///nowhere/docker.sock' } };

describe('the command line', () => {
  it('prints its version without starting anything', async () => {
    const { stdout, code } = await wherry(['--version']);
    expect(stdout).toMatch(/^wherry \d+\.\d+\.\d+\n$/);
    expect(code).toBe(0);
  });

  it('lists the commands', async () => {
    const { stdout, code } = await wherry([]);
    expect(code).toBe(0);
    expect(stdout.split('\n').slice(0, 13).join('\n')).toMatchInlineSnapshot(`
      "Usage: wherry [OPTIONS] COMMAND [...]

      Runs containers on any engine. Inside a project (a compose file here or above, or -f or -p) a name is first a
      service of the project, then a container. Elsewhere, or with --engine, the words mean the engine's containers,
      as docker's do.

      Projects
        up              Create and start the services of the project, in the order of their dependencies
        watch           Keep containers as the files are: sync, rebuild and restart when they change
        down            Stop and remove the containers and networks of the project
        plan            Show what \`up\` (or \`down\`) would do, and do nothing
        create          Create the containers of services without starting them
        scale           Set how many containers services have"
    `);
    expect((await wherry(['--help'])).stdout).toBe(stdout);
    expect((await wherry(['help'])).stdout).toBe(stdout);
  });

  it('shows the page of a command, of an alias and of a group', async () => {
    const page = await wherry(['stop', '--help']);
    expect(page.stdout).toMatchInlineSnapshot(`
      "Usage: wherry stop [OPTIONS] [name...]

      Stop containers: their stop signal, then a kill when the grace is over.

      Options
        -t, --timeout <seconds>  Seconds that stop waits before it kills

      The options that all commands take are listed by \`wherry --help\`.
      "
    `);
    expect((await wherry(['help', 'stop'])).stdout).toBe(page.stdout);
    expect((await wherry(['rmi', '--help'])).stdout).toContain('Usage: wherry image rm');
    expect((await wherry(['volume'])).stdout).toMatchInlineSnapshot(`
      "Usage: wherry volume COMMAND [...]

      Commands
        volume ls       List volumes
        volume create   Create a volume
        volume rm       Remove volumes
        volume inspect  Show all that is known of volumes, as a JSON array
      "
    `);
  });

  it('answers a wrong command line with what, why, a way out, and exit code 2', async () => {
    const { stderr, stdout, code } = await wherry(['pss']);
    expect({ stdout, code }).toEqual({ stdout: '', code: 2 });
    expect(stderr).toMatchInlineSnapshot(`
      "error: there is no command "pss"
        why: the command line is not understood
        fix: did you mean \`wherry ps\`?
      "
    `);
    expect(await fault(['ps', '--al'])).toMatchInlineSnapshot(`
      "error: unknown option '--al'
        why: the command line is not understood
        fix: Did you mean --all?
      "
    `);
    expect(await fault(['exec', 'web'])).toMatchInlineSnapshot(`
      "error: exec needs <command>
        why: the command line is not understood
        fix: see \`wherry exec --help\`
      "
    `);
    expect(await fault(['-H', 'unix:///x', '--context', 'y', 'ps'])).toContain(
      'error: --host and --context exclude each other\n',
    );
    expect(await fault(['logs', '--tail', 'x'])).toMatchInlineSnapshot(`
      "error: "x" is not a whole number
        why: the command line is not understood
        fix: see \`wherry logs --help\`
      "
    `);
    expect(await fault(['port', 'a', 'b', 'c'])).toMatchInlineSnapshot(`
      "error: port does not take "c"
        why: the command line is not understood
        fix: see \`wherry port --help\`
      "
    `);
    expect(await fault(['image', 'nosuch'])).toMatchInlineSnapshot(`
      "error: there is no command "image nosuch"
        why: the command line is not understood
        fix: see \`wherry --help\`
      "
    `);
    expect(await fault(['run', '-p', '80:x', 'image'])).toMatchInlineSnapshot(`
      "error: "80:x" is not a port to publish
        why: the command line is not understood
        fix: write [ip:][published:]target[/tcp|udp|sctp], such as 8080:80
      "
    `);
    expect(await fault(['--backend', 'nosuch', 'ps'])).toMatchInlineSnapshot(`
      "error: --backend <type>: "nosuch" is none of docker, podman
        why: the command line is not understood
        fix: see \`wherry --help\`
      "
    `);
  });

  it('prints errors as JSON on stderr with --json', async () => {
    const { stderr, code } = await wherry(['--json', 'logs', '--tail', 'x']);
    expect(code).toBe(2);
    expect(JSON.parse(stderr)).toMatchObject({
      error: { code: 'INVALID', message: '"x" is not a whole number', hint: 'see `wherry logs --help`' },
    });
  });

  it('says what is wrong when no engine answers', async () => {
    const { stderr, code } = await wherry(['ps'], nowhere);
    expect(code).toBe(1);
    expect(stderr).toMatchInlineSnapshot(`
      "error: nothing listens at unix:///nowhere/docker.sock: the socket does not exist
        why: connect ENOENT /nowhere/docker.sock
        fix: Start the engine, or name the socket that it listens on.
      "
    `);
    const doctor = await wherry(['--backend', 'docker', 'doctor', '--json'], nowhere);
    expect(doctor.code).toBe(1);
    expect(JSON.parse(doctor.stdout)).toMatchObject({
      engines: [{ type: 'docker', usable: false, reason: expect.stringContaining('/nowhere/docker.sock') }],
    });
    const version = await wherry(['version'], nowhere);
    expect(version.code).toBe(0);
    expect(version.stdout).toContain('engine   none answers');
  });

  it('shows the chain of causes with --debug', async () => {
    const { stderr } = await wherry(['--debug', 'ps'], nowhere);
    expect(stderr).toContain('[cause]');
    expect(stderr).toContain('ENOENT');
  });

  it('names file, line and column of what is wrong in a compose file', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'wherry-e2e-'));
    try {
      const file = join(directory, 'compose.yaml');
      await writeFile(file, 'services:\n  web:\n    imag: x\n');
      const { stderr, code } = await wherry(['config'], { cwd: directory });
      expect(code).toBe(1);
      expect(stderr.replaceAll(directory, 'DIR')).toMatchInlineSnapshot(`
        "error: DIR/compose.yaml:2:3: services.web: needs an image or a build
               DIR/compose.yaml:3:5: services.web.imag: the Compose specification has no such key here (did you mean "image"?)
          why: the input breaks its rules
          fix: correct it and run it again
        "
      `);
      const outside = await wherry(['up'], { cwd: tmpdir() });
      expect(outside.code).toBe(1);
      expect(outside.stderr).toContain(`there is no compose file in ${tmpdir()} or above`);
    } finally {
      await rm(directory, { recursive: true });
    }
  });

  it('colours only where colours are wanted', async () => {
    const paint = '\u001b[';
    expect((await wherry(['nosuch'])).stderr).not.toContain(paint);
    expect((await wherry(['nosuch'], { env: { CLICOLOR_FORCE: '1' } })).stderr).toContain(paint);
    expect((await wherry(['nosuch'], { env: { CLICOLOR_FORCE: '1', NO_COLOR: '1' } })).stderr).not.toContain(
      paint,
    );
    expect((await wherry(['--no-color', 'nosuch'], { env: { FORCE_COLOR: '1' } })).stderr).not.toContain(
      paint,
    );
  });

  it('completes commands, options and values', async () => {
    const complete = async (...words: string[]): Promise<string[]> =>
      (await wherry(['__complete', '--', ...words], nowhere)).stdout.trim().split('\n');
    expect(await complete('res')).toEqual(['restart', ':none']);
    expect(await complete('network', 'c')).toEqual(['connect', 'create', ':none']);
    expect(await complete('up', '--wa')).toEqual(['--wait', '--wait-timeout', '--watch', ':none']);
    expect(await complete('down', '--rmi', '')).toEqual(['all', 'local', ':none']);
    expect(await complete('-f', '')).toEqual([':files']);
    expect(await complete('--project-directory', '')).toEqual([':directories']);
    expect(await complete('stop', '')).toEqual([':none']);
    expect(await complete('--backend=po')).toEqual(['--backend=podman', ':none']);
    for (const shell of ['bash', 'zsh', 'fish']) {
      expect((await wherry(['completion', shell])).stdout).toContain('wherry __complete');
    }
  });

  it('completes in bash what bash itself takes for several words', () => {
    // As bash sets it for: wherry --backend=pod
    const typed = "COMP_LINE='wherry --backend=pod' COMP_WORDS=(wherry --backend = pod) COMP_CWORD=3";
    const script = `wherry() { '${process.execPath}' '${launcher}' "$@"; }
      eval "$(wherry completion bash)"; ${typed}; _wherry; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const { stdout } = spawnSync('bash', ['-c', script], { env: plainEnvironment(), encoding: 'utf8' });
    expect(stdout).toBe('podman\n');
  });
});

async function fault(args: readonly string[]): Promise<string> {
  const { stderr, code } = await wherry(args, nowhere);
  expect(code).toBe(2);
  return stderr;
}
