import { isAbsolute, join, relative, resolve } from 'node:path';
import { Dockerignore, type IgnoreVerdict } from '../../core/dockerignore.ts';
import { WherryError } from '../../core/errors.ts';
import { cleanPath } from '../../core/go-path.ts';
import type { CallOptions, DockerfileBuild } from '../../core/image.ts';
import { crypto, fs } from '../../transport/builtin.ts';
import { collect } from '../../transport/bytes.ts';
import { decompress } from '../../transport/decompress.ts';
import { type PackChoice, type PackedPath, packDirectory } from '../../transport/tar-directory.ts';
import { packEntries, type TarEntrySource } from '../../transport/tar-pack.ts';

/** What a builder is sent. */
export interface BuildContext {
  /** A tar stream; read once. */
  archive: AsyncIterable<Uint8Array>;
  /** Path of the Dockerfile in it. */
  dockerfile: string;
}

export interface BuildContextOptions extends CallOptions {
  /** Further files, not subject to `.dockerignore`. */
  extra?: readonly TarEntrySource[] | undefined;
}

/**
 * The context of a build as one tar stream: `.dockerignore` honoured (`DOCKERFILE.dockerignore` before it), owners set
 * to root as Docker's clients do, and a Dockerfile from elsewhere put in under a name of its own, which the ignore file
 * sent along keeps out of the image. `NOT_FOUND`, `INVALID`.
 */
export async function buildContext(
  input: DockerfileBuild,
  options: BuildContextOptions = {},
): Promise<BuildContext> {
  const { context } = input;
  return typeof context === 'string'
    ? directoryContext(context, input, options)
    : streamContext(context, input, options);
}

/** A context directory looked at, not yet read. */
export interface ContextDirectory {
  /** Absolute, without links. */
  path: string;
  dockerfile: FoundDockerfile;
  ignore: { name: string; text: string } | undefined;
}

/** Finds the Dockerfile and the ignore file of a context directory. `NOT_FOUND`, `PERMISSION`. */
export async function contextDirectory(context: string, input: DockerfileBuild): Promise<ContextDirectory> {
  const path = await realDirectory(context);
  const dockerfile = await findDockerfile(path, input);
  return { path, dockerfile, ignore: await readIgnoreFile(path, dockerfile.path) };
}

/** A further context: a directory without a Dockerfile. `NOT_FOUND`, `PERMISSION`. */
export async function plainDirectory(context: string): Promise<Omit<ContextDirectory, 'dockerfile'>> {
  const path = await realDirectory(context);
  return { path, ignore: await readIgnoreFile(path, null) };
}

async function realDirectory(context: string): Promise<string> {
  return fs()
    .promises.realpath(resolve(context))
    .catch((cause: unknown) => {
      throw new WherryError('NOT_FOUND', `the build context ${context} does not exist`, {
        hint: 'give the directory that COPY and ADD read from',
        details: { path: context },
        cause,
      });
    });
}

/** The text of a Dockerfile, wherever it is. */
export async function dockerfileText({ path, dockerfile }: ContextDirectory): Promise<string> {
  return dockerfile.inside === null
    ? dockerfile.text
    : readDockerfile(join(path, dockerfile.inside), dockerfile.inside);
}

async function directoryContext(
  context: string,
  input: DockerfileBuild,
  { extra = [], signal }: BuildContextOptions,
): Promise<BuildContext> {
  const { path: directory, dockerfile, ignore } = await contextDirectory(context, input);
  const added = dockerfile.inside === null ? [dockerfileEntry(dockerfile.text)] : [];
  const [outside] = added;
  const ignoreText = ignoreFileText(ignore?.text, [...added, ...extra]);
  const front = [...added, ...extra];
  if (ignoreText !== undefined) front.push({ name: '.dockerignore', content: ignoreText });
  const kept = new Set([dockerfile.inside ?? '']);
  const replaced = new Set(ignoreText === undefined ? [] : ['.dockerignore']);
  const rules = new Dockerignore(ignore?.text ?? '', ignore?.name);
  const body = packDirectory(directory, {
    filter: contextFilter(rules, kept, replaced),
    owner: { uid: 0, gid: 0 },
    signal,
  });
  return { archive: joinTar(front, body), dockerfile: outside?.name ?? dockerfile.inside ?? 'Dockerfile' };
}

async function streamContext(
  context: AsyncIterable<Uint8Array>,
  input: DockerfileBuild,
  { extra = [] }: BuildContextOptions,
): Promise<BuildContext> {
  const { dockerfile = 'Dockerfile', dockerfileInline } = input;
  const text =
    dockerfileInline ?? (isAbsolute(dockerfile) ? await readDockerfile(dockerfile, dockerfile) : undefined);
  const added = text === undefined ? [] : [dockerfileEntry(text)];
  const front = [...added, ...extra];
  return {
    archive: front.length === 0 ? context : joinTar(front, decompress(context)),
    dockerfile: added[0]?.name ?? insidePath(dockerfile),
  };
}

type FoundDockerfile =
  | { path: string | null; inside: string }
  | { path: string | null; inside: null; text: string };

async function findDockerfile(directory: string, input: DockerfileBuild): Promise<FoundDockerfile> {
  const { dockerfile = 'Dockerfile', dockerfileInline } = input;
  if (dockerfileInline !== undefined) return { path: null, inside: null, text: dockerfileInline };
  const path = resolve(directory, dockerfile);
  const real = await fs()
    .promises.realpath(path)
    .catch((cause: unknown) => {
      throw noDockerfile(dockerfile, path, cause);
    });
  const inside = relative(directory, path);
  const isInside = (candidate: string): boolean =>
    !isAbsolute(candidate) && candidate !== '..' && !candidate.startsWith('../');
  if (isInside(inside) && isInside(relative(directory, real))) return { path, inside: insidePath(inside) };
  return { path, inside: null, text: await readDockerfile(path, dockerfile) };
}

async function readDockerfile(path: string, asked: string): Promise<string> {
  return fs()
    .promises.readFile(path, 'utf8')
    .catch((cause: unknown) => {
      throw noDockerfile(asked, path, cause);
    });
}

function noDockerfile(asked: string, path: string, cause: unknown): WherryError {
  return new WherryError('NOT_FOUND', `there is no Dockerfile ${asked}: ${path} cannot be read`, {
    hint: 'name it with `dockerfile`, relative to the context or absolute',
    details: { path },
    cause,
  });
}

function insidePath(path: string): string {
  return cleanPath(path.replaceAll('\\', '/'));
}

async function readIgnoreFile(
  directory: string,
  dockerfile: string | null,
): Promise<{ name: string; text: string } | undefined> {
  const names = [
    ...(dockerfile === null ? [] : [`${dockerfile}.dockerignore`]),
    join(directory, '.dockerignore'),
  ];
  for (const name of names) {
    const text = await fs()
      .promises.readFile(name, 'utf8')
      .catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT' || error.code === 'EISDIR' || error.code === 'ENOTDIR') return undefined;
        throw new WherryError('PERMISSION', `${name} cannot be read`, {
          details: { path: name },
          cause: error,
        });
      });
    if (text !== undefined) return { name, text };
  }
  return undefined;
}

/** A name from its content, so that the builder's cache knows an unchanged one. */
function dockerfileEntry(text: string): TarEntrySource & { content: string } {
  const digest = crypto().createHash('sha256').update(text).digest('hex').slice(0, 16);
  return { name: `.dockerfile.${digest}`, content: text };
}

/** The ignore file to send: the one in force, and what was added to the context hidden from COPY. */
function ignoreFileText(text: string | undefined, added: readonly TarEntrySource[]): string | undefined {
  if (added.length === 0) return text;
  const own = text === undefined ? ['.dockerignore'] : [text];
  return `${[...own, ...added.map(({ name }) => name)].join('\n')}\n`;
}

function contextFilter(
  rules: Dockerignore,
  kept: ReadonlySet<string>,
  replaced: ReadonlySet<string>,
): (entry: PackedPath) => PackChoice {
  const verdicts = new Map<string, IgnoreVerdict>();
  const holdsKept = (path: string): boolean => [...kept].some((name) => name.startsWith(`${path}/`));
  return ({ path, type }) => {
    if (replaced.has(path)) return 'exclude';
    if (rules.isEmpty) return 'include';
    const verdict = rules.match(path, verdicts.get(parentOf(path)));
    if (type === 'directory') verdicts.set(path, verdict);
    if (!verdict.excluded || kept.has(path)) return 'include';
    if (type !== 'directory') return 'exclude';
    return rules.prunes(path) && !holdsKept(path) ? 'prune' : 'exclude';
  };
}

function parentOf(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash < 0 ? '' : path.slice(0, slash);
}

/** The zero blocks that end a tar: without them another can follow. */
const END_OF_TAR = 1024;

async function* joinTar(
  front: readonly TarEntrySource[],
  rest: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  if (front.length > 0) {
    const head = await collect(packEntries(front));
    yield head.subarray(0, head.length - END_OF_TAR);
  }
  yield* rest;
}
