import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { WherryError } from '../../core/errors.ts';
import type { DockerfileBuild } from '../../core/image.ts';
import { Secret } from '../../core/secret.ts';
import type { Context } from '../context.ts';
import type { Invocation } from '../declaration.ts';
import { exitCode } from '../exit-codes.ts';
import { reportFault } from '../fault.ts';
import { buildProgress } from '../output/image-progress.ts';
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
  cacheTo: readonly string[];
  noCacheFilter: readonly string[];
  buildContext: readonly string[];
  allow: readonly string[];
  addHost: readonly string[];
  builder: 'classic' | 'buildkit' | undefined;
  memory: number | undefined;
  push: boolean;
  withDependencies: boolean;
  ssh: readonly string[];
  provenance: string | undefined;
  sbom: string | undefined;
  check: boolean;
  print: boolean;
}

/** Builds the images of services, or one image from a directory with a Dockerfile. */
export async function build({ context, words, options }: Invocation<BuildOptions>): Promise<number> {
  refuseUnsupported(options);
  const scope = await context.scope();
  const path = words[0];
  if (scope.kind === 'project' && (path === undefined || !looksLikePath(path, context)))
    return buildOfServices(context, words, options);
  return buildDirectory(context, words, options);
}

/** What Wherry's builds do not have is refused: nothing is left out in silence. */
function refuseUnsupported({ check, print }: BuildOptions): void {
  const option = check ? '--check' : print ? '--print' : undefined;
  if (option !== undefined)
    throw new WherryError('UNSUPPORTED', t('build.unsupported', { option }), {
      hint: t('build.unsupportedFix'),
    });
}

async function buildOfServices(
  context: Context,
  words: readonly string[],
  options: BuildOptions,
): Promise<number> {
  const { output, signal, globals } = context;
  const { project } = await requireProject(context, words);
  chosenServices(project.services, words);
  const { buildServices } = await import('../../boot/index.ts');
  const rows = await withBoard(context, async (board) => {
    const show = buildProgress(board);
    return buildServices(await context.backend(), project, {
      services: words,
      withDependencies: options.withDependencies,
      changes: (input) => changes(context, options, input),
      builder: options.builder,
      push: options.push,
      signal,
      onProgress: (progress) => {
        if (progress.kind === 'image') show(progress.progress);
      },
    });
  });
  if (rows.length === 0) output.note(t('build.nothing'));
  const good = rows.filter(({ error }) => error === null);
  if (output.json) output.value(good.map(({ image, id }) => ({ name: image, id })));
  else
    for (const { image } of good)
      if (output.inComposeWords) output.progressLine({ id: `Image ${image}`, status: 'Done', text: 'Built' });
      else output.note(t('build.done', { image }));
  for (const { error } of rows) if (error !== null) reportFault(error, output, globals);
  return good.length === rows.length ? exitCode.success : exitCode.failure;
}

async function buildDirectory(
  context: Context,
  words: readonly string[],
  options: BuildOptions,
): Promise<number> {
  const { output, signal } = context;
  const { name, input } = directoryWork(context, words, options);
  const image = (await context.backend()).image(name);
  const { builder } = options;
  const id = await withBoard(context, async (board) => {
    const onProgress = buildProgress(board);
    const info = await image.build(input, {
      signal,
      onProgress,
      ...(builder === undefined ? {} : { builder }),
    });
    if (options.push) await image.push({ signal, onProgress });
    return info.id;
  });
  if (output.json) output.value([{ name, id }]);
  else output.line(name);
  return exitCode.success;
}

async function withBoard<T>(context: Context, work: (board: ProgressBoard) => Promise<T>): Promise<T> {
  using board = new ProgressBoard(context.output);
  return await work(board);
}

/** A word that is no service of the project: a directory, or a URL. */
function looksLikePath(word: string, { directory }: Context): boolean {
  return (
    /^[./~]/.test(word) ||
    word.includes('://') ||
    (word.includes('/') && existsSync(resolve(directory, word)))
  );
}

function directoryWork(
  context: Context,
  words: readonly string[],
  options: BuildOptions,
): { name: string; input: DockerfileBuild } {
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
  const { dockerfile, target, platform, network, memory, provenance, sbom } = options;
  return {
    args: { ...base.args, ...environmentOf(options.buildArg, env) },
    labels: { ...base.labels, ...pairsOf(options.label) },
    ...(dockerfile === undefined ? {} : { dockerfile: resolve(directory, dockerfile) }),
    ...(target === undefined ? {} : { target }),
    ...(platform === undefined ? {} : { platform }),
    ...(network === undefined ? {} : { network }),
    ...(memory === undefined ? {} : { memory }),
    ...(options.ssh.length > 0 ? { ssh: { ...base.ssh, ...agents(options.ssh, directory) } } : {}),
    ...(options.noCache ? { noCache: true } : {}),
    ...(options.pull ? { pull: true } : {}),
    ...(options.cacheFrom.length > 0 ? { cacheFrom: options.cacheFrom } : {}),
    ...(options.cacheTo.length > 0 ? { cacheTo: options.cacheTo } : {}),
    ...(options.noCacheFilter.length > 0 ? { noCacheFilter: options.noCacheFilter } : {}),
    ...(options.allow.length > 0 ? { entitlements: [...(base.entitlements ?? []), ...options.allow] } : {}),
    ...(options.buildContext.length > 0
      ? { additionalContexts: { ...base.additionalContexts, ...contexts(options.buildContext, directory) } }
      : {}),
    ...(provenance === undefined ? {} : { provenance }),
    ...(sbom === undefined ? {} : { sbom }),
    ...(options.addHost.length > 0 ? { extraHosts: hosts(options.addHost) } : {}),
    ...(options.secret.length > 0
      ? { secrets: { ...base.secrets, ...secrets(options.secret, context) } }
      : {}),
  };
}

/** `name=path` or `name=URL`; paths are made absolute. */
function contexts(lines: readonly string[], directory: string): Record<string, string> {
  return Object.fromEntries(
    Object.entries(pairsOf(lines)).map(([name, context]) => [
      name,
      /^(?:[a-z][a-z0-9+.-]*:\/\/|git@)/i.test(context) ? context : resolve(directory, context),
    ]),
  );
}

/** `default`, or `id=socket`, as docker has it; without a socket the user's own agent. */
function agents(lines: readonly string[], directory: string): Record<string, string> {
  const sockets = Object.entries(pairsOf(lines));
  return Object.fromEntries(sockets.map(([id, path]) => [id, path === '' ? '' : resolve(directory, path)]));
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
