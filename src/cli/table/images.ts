import { parseBytes } from '../../core/units.ts';
import type { BuildOptions } from '../commands/build.ts';
import type {
  ImageLoadOptions,
  ImagePruneOptions,
  ImageRmOptions,
  ImageSaveOptions,
} from '../commands/image.ts';
import type { ImagesOptions } from '../commands/images.ts';
import type { PullOptions } from '../commands/pull.ts';
import type { PushOptions } from '../commands/push.ts';
import { type AnyCommand, type CommandDeclaration, declare } from '../declaration.ts';
import { filterOption } from '../filters.ts';
import * as shared from './options.ts';

const images: AnyCommand['arguments'] = [{ name: 'image', many: true, complete: 'image' }];
const names: AnyCommand['arguments'] = [
  { name: 'service|image', optional: true, many: true, complete: 'service' },
];
const includeDeps = { flags: '--include-deps', about: 'option.includeDeps' } as const;

const list: CommandDeclaration<ImagesOptions> = {
  name: 'images',
  aliases: ['image ls', 'image list'],
  group: 'image',
  about: 'command.images.about',
  detail: 'command.images.detail',
  arguments: [{ name: 'reference|service', optional: true, many: true, complete: 'image' }],
  options: {
    all: { flags: '-a, --all', about: 'option.imagesAll' },
    idsOnly: shared.idsOnly,
    format: { flags: '--format <format>', about: 'option.formatList', choices: ['table', 'json'] },
    digests: { flags: '--digests', about: 'option.digests' },
    filter: filterOption('label', 'reference', 'dangling'),
  },
  load: async () => (await import('../commands/images.ts')).images,
};

export const imageCommands: readonly AnyCommand[] = [
  declare<BuildOptions>({
    name: 'build',
    aliases: ['image build'],
    group: 'image',
    about: 'command.build.about',
    detail: 'command.build.detail',
    arguments: [{ name: 'service|directory', optional: true, many: true, complete: 'service' }],
    options: {
      tag: { flags: '-t, --tag <name>', about: 'option.tag', many: true },
      dockerfile: { flags: '-f, --dockerfile <path>', about: 'option.dockerfile', complete: 'file' },
      buildArg: { flags: '--build-arg <name=value>', about: 'option.buildArg', many: true },
      label: shared.label,
      target: { flags: '--target <stage>', about: 'option.target' },
      platform: shared.platform,
      network: { flags: '--network <mode>', about: 'option.buildNetwork' },
      noCache: { flags: '--no-cache', about: 'option.noCache' },
      pull: { flags: '--pull', about: 'option.buildPull' },
      secret: { flags: '--secret <id=name,src=path>', about: 'option.secret', many: true },
      cacheFrom: { flags: '--cache-from <image>', about: 'option.cacheFrom', many: true },
      cacheTo: { flags: '--cache-to <target>', about: 'option.cacheTo', many: true },
      noCacheFilter: { flags: '--no-cache-filter <stage>', about: 'option.noCacheFilter', many: true },
      buildContext: { flags: '--build-context <name=path>', about: 'option.buildContext', many: true },
      allow: { flags: '--allow <entitlement>', about: 'option.allow', many: true },
      addHost: { flags: '--add-host <name:address>', about: 'option.addHost', many: true },
      memory: { flags: '-m, --memory <size>', about: 'option.buildMemory', parse: parseBytes },
      push: { flags: '--push', about: 'option.buildPush' },
      withDependencies: { flags: '--with-dependencies', about: 'option.withDependencies' },
      ssh: { flags: '--ssh <id=socket>', about: 'option.buildSsh', many: true },
      provenance: { flags: '--provenance <kind>', about: 'option.provenance' },
      sbom: { flags: '--sbom <kind>', about: 'option.sbom' },
      check: { flags: '--check', about: 'option.notInBuild' },
      print: { flags: '--print', about: 'option.notInBuild' },
      builder: { flags: '--builder <builder>', about: 'option.builder', choices: ['classic', 'buildkit'] },
    },
    load: async () => (await import('../commands/build.ts')).build,
  }),
  declare<PullOptions>({
    name: 'pull',
    aliases: ['image pull'],
    group: 'image',
    about: 'command.pull.about',
    arguments: names,
    options: {
      platform: shared.platform,
      ignoreFailures: {
        flags: '--ignore-pull-failures',
        also: ['--ignore-failures'],
        about: 'option.ignoreFailures',
      },
      ignoreBuildable: { flags: '--ignore-buildable', about: 'option.ignoreBuildable' },
      includeDeps,
      policy: { flags: '--policy <policy>', about: 'option.pullPolicy', choices: ['always', 'missing'] },
    },
    load: async () => (await import('../commands/pull.ts')).pull,
  }),
  declare<PushOptions>({
    name: 'push',
    aliases: ['image push'],
    group: 'image',
    about: 'command.push.about',
    arguments: names,
    options: {
      platform: shared.platform,
      ignoreFailures: {
        flags: '--ignore-push-failures',
        also: ['--ignore-failures'],
        about: 'option.ignoreFailures',
      },
      includeDeps,
    },
    load: async () => (await import('../commands/push.ts')).push,
  }),
  declare(list),
  declare<ImageSaveOptions>({
    name: 'image save',
    aliases: ['save'],
    group: 'image',
    about: 'command.imageSave.about',
    arguments: images,
    options: { output: { flags: '-o, --output <path>', about: 'option.saveOutput', complete: 'file' } },
    load: async () => (await import('../commands/image.ts')).imageSave,
  }),
  declare<ImageLoadOptions>({
    name: 'image load',
    aliases: ['load'],
    group: 'image',
    about: 'command.imageLoad.about',
    arguments: [],
    options: { input: { flags: '-i, --input <path>', about: 'option.loadInput', complete: 'file' } },
    load: async () => (await import('../commands/image.ts')).imageLoad,
  }),
  declare<Record<never, never>>({
    name: 'image inspect',
    group: 'image',
    about: 'command.imageInspect.about',
    arguments: images,
    options: {},
    load: async () => (await import('../commands/image.ts')).imageInspect,
  }),
  declare<Record<never, never>>({
    name: 'image tag',
    aliases: ['tag'],
    group: 'image',
    about: 'command.imageTag.about',
    arguments: [{ name: 'image', complete: 'image' }, { name: 'new-name' }],
    options: {},
    load: async () => (await import('../commands/image.ts')).imageTag,
  }),
  declare<ImageRmOptions>({
    name: 'image rm',
    aliases: ['rmi', 'image remove'],
    group: 'image',
    about: 'command.imageRm.about',
    arguments: images,
    options: { force: shared.force, noPrune: { flags: '--no-prune', about: 'option.noPrune' } },
    load: async () => (await import('../commands/image.ts')).imageRm,
  }),
  declare<ImagePruneOptions>({
    name: 'image prune',
    group: 'image',
    about: 'command.imagePrune.about',
    arguments: [],
    options: {
      all: { flags: '-a, --all', about: 'option.pruneAll' },
      force: { flags: '-f, --force', about: 'option.pruneForce' },
      filter: filterOption('label', 'until'),
    },
    load: async () => (await import('../commands/image.ts')).imagePrune,
  }),
];
