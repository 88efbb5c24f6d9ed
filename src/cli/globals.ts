import type { BackendType } from '../core/config.ts';
import type { CommandDeclaration } from './declaration.ts';
import { type Ansi, ansiModes, type ProgressForm, progressForms } from './output/presentation.ts';
import { limitOf } from './parallel.ts';

/** Options that every command takes, before and after its name. */
export interface GlobalOptions {
  file: readonly string[];
  projectName: string | undefined;
  profile: readonly string[];
  envFile: readonly string[];
  projectDirectory: string | undefined;
  /** Hosts of registries that compose files are fetched from without TLS. */
  insecureRegistry: readonly string[];
  /** Empty: the name of the copy is derived. */
  isolated: string | undefined;
  engine: boolean;
  backend: BackendType | undefined;
  host: string | undefined;
  context: string | undefined;
  tls: boolean;
  tlsverify: boolean;
  tlscacert: string | undefined;
  tlscert: string | undefined;
  tlskey: string | undefined;
  json: boolean;
  noColor: boolean;
  ansi: Ansi | undefined;
  progress: ProgressForm | undefined;
  /** Engine calls at once. */
  parallel: number | undefined;
  dryRun: boolean;
  compatibility: boolean;
  allResources: boolean;
  quiet: boolean;
  debug: boolean;
  help: boolean;
}

/** Engines that `--backend` knows. */
export const backendNames: readonly BackendType[] = ['docker', 'podman'];

export const globalOptions: CommandDeclaration<GlobalOptions>['options'] = {
  file: { flags: '-f, --file <path>', about: 'global.file', many: true, complete: 'file' },
  projectName: { flags: '-p, --project-name <name>', about: 'global.projectName', complete: 'project' },
  profile: { flags: '--profile <name>', about: 'global.profile', many: true },
  envFile: { flags: '--env-file <path>', about: 'global.envFile', many: true, complete: 'file' },
  projectDirectory: {
    flags: '--project-directory <path>',
    about: 'global.projectDirectory',
    complete: 'directory',
  },
  insecureRegistry: {
    flags: '--insecure-registry <host>',
    about: 'global.insecureRegistry',
    many: true,
  },
  isolated: { flags: '--isolated[=<name>]', about: 'global.isolated' },
  engine: { flags: '--engine', about: 'global.engine' },
  backend: {
    flags: '--backend <type>',
    about: 'global.backend',
    choices: backendNames,
    complete: backendNames,
  },
  host: { flags: '-H, --host <address>', about: 'global.host' },
  context: { flags: '--context <name>', about: 'global.context' },
  tls: { flags: '--tls', about: 'global.tls' },
  tlsverify: { flags: '--tlsverify', about: 'global.tlsverify' },
  tlscacert: { flags: '--tlscacert <path>', about: 'global.tlscacert', complete: 'file' },
  tlscert: { flags: '--tlscert <path>', about: 'global.tlscert', complete: 'file' },
  tlskey: { flags: '--tlskey <path>', about: 'global.tlskey', complete: 'file' },
  json: { flags: '--json', about: 'global.json' },
  noColor: { flags: '--no-color', about: 'global.noColor' },
  ansi: { flags: '--ansi <when>', about: 'global.ansi', choices: ansiModes, complete: ansiModes },
  progress: {
    flags: '--progress <form>',
    about: 'global.progress',
    choices: progressForms,
    complete: progressForms,
  },
  parallel: { flags: '--parallel <n>', about: 'global.parallel', parse: limitOf },
  dryRun: { flags: '--dry-run', about: 'global.dryRun' },
  compatibility: { flags: '--compatibility', about: 'global.compatibility' },
  allResources: { flags: '--all-resources', about: 'global.allResources' },
  quiet: { flags: '-q, --quiet', about: 'global.quiet' },
  debug: { flags: '--debug', about: 'global.debug' },
  help: { flags: '-h, --help', about: 'global.help' },
};
