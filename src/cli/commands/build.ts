import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { DockerfileBuild } from '../../core/image.ts';
import { Secret } from '../../core/secret.ts';
import type { Context } from '../context.ts';
import type { Invocation } from '../declaration.ts';
import { exitCode } from '../exit-codes.ts';
import { reportFault } from '../fault.ts';
import { imageProgress } from '../output/image-progress.ts';
import { ProgressBoard } from '../output/progress-board.ts';
import { requireProject } from '../scope.ts';
import { t } from '../text.ts';
import { usage } from '../usage.ts';
import { environmentOf, pairsOf } from '../values.ts';
import { chosenServices } from './pull.ts';

export interface BuildOptions {
  tag: readonly string[];
  dockerfile: string | undefined;
  buildArg: readonly string[];
  label: readonly string[];
  target: string | undefined;
  platform: string | undefined;
  network: string | undefined;
  noCache: boolean;
  pull: boolean;
  secret: readonly string[];
  cacheFrom: readonly string[];
  addHost: readonly string[];
  builder: 'classic' | 'buildkit' | undefined;
}

interface Work {
  name: string;
  input: DockerfileBuild;
}

/** Builds the images of services, or one image from a directory with a Dockerfile. */
export async function build({ context, words, options }: Invocation<BuildOptions>): Promise<number> {
  const scope = await context.scope();
  const path = words[0];
  const isService = scope.kind === 'project' && (path === undefined || !looksLikePath(path, context));
  const work = isService
    ? await serviceWork(context, words, options)
    : [directoryWork(context, words, options)];
  const built: { name: string; id: string }[] = [];
  for (const { name, input } of work) {
    try {
      built.push({ name, id: await buildOne(context, name, input, options) });
      if (isService) context.output.note(name);
      else if (!context.output.json) context.output.line(name);
    } catch (error) {
      context.signal.throwIfAborted();
      reportFault(error, context.output, context.globals);
    }
  }
  if (context.output.json) context.output.value(built);
  return built.length === work.length ? exitCode.success : exitCode.failure;
}

async function buildOne(
  context: Context,
  name: string,
  input: DockerfileBuild,
  options: BuildOptions,
): Promise<string> {
  const { output, signal } = context;
  const backend = await context.backend();
  using board = new ProgressBoard(output);
  const { builder } = options;
  const onProgress = imageProgress(board);
  const info = await backend
    .image(name)
    .build(input, { signal, onProgress, ...(builder === undefined ? {} : { builder }) });
  return info.id;
}

/** A word that is no service of the project: a directory, or a URL. */
function looksLikePath(word: string, { directory }: Context): boolean {
  return (
    /^[./~]/.test(word) ||
    word.includes('://') ||
    (word.includes('/') && existsSync(resolve(directory, word)))
  );
}

async function serviceWork(
  context: Context,
  words: readonly string[],
  options: BuildOptions,
): Promise<Work[]> {
  const { project } = await requireProject(context, words);
  const { imageName, readFileContents, toBuildInput } = await import('../../compose/index.ts');
  const files = await readFileContents(project);
  const work = chosenServices(project.services, words).flatMap((service) => {
    const input = toBuildInput(project, service, files);
    return input === undefined
      ? []
      : [{ name: imageName(project, service), input: { ...input, ...changes(context, options, input) } }];
  });
  if (work.length === 0) context.output.note(t('build.nothing'));
  return work;
}

function directoryWork(context: Context, words: readonly string[], options: BuildOptions): Work {
  const [path, extra] = words;
  if (path === undefined) throw usage(t('build.noContext'), t('build.noContextFix'));
  if (extra !== undefined) throw usage(t('usage.excessArgument', { command: 'build', argument: extra }));
  const [name, ...tags] = options.tag;
  if (name === undefined) throw usage(t('build.noTag'), t('build.noTagFix'));
  const isUrl = path.includes('://');
  const base: DockerfileBuild = {
    kind: 'dockerfile',
    context: isUrl ? path : resolve(context.directory, path),
    tags,
  };
  return { name, input: { ...base, ...changes(context, options, base) } };
}

/** What the options set, over what a service says. */
function changes(context: Context, options: BuildOptions, base: DockerfileBuild): Partial<DockerfileBuild> {
  const { env, directory } = context;
  const { dockerfile, target, platform, network } = options;
  return {
    args: { ...base.args, ...environmentOf(options.buildArg, env) },
    labels: { ...base.labels, ...pairsOf(options.label) },
    ...(dockerfile === undefined ? {} : { dockerfile: resolve(directory, dockerfile) }),
    ...(target === undefined ? {} : { target }),
    ...(platform === undefined ? {} : { platform }),
    ...(network === undefined ? {} : { network }),
    ...(options.noCache ? { noCache: true } : {}),
    ...(options.pull ? { pull: true } : {}),
    ...(options.cacheFrom.length > 0 ? { cacheFrom: options.cacheFrom } : {}),
    ...(options.addHost.length > 0 ? { extraHosts: hosts(options.addHost) } : {}),
    ...(options.secret.length > 0
      ? { secrets: { ...base.secrets, ...secrets(options.secret, context) } }
      : {}),
  };
}

function hosts(lines: readonly string[]): Record<string, string[]> {
  const result: Record<string, string[]> = {};
  for (const line of lines) {
    const [, name = line, address = ''] = /^([^:=]+)[:=](.*)$/.exec(line) ?? [];
    result[name] = [...(result[name] ?? []), address];
  }
  return result;
}

/** `id=name,src=path` or `id=name,env=VARIABLE`, as BuildKit writes them. */
function secrets(lines: readonly string[], { env, directory }: Context): Record<string, Secret> {
  return Object.fromEntries(
    lines.map((line) => {
      const fields = pairsOf(line.split(','));
      const { id } = fields;
      if (id === undefined) throw usage(t('build.noSecretId', { text: line }));
      const path = fields.src ?? fields.source;
      const content =
        path === undefined ? (env[fields.env ?? id] ?? '') : readFileSync(resolve(directory, path));
      return [id, new Secret(content)];
    }),
  );
}
