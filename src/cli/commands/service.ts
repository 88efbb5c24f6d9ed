import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { userInfo } from 'node:os';
import { basename, join, resolve } from 'node:path';
import type { ServiceUnit } from '../../boot/index.ts';
import { isRemote } from '../../compose/remote-files.ts';
import { redactText } from '../../core/redact.ts';
import type { Context } from '../context.ts';
import type { Invocation } from '../declaration.ts';
import { exitCode } from '../exit-codes.ts';
import { requireProject } from '../scope.ts';
import { t } from '../text.ts';
import { usage } from '../usage.ts';

export interface ServiceUnitCommandOptions {
  all: boolean;
  user: boolean;
  system: boolean;
}

export interface ServiceInstallOptions extends ServiceUnitCommandOptions {
  print: boolean;
  now: boolean;
  down: boolean;
  serve: boolean;
}

export interface ServiceUninstallOptions extends ServiceUnitCommandOptions {
  now: boolean;
}

/** Has systemd bring the project up at boot, or with `--all` every project below a directory. */
export async function serviceInstall({
  context,
  words,
  options,
}: Invocation<ServiceInstallOptions>): Promise<number> {
  const { output, signal } = context;
  const { unit, text, scope } = await unitOf(context, words, options);
  if (options.serve) await refuseIdle(context);
  if (options.print) {
    if (output.json) output.value({ name: unit.name, path: unit.path, text });
    else output.line(text.trimEnd());
    return exitCode.success;
  }
  const change = await unit.install(text, { now: options.now, signal });
  if (output.json) output.value({ name: unit.name, path: unit.path, change });
  else output.line(t(`service.${change}`, { path: unit.path }));
  if (scope === 'user' && !existsSync(join('/var/lib/systemd/linger', userInfo().username)))
    output.note(t('service.linger', { user: userInfo().username }));
  return exitCode.success;
}

/** Takes the unit out again; what runs goes on unless `--now` is given. */
export async function serviceUninstall({
  context,
  words,
  options,
}: Invocation<ServiceUninstallOptions>): Promise<number> {
  const { output, signal } = context;
  const { unit } = await unitOf(context, words, { ...options, down: false, serve: false });
  const change = (await unit.uninstall({ now: options.now, signal })) ? 'removed' : 'absent';
  if (output.json) output.value({ name: unit.name, path: unit.path, change });
  else
    output.line(
      t(change === 'removed' && options.now ? 'service.removedNow' : `service.${change}`, {
        path: unit.path,
      }),
    );
  return exitCode.success;
}

/** Whether the unit is there, starts at boot, and is up. Exit code 1 when it is not installed. */
export async function serviceStatus({
  context,
  words,
  options,
}: Invocation<ServiceUnitCommandOptions>): Promise<number> {
  const { output, signal } = context;
  const { unit } = await unitOf(context, words, { ...options, down: false, serve: false });
  const state = await unit.state(await possibleTexts(context, words, options), { signal });
  if (output.json) output.value(state);
  else {
    const unknown = t('service.unknown');
    const enabled =
      state.enabled === null ? unknown : t(state.enabled ? 'service.enabled' : 'service.disabled');
    output.line(
      t('service.status', {
        name: state.name,
        file: t(`service.file.${state.file}`),
        enabled,
        active: state.active ?? unknown,
      }),
    );
  }
  return state.file === 'absent' ? exitCode.failure : exitCode.success;
}

/** All that the unit may say. */
async function possibleTexts(
  context: Context,
  words: readonly string[],
  options: ServiceUnitCommandOptions,
): Promise<string[]> {
  const serves = options.all ? [false] : [false, true];
  const wants = serves.flatMap((serve) => [false, true].map((down) => ({ ...options, serve, down })));
  return Promise.all(wants.map(async (want) => (await unitOf(context, words, want)).text));
}

/** A unit that has nothing to do would end and fail for ever. */
async function refuseIdle(context: Context): Promise<void> {
  const { project } = await requireProject(context);
  const { restartedServices, scheduledJobs, servedServices } = await import('../../boot/index.ts');
  const work = [servedServices(project), scheduledJobs(project), restartedServices(project)];
  if (work.every(({ length }) => length === 0))
    throw usage(t('service.nothingToServe', { project: project.name }));
}

interface Wanted {
  unit: ServiceUnit;
  text: string;
  scope: 'system' | 'user';
}

async function unitOf(
  context: Context,
  words: readonly string[],
  options: ServiceUnitCommandOptions & { down: boolean; serve: boolean },
): Promise<Wanted> {
  if (options.user && options.system) throw usage(t('usage.excludes', { a: '--user', b: '--system' }));
  if (options.all && options.serve) throw usage(t('usage.excludes', { a: '--all', b: '--serve' }));
  if (words.length > 0 && !options.all) throw usage(t('service.directoryOfAll'));
  const isUser = options.user || (!options.system && process.getuid?.() !== 0);
  const scope = isUser ? 'user' : 'system';
  const { ServiceUnit, unitText } = await import('../../boot/index.ts');
  const what = options.all ? ofFolder(context, words) : await ofProject(context);
  const { name, description, directory, selection } = what;
  // Without `--` Node takes an `--env-file` of ours for its own.
  const program = [
    process.execPath,
    '--',
    resolve(process.argv[1] ?? ''),
    ...engineOptions(context),
    ...selection,
  ];
  const stop = options.down ? 'down' : 'stop';
  const text = unitText({
    description,
    directory,
    start: [...program, ...(options.serve ? ['serve', '--up'] : ['up', ...what.words, '-d'])],
    runs: options.serve ? 'always' : 'once',
    stop: [...program, options.all ? 'down' : stop, ...what.words],
    environment: environmentOf(context),
    scope,
  });
  return { unit: new ServiceUnit({ name: `wherry-${name}.service`, scope }), text, scope };
}

interface Subject {
  name: string;
  description: string;
  directory: string;
  /** Options that find it again. */
  selection: readonly string[];
  /** What follows the command's name. */
  words: readonly string[];
}

async function ofProject(context: Context): Promise<Subject> {
  const { globals, directory } = context;
  const { project, isolated } = await requireProject(context);
  const at = (path: string): string => (path === '-' || isRemote(path) ? path : resolve(directory, path));
  if (globals.file.includes('-')) throw usage(t('service.stdin'));
  // Everybody may read a unit.
  if (globals.file.some((path) => isRemote(path) && redactText(path) !== path))
    throw usage(t('service.password'), t('service.passwordFix'));
  const { name } = project;
  return {
    name,
    description: `wherry: ${name}`,
    directory,
    selection: [
      ...globals.file.flatMap((path) => ['-f', at(path)]),
      ...(isolated === undefined
        ? ['-p', name]
        : ['-p', isolated.copy.base, `--isolated=${isolated.copy.name}`]),
      ...globals.insecureRegistry.flatMap((host) => ['--insecure-registry', host]),
      ...globals.profile.flatMap((profile) => ['--profile', profile]),
      ...globals.envFile.flatMap((path) => ['--env-file', at(path)]),
      ...(globals.projectDirectory === undefined
        ? []
        : ['--project-directory', at(globals.projectDirectory)]),
    ],
    words: [],
  };
}

/** Named after the folder, and its path, so that two of a name stay apart. */
function ofFolder({ directory }: Context, [folder = '.']: readonly string[]): Subject {
  const path = resolve(directory, folder);
  const called = basename(path).replace(/[^\w-]+/g, '-') || 'root';
  const hash = createHash('sha256').update(path).digest('hex').slice(0, 6);
  return {
    name: `all-${called}-${hash}`,
    description: `wherry: all projects below ${path}`,
    directory: path,
    selection: [],
    words: ['--all', path],
  };
}

function engineOptions({ globals, directory }: Context): string[] {
  const { backend, host, context, tls, tlsverify, tlscacert, tlscert, tlskey } = globals;
  const files = { '--tlscacert': tlscacert, '--tlscert': tlscert, '--tlskey': tlskey };
  return [
    ...(backend === undefined ? [] : ['--backend', backend]),
    ...(host === undefined ? [] : ['-H', host]),
    ...(context === undefined ? [] : ['--context', context]),
    ...(tls ? ['--tls'] : []),
    ...(tlsverify ? ['--tlsverify'] : []),
    ...Object.entries(files).flatMap(([flag, path]) =>
      path === undefined ? [] : [flag, resolve(directory, path)],
    ),
  ];
}

const carried = [
  ...['COMPOSE_FILE', 'COMPOSE_PATH_SEPARATOR', 'COMPOSE_PROFILES', 'COMPOSE_ENV_FILES'],
  ...['DOCKER_HOST', 'DOCKER_CONTEXT', 'DOCKER_CONFIG', 'CONTAINER_HOST', 'XDG_STATE_HOME'],
  ...['DOCKER_TLS', 'DOCKER_TLS_VERIFY', 'DOCKER_CERT_PATH'],
];

/** What of our environment says which project and engine are meant; the rest is the service manager's. */
function environmentOf({ env }: Context): Record<string, string> {
  return Object.fromEntries(
    carried.flatMap((name) => {
      const value = env[name];
      return value === undefined || value === '' ? [] : [[name, value] as const];
    }),
  );
}
