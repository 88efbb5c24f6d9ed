import type { VizOptions } from '../commands/alpha-viz.ts';
import type { BridgeConvertOptions } from '../commands/bridge-convert.ts';
import type {
  TransformationCreateOptions,
  TransformationListOptions,
} from '../commands/bridge-transformations.ts';
import type { ConfigOptions } from '../commands/config.ts';
import type { CreateOptions } from '../commands/create.ts';
import type { DownOptions } from '../commands/down.ts';
import type { JobsOptions } from '../commands/jobs.ts';
import type { LsOptions } from '../commands/ls.ts';
import type { PublishOptions } from '../commands/publish.ts';
import type { ScaleOptions } from '../commands/scale.ts';
import type { ServeOptions } from '../commands/serve.ts';
import type { UpOptions } from '../commands/up.ts';
import { type PlanOptions, pullChoices, scaleOf } from '../commands/up-options.ts';
import type { WatchOptions } from '../commands/watch.ts';
import { type AnyCommand, type CommandDeclaration, declare } from '../declaration.ts';
import { filterOption } from '../filters.ts';
import { seconds, wholeNumber } from '../values.ts';
import * as shared from './options.ts';

const planOptions: CommandDeclaration<PlanOptions>['options'] = {
  build: { flags: '--build', about: 'option.build' },
  noBuild: { flags: '--no-build', about: 'option.noBuild' },
  pull: { flags: '--pull <policy>', about: 'option.pull', choices: pullChoices },
  forceRecreate: { flags: '--force-recreate', about: 'option.forceRecreate' },
  noRecreate: { flags: '--no-recreate', about: 'option.noRecreate' },
  alwaysRecreateDeps: { flags: '--always-recreate-deps', about: 'option.alwaysRecreateDeps' },
  noDeps: { flags: '--no-deps', about: 'option.noDeps' },
  removeOrphans: { flags: '--remove-orphans', about: 'option.removeOrphans' },
  renewAnonVolumes: { flags: '-V, --renew-anon-volumes', about: 'option.renewAnonVolumes' },
  yes: { flags: '-y, --yes', also: ['--y'], about: 'option.yes' },
  scale: { flags: '--scale <service=n>', about: 'option.scale', many: true, parse: scaleOf },
};
const services: AnyCommand['arguments'] = [
  { name: 'service', optional: true, many: true, complete: 'service' },
];

export const projectCommands: readonly AnyCommand[] = [
  declare<UpOptions>({
    name: 'up',
    group: 'project',
    about: 'command.up.about',
    detail: 'command.up.detail',
    arguments: services,
    options: {
      detach: shared.detach,
      wait: { flags: '--wait', about: 'option.wait' },
      waitTimeout: shared.waitTimeout,
      noEager: shared.noEager,
      ...planOptions,
      timeout: shared.stopTimeout,
      noStart: { flags: '--no-start', about: 'option.noStart' },
      noLogPrefix: { flags: '--no-log-prefix', about: 'option.noLogPrefix' },
      timestamps: { flags: '--timestamps', about: 'option.timestamps' },
      quietPull: shared.quietPull,
      quietBuild: shared.quietBuild,
      attach: { flags: '--attach <service>', about: 'option.attach', many: true, complete: 'service' },
      noAttach: { flags: '--no-attach <service>', about: 'option.noAttach', many: true, complete: 'service' },
      attachDependencies: { flags: '--attach-dependencies', about: 'option.attachDependencies' },
      abortOnContainerExit: { flags: '--abort-on-container-exit', about: 'option.abortOnContainerExit' },
      abortOnContainerFailure: {
        flags: '--abort-on-container-failure',
        about: 'option.abortOnContainerFailure',
      },
      exitCodeFrom: {
        flags: '--exit-code-from <service>',
        about: 'option.exitCodeFrom',
        complete: 'service',
      },
      all: { flags: '--all', about: 'option.upAll' },
      exclude: shared.discoverExclude,
      watch: { flags: '-w, --watch', about: 'option.upWatch' },
      menu: { flags: '--menu', about: 'option.menu' },
      noMenu: { flags: '--no-menu', about: 'option.noMenu' },
      history: shared.recordHistory,
    },
    load: async () => (await import('../commands/up.ts')).up,
  }),
  declare<WatchOptions>({
    name: 'watch',
    group: 'project',
    about: 'command.watch.about',
    detail: 'command.watch.detail',
    arguments: services,
    options: {
      noUp: { flags: '--no-up', about: 'option.watchNoUp' },
      prune: { flags: '--prune', about: 'option.watchPrune' },
      noPrune: { flags: '--no-prune', about: 'option.watchNoPrune' },
    },
    load: async () => (await import('../commands/watch.ts')).watch,
  }),
  declare<DownOptions>({
    name: 'down',
    group: 'project',
    about: 'command.down.about',
    detail: 'command.down.detail',
    arguments: services,
    options: {
      volumes: { flags: '-v, --volumes', also: ['--volume'], about: 'option.downVolumes' },
      removeOrphans: { flags: '--remove-orphans', about: 'option.removeOrphans' },
      rmi: { flags: '--rmi <which>', about: 'option.rmi', choices: ['all', 'local'] },
      timeout: shared.stopTimeout,
      all: { flags: '--all', about: 'option.downAll' },
      exclude: shared.discoverExclude,
    },
    load: async () => (await import('../commands/down.ts')).down,
  }),
  declare<PlanOptions>({
    name: 'plan',
    group: 'project',
    about: 'command.plan.about',
    detail: 'command.plan.detail',
    arguments: [{ name: 'up|down', optional: true, complete: ['up', 'down'] }, ...services],
    options: planOptions,
    load: async () => (await import('../commands/plan.ts')).plan,
  }),
  declare<CreateOptions>({
    name: 'create',
    group: 'project',
    about: 'command.create.about',
    arguments: services,
    options: { ...planOptions, quietPull: shared.quietPull, quietBuild: shared.quietBuild },
    load: async () => (await import('../commands/create.ts')).create,
  }),
  declare<ScaleOptions>({
    name: 'scale',
    group: 'project',
    about: 'command.scale.about',
    arguments: [{ name: 'service=n', many: true, complete: 'service' }],
    options: { noDeps: { flags: '--no-deps', about: 'option.noDeps' } },
    load: async () => (await import('../commands/scale.ts')).scale,
  }),
  declare<ConfigOptions>({
    name: 'config',
    group: 'project',
    about: 'command.config.about',
    arguments: services,
    options: {
      format: { flags: '--format <form>', about: 'option.configFormat', choices: ['yaml', 'json'] },
      output: { flags: '-o, --output <path>', about: 'option.configOutput', complete: 'file' },
      services: { flags: '--services', about: 'option.configServices' },
      volumes: { flags: '--volumes', about: 'option.configVolumes' },
      networks: { flags: '--networks', about: 'option.configNetworks' },
      models: { flags: '--models', about: 'option.configModels' },
      images: { flags: '--images', about: 'option.configImages' },
      profiles: { flags: '--profiles', about: 'option.configProfiles' },
      hash: { flags: '--hash <services>', about: 'option.configHash', complete: 'service' },
      variables: { flags: '--variables', about: 'option.configVariables' },
      environment: { flags: '--environment', about: 'option.configEnvironment' },
      noInterpolate: { flags: '--no-interpolate', about: 'option.configNoInterpolate' },
      noNormalize: { flags: '--no-normalize', about: 'option.configNoNormalize' },
      noPathResolution: { flags: '--no-path-resolution', about: 'option.configNoPathResolution' },
      noEnvResolution: { flags: '--no-env-resolution', about: 'option.configNoEnvResolution' },
      noConsistency: { flags: '--no-consistency', about: 'option.configNoConsistency' },
      resolveImageDigests: { flags: '--resolve-image-digests', about: 'option.configResolveImageDigests' },
      lockImageDigests: { flags: '--lock-image-digests', about: 'option.configLockImageDigests' },
      check: { flags: '-q, --quiet', about: 'option.configCheck' },
    },
    load: async () => (await import('../commands/config.ts')).config,
  }),
  declare<PublishOptions>({
    name: 'publish',
    aliases: ['alpha publish'],
    group: 'project',
    about: 'command.publish.about',
    detail: 'command.publish.detail',
    arguments: [{ name: 'repository[:tag]' }],
    options: {
      resolveImageDigests: { flags: '--resolve-image-digests', about: 'option.configResolveImageDigests' },
      ociVersion: { flags: '--oci-version <version>', about: 'option.ociVersion', choices: ['1.0', '1.1'] },
      withEnv: { flags: '--with-env', about: 'option.publishWithEnv' },
      app: { flags: '--app', about: 'option.publishApp' },
      yes: { flags: '-y, --yes', also: ['--y'], about: 'option.yes' },
      insecureRegistry: { flags: '--insecure-registry', about: 'option.publishInsecure' },
    },
    load: async () => (await import('../commands/publish.ts')).publish,
  }),
  declare<BridgeConvertOptions>({
    name: 'bridge convert',
    group: 'project',
    about: 'command.bridgeConvert.about',
    detail: 'command.bridgeConvert.detail',
    arguments: [],
    options: {
      output: { flags: '-o, --output <directory>', about: 'option.bridgeOutput', complete: 'directory' },
      transformation: {
        flags: '-t, --transformation <image>',
        about: 'option.transformation',
        many: true,
        complete: 'image',
      },
      templates: { flags: '--templates <directory>', about: 'option.templates', complete: 'directory' },
      yes: { flags: '-y, --yes', about: 'option.yes' },
    },
    load: async () => (await import('../commands/bridge-convert.ts')).bridgeConvert,
  }),
  declare<TransformationListOptions>({
    name: 'bridge transformations list',
    aliases: ['bridge transformations ls'],
    group: 'project',
    about: 'command.transformationList.about',
    arguments: [],
    options: {
      namesOnly: { flags: '-q, --quiet', about: 'option.namesOnly' },
      format: { flags: '--format <format>', about: 'option.formatList', choices: ['table', 'json'] },
    },
    load: async () => (await import('../commands/bridge-transformations.ts')).listTransformations,
  }),
  declare<TransformationCreateOptions>({
    name: 'bridge transformations create',
    group: 'project',
    about: 'command.transformationCreate.about',
    arguments: [{ name: 'path', complete: 'directory' }],
    options: { from: { flags: '-f, --from <image>', about: 'option.transformationFrom', complete: 'image' } },
    load: async () => (await import('../commands/bridge-transformations.ts')).createTransformation,
  }),
  declare<VizOptions>({
    name: 'alpha viz',
    group: 'project',
    about: 'command.viz.about',
    arguments: [],
    options: {
      image: { flags: '--image', about: 'option.vizImage' },
      networks: { flags: '--networks', about: 'option.vizNetworks' },
      ports: { flags: '--ports', about: 'option.vizPorts' },
      spaces: { flags: '--spaces', about: 'option.vizSpaces' },
      indentationSize: {
        flags: '--indentation-size <n>',
        about: 'option.vizIndentation',
        parse: wholeNumber,
      },
    },
    load: async () => (await import('../commands/alpha-viz.ts')).alphaViz,
  }),
  declare<ServeOptions>({
    name: 'serve',
    group: 'project',
    about: 'command.serve.about',
    detail: 'command.serve.detail',
    arguments: services,
    options: {
      up: { flags: '--up', about: 'option.serveUp' },
      drain: { flags: '--drain <seconds>', about: 'option.drain', parse: seconds },
      metrics: { flags: '--metrics <address>', about: 'option.metrics' },
      history: shared.recordHistory,
    },
    outlivesEngine: true,
    load: async () => (await import('../commands/serve.ts')).serve,
  }),
  declare<JobsOptions>({
    name: 'jobs',
    group: 'project',
    about: 'command.jobs.about',
    detail: 'command.jobs.detail',
    arguments: [{ name: 'job', optional: true, many: true }],
    options: { runs: { flags: '--runs', about: 'option.jobRuns' } },
    load: async () => (await import('../commands/jobs.ts')).jobs,
  }),
  declare<LsOptions>({
    name: 'ls',
    group: 'project',
    about: 'command.ls.about',
    detail: 'command.ls.detail',
    arguments: [{ name: 'directory', optional: true, complete: 'directory' }],
    options: {
      all: { flags: '-a, --all', about: 'option.lsAll' },
      namesOnly: { flags: '-q, --quiet', about: 'option.namesOnly' },
      filter: filterOption('name'),
      format: { flags: '--format <format>', about: 'option.formatList', choices: ['table', 'json'] },
      discover: { flags: '--discover', about: 'option.discover' },
      exclude: shared.discoverExclude,
    },
    load: async () => (await import('../commands/ls.ts')).ls,
  }),
];
