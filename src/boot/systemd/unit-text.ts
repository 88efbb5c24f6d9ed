import { WherryError } from '../../core/index.ts';

/** What a systemd service that brings something up and down does. */
export interface UnitInput {
  description: string;
  /** Absolute. */
  directory: string;
  /** Program (absolute path) and arguments that bring it up. */
  start: readonly string[];
  /** `once`: `start` ends when it is up; `always`: it goes on, and SIGTERM ends it. */
  runs: 'once' | 'always';
  /** Program and arguments that stop it; of what goes on, what is left when it has ended. */
  stop: readonly string[];
  environment: Readonly<Record<string, string>>;
  /** `system`: of the machine; `user`: of one user's service manager. */
  scope: 'system' | 'user';
}

/**
 * The unit file, by systemd.unit(5), systemd.service(5) and systemd.syntax(7): starts at boot, after the engines of this
 * machine, and is tried again while it fails. Fails with `INVALID` for a directory with a line end in its name.
 */
export function unitText(input: UnitInput): string {
  const { description, directory, environment, scope } = input;
  if (/[\n\r]/.test(directory))
    throw new WherryError('INVALID', 'a directory with a line end in its name has no place in a unit');
  const engines = 'docker.service docker.socket podman.service podman.socket';
  const target = scope === 'system' ? 'multi-user.target' : 'default.target';
  return [
    '[Unit]',
    `Description=${plain(description)}`,
    ...(scope === 'system' ? ['Wants=network-online.target'] : []),
    `After=${scope === 'system' ? 'network-online.target ' : ''}${engines}`,
    `RequiresMountsFor=${quoted(directory)}`,
    '',
    '[Service]',
    ...(input.runs === 'once' ? ['Type=oneshot', 'RemainAfterExit=yes'] : ['Type=exec', 'KillMode=mixed']),
    `WorkingDirectory=${specifierFree(directory)}`,
    ...Object.entries(environment).map(([name, value]) => `Environment=${quoted(`${name}=${value}`)}`),
    ...commandLines(input),
    'Restart=on-failure',
    'RestartSec=10s',
    'TimeoutStartSec=infinity',
    'TimeoutStopSec=5min',
    '',
    '[Install]',
    `WantedBy=${target}`,
    '',
  ].join('\n');
}

/** The colon: `$` is no variable. */
function commandLines({ start, stop, runs }: UnitInput): string[] {
  const started = `ExecStart=:${commandLine(start)}`;
  if (runs === 'once') return [started, `ExecStop=:${commandLine(stop)}`];
  // What it keeps up stays up when it crashes, as it is started again then.
  const unlessCrashed = ['/bin/sh', '-c', '[ "$SERVICE_RESULT" != success ] || exec "$@"', 'sh'];
  return [
    started,
    `ExecStopPost=:${commandLine([...unlessCrashed, ...stop])}`,
    // By Ctrl-C and SIGTERM.
    'SuccessExitStatus=130 143',
  ];
}

/** Systemd refuses a program with quotes or backslashes in its path, and takes one that another program is to run. */
function commandLine(argv: readonly string[]): string {
  const isRefused = /["'\\]/.test(argv[0] ?? '');
  return [...(isRefused ? ['/usr/bin/env'] : []), ...argv].map(quoted).join(' ');
}

/** One word of a line, whatever is in it: C escapes within double quotes, and no specifiers. */
function quoted(word: string): string {
  const escaped = specifierFree(word)
    .replace(/[\\"]/g, '\\$&')
    .replaceAll('\n', '\\n')
    .replaceAll('\r', '\\r')
    .replaceAll('\t', '\\t');
  return `"${escaped}"`;
}

function specifierFree(text: string): string {
  return text.replaceAll('%', '%%');
}

/** A line that people read. */
function plain(text: string): string {
  return specifierFree(text).replace(/\s+/g, ' ').replace(/\\$/, '');
}
