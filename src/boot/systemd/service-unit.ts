import { existsSync } from 'node:fs';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { type CallOptions, isWherryError, WherryError } from '../../core/index.ts';
import { run } from '../../transport/child-process.ts';
import { writeWhole } from '../../transport/write-whole.ts';

/** Runs systemctl with these arguments; an exit code other than 0 is a result. */
export type Systemctl = (
  args: readonly string[],
  options: CallOptions,
) => Promise<{ exitCode: number | null; stdout: string; stderr: string }>;

export interface ServiceUnitOptions {
  /** As in `wherry-shop.service`. */
  name: string;
  scope: 'system' | 'user';
  /** Where unit files are. Default: `/etc/systemd/system`, or the user's `systemd/user` in `XDG_CONFIG_HOME`. */
  directory?: string | undefined;
  /** Default: the one of this machine, which fails with `UNSUPPORTED` where no systemd runs. */
  systemctl?: Systemctl | undefined;
}

export interface ServiceUnitState {
  name: string;
  path: string;
  /** Whether there is such a file, and whether it says what it would say now. */
  file: 'current' | 'outdated' | 'absent';
  /** Whether it starts at boot; null where nobody tells. */
  enabled: boolean | null;
  /** As systemd calls it: `active`, `inactive`, `failed` …; null where nobody tells. */
  active: string | null;
}

/** A unit of systemd that is ours. */
export class ServiceUnit {
  readonly name: string;
  readonly path: string;
  readonly #systemctl: Systemctl;

  constructor({ name, scope, directory, systemctl }: ServiceUnitOptions) {
    this.name = name;
    this.path = join(directory ?? unitDirectory(scope), name);
    this.#systemctl = systemctl ?? ((args, options) => callSystemctl(scope, args, options));
  }

  /**
   * Writes the unit and has it start at boot; with `now` also at once. Does nothing twice. Fails with `UNSUPPORTED` where no
   * systemd runs, `PERMISSION`, `ENGINE` with what systemctl said.
   */
  async install(
    text: string,
    { now = false, signal }: CallOptions & { now?: boolean } = {},
  ): Promise<'created' | 'changed' | 'unchanged'> {
    const { exitCode } = await this.#systemctl(['is-enabled', this.name], { signal });
    const before = await this.#text();
    if (before !== text) {
      await this.#write(text);
      await this.#order(['daemon-reload'], signal);
    }
    if (before !== text || exitCode !== 0) await this.#order(['enable', this.name], signal);
    if (now) await this.#order(['start', this.name], signal);
    if (before === null) return 'created';
    return before === text && exitCode === 0 ? 'unchanged' : 'changed';
  }

  /** Takes it out again; with `now` it is stopped before. False when there was none. Fails as `install`. */
  async uninstall({ now = false, signal }: CallOptions & { now?: boolean } = {}): Promise<boolean> {
    const { exitCode } = await this.#systemctl(['is-enabled', this.name], { signal });
    if ((await this.#text()) === null) return false;
    if (now) await this.#order(['stop', this.name], signal);
    if (exitCode === 0) await this.#order(['disable', this.name], signal);
    await rm(this.path, { force: true }).catch((error: unknown) => {
      throw refused(error, this.path);
    });
    await this.#order(['daemon-reload'], signal);
    return true;
  }

  /** How it is; `texts` are those that it may have. Needs no systemd for the file. */
  async state(texts: readonly string[], { signal }: CallOptions = {}): Promise<ServiceUnitState> {
    const found = await this.#text();
    const file = found === null ? 'absent' : texts.includes(found) ? 'current' : 'outdated';
    const { name, path } = this;
    try {
      const enabled = await this.#systemctl(['is-enabled', name], { signal });
      const active = await this.#systemctl(['is-active', name], { signal });
      return { name, path, file, enabled: enabled.exitCode === 0, active: active.stdout.trim() || null };
    } catch (error) {
      if (!isWherryError(error, 'UNSUPPORTED')) throw error;
      return { name, path, file, enabled: null, active: null };
    }
  }

  async #text(): Promise<string | null> {
    try {
      return await readFile(this.path, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
      throw refused(error, this.path);
    }
  }

  async #write(text: string): Promise<void> {
    try {
      await mkdir(dirname(this.path), { recursive: true });
      await writeWhole(this.path, text, { mode: 0o644 });
    } catch (error) {
      throw refused(error, this.path);
    }
  }

  async #order(args: readonly string[], signal: AbortSignal | undefined): Promise<void> {
    const { exitCode, stderr } = await this.#systemctl(args, { signal });
    if (exitCode === 0) return;
    const said = stderr.trim() || `exit code ${exitCode}`;
    throw new WherryError('ENGINE', `systemctl ${args.join(' ')}: ${said}`, {
      hint: `see \`systemctl status ${this.name}\`, with --user for a user's unit`,
      details: { exitCode },
    });
  }
}

async function callSystemctl(
  scope: 'system' | 'user',
  args: readonly string[],
  { signal }: CallOptions,
): ReturnType<Systemctl> {
  // Whether systemd is what runs this machine, as sd_booted(3) tells.
  if (!existsSync('/run/systemd/system')) throw withoutSystemd();
  try {
    return await run(['systemctl', ...(scope === 'user' ? ['--user'] : []), ...args], { signal });
  } catch (error) {
    throw isWherryError(error, 'NOT_FOUND') ? withoutSystemd() : error;
  }
}

function withoutSystemd(): WherryError {
  return new WherryError('UNSUPPORTED', 'no systemd runs on this machine, which is to start the service', {
    hint: 'have the service manager of this machine run what `wherry service install --print` shows as ExecStart',
  });
}

function refused(error: unknown, path: string): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code !== 'EACCES' && code !== 'EPERM' && code !== 'EROFS') return error;
  return new WherryError('PERMISSION', `${path} may not be written`, {
    hint: 'run it as root, or with --user',
    cause: error,
  });
}

function unitDirectory(scope: 'system' | 'user'): string {
  if (scope === 'system') return '/etc/systemd/system';
  const config = process.env.XDG_CONFIG_HOME;
  const base = config === undefined || config === '' ? join(homedir(), '.config') : config;
  return join(base, 'systemd', 'user');
}
