import { once } from 'node:events';
import { mkdir, realpath, stat } from 'node:fs/promises';
import { basename, dirname, posix, resolve } from 'node:path';
import type { Backend } from '../../core/backend.ts';
import { isWherryError, WherryError } from '../../core/errors.ts';
import type { Context } from '../context.ts';
import { firstEntry } from '../copy/first-entry.ts';
import { packPath } from '../copy/pack.ts';
import { endsAsDirectory, lastName, meansContent, type Place, parsePlace } from '../copy/place.ts';
import { unpackTo } from '../copy/unpack.ts';
import type { Invocation } from '../declaration.ts';
import { findTarget, findTargets, type Target } from '../targets.ts';
import { t } from '../text.ts';
import { usage } from '../usage.ts';

export interface CpOptions {
  archive: boolean;
  followLink: boolean;
  all: boolean;
  index: number | undefined;
}

interface Copy {
  context: Context;
  backend: Backend;
  /** The container, as the backend knows it. */
  id: string;
  keepOwner: boolean;
  /** Copy what a link at the source points to. */
  followLink: boolean;
}

/** Copies files between a container and this machine, with the rules of `docker cp`. `-` is a tar stream. */
export async function cp({ context, words, options }: Invocation<CpOptions>): Promise<undefined> {
  const [from, to] = [parsePlace(words[0] ?? ''), parsePlace(words[1] ?? '')];
  const backend = await context.backend();
  const { archive: keepOwner, followLink } = options;
  const copy = ({ id }: Target): Copy => ({ context, backend, id, keepOwner, followLink });
  if (from.kind === 'container' && to.kind !== 'container') {
    const target = await findTarget(context, from.container, options.index);
    await copyOut(copy(target), from, to);
  } else if (to.kind === 'container' && from.kind !== 'container') {
    const targets = await receivers(context, to.container, options);
    if (from.kind === 'stream' && targets.length > 1)
      throw usage(t('copy.oneStream'), t('copy.oneStreamFix'));
    for (const target of targets) await copyIn(copy(target), from, to.path);
  } else throw usage(t('copy.sides'), t('copy.sidesFix'));
}

/** What is copied to a service goes to each of its containers, as with docker compose. */
async function receivers(
  context: Context,
  name: string,
  { index, all }: CpOptions,
): Promise<readonly Target[]> {
  const one = await findTarget(context, name, index);
  if (index !== undefined || one.service !== name) return [one];
  return findTargets(context, [name], { oneOff: all });
}

async function copyOut(
  { context, backend, id, keepOwner, followLink }: Copy,
  { container, path: given }: Extract<Place, { kind: 'container' }>,
  to: Place,
): Promise<void> {
  const { signal } = context;
  const path = followLink ? await linkedPath(backend, id, given, signal) : given;
  if (context.globals.dryRun) {
    await firstEntry(namingPath(backend.copyOut(id, path, { signal }), container, path));
    return;
  }
  const archiveOf = (asked: string): AsyncIterable<Uint8Array> =>
    namingPath(backend.copyOut(id, asked, { signal }), container, path);
  if (to.kind !== 'local') {
    for await (const chunk of archiveOf(path))
      if (!process.stdout.write(chunk)) await once(process.stdout, 'drain', { signal });
    return;
  }
  const target = resolve(context.directory, to.path);
  const found = await stat(target).catch(() => undefined);
  if (found === undefined && to.path.endsWith('/')) {
    throw new WherryError('NOT_FOUND', t('copy.noDirectory', { path: to.path }));
  }
  const onLeftOut = (name: string): void => context.output.note(t('copy.leftOut', { name }));
  const options = { keepOwner, onLeftOut };
  if (lastName(path) === '') {
    await mkdir(target, { recursive: true });
    await unpackTo(target, archiveOf(path), options);
    return;
  }
  // `dir/.` is asked for as `dir/`: only that archive begins with the directory on every engine.
  const archive = archiveOf(meansContent(path) ? path.slice(0, -1) : path);
  if (found?.isDirectory()) {
    await unpackTo(target, archive, { ...options, ...(meansContent(path) ? { rename: '' } : {}) });
    return;
  }
  await unpackTo(dirname(target), archive, { ...options, rename: basename(target) });
}

/** Not every engine says which path it did not find. */
async function* namingPath(
  archive: AsyncIterable<Uint8Array>,
  container: string,
  path: string,
): AsyncIterable<Uint8Array> {
  try {
    yield* archive;
  } catch (error) {
    const isPath = isWherryError(error, 'NOT_FOUND') && !/container/i.test(error.message);
    throw isPath
      ? new WherryError('NOT_FOUND', t('copy.noPath', { container, path }), { cause: error })
      : error;
  }
}

async function copyIn(
  { context, backend, id, keepOwner, followLink }: Copy,
  from: Place,
  path: string,
): Promise<void> {
  const { signal } = context;
  if (from.kind !== 'local') {
    await backend.copyIn(id, path, process.stdin, { signal });
    return;
  }
  const named = resolve(context.directory, from.path);
  const found = await stat(named).catch(() => undefined);
  const source = followLink && found !== undefined ? await realpath(named) : named;
  if (found === undefined) throw new WherryError('NOT_FOUND', t('copy.noSource', { path: from.path }));
  const kind = await kindInContainer(backend, id, path, signal);
  if (kind === 'directory') {
    const name = found.isDirectory() && meansContent(from.path) ? '' : basename(named);
    await backend.copyIn(id, path, packPath(source, name, { keepOwner }), { signal });
    return;
  }
  if (kind === 'file' && found.isDirectory()) throw new WherryError('CONFLICT', t('copy.ontoFile', { path }));
  if (kind === undefined && !found.isDirectory() && endsAsDirectory(path)) {
    throw new WherryError('NOT_FOUND', t('copy.noDirectory', { path }));
  }
  const clean = path.replace(/\/+$/, '');
  await backend.copyIn(id, posix.dirname(clean), packPath(source, lastName(clean), { keepOwner }), {
    signal,
  });
}

/** What a path in the container is, told by the first header of its archive; undefined when there is nothing. */
async function kindInContainer(
  backend: Backend,
  id: string,
  path: string,
  signal: AbortSignal,
): Promise<'file' | 'directory' | undefined> {
  try {
    const entry = await firstEntry(backend.copyOut(id, path, { signal }));
    return entry?.kind === 'link' ? 'file' : entry?.kind;
  } catch (error) {
    if (!isWherryError(error, 'NOT_FOUND')) throw error;
    // Of the path, or of the container? The latter fails here.
    await backend.inspect(id, { signal });
    return undefined;
  }
}

/** Links that point to links are followed so far. */
const linkLimit = 40;

/** The path that a link in the container leads to; the path itself when it is none. */
async function linkedPath(backend: Backend, id: string, path: string, signal: AbortSignal): Promise<string> {
  let current = path;
  for (let turn = 0; turn < linkLimit; turn += 1) {
    const entry = await firstEntry(backend.copyOut(id, current, { signal })).catch(() => undefined);
    if (entry?.kind !== 'link') return current;
    current = posix.resolve(posix.dirname(current), entry.target);
  }
  return current;
}
