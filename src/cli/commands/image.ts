import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';
import { rename, unlink } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { fileError } from '../../core/errors.ts';
import { formatBytes } from '../../core/units.ts';
import type { Invocation } from '../declaration.ts';
import { type Filter, valuesOf } from '../filters.ts';
import { imageProgress } from '../output/image-progress.ts';
import { ProgressBoard } from '../output/progress-board.ts';
import { t } from '../text.ts';
import { readOptions, usage } from '../usage.ts';
import { moment } from '../values.ts';
import { removeEach } from './remove-each.ts';

export interface ImageSaveOptions {
  output: string | undefined;
}

/** Writes images as a tar archive to a file or to stdout. A file appears only when it is complete. */
export async function imageSave({
  context,
  words,
  options,
}: Invocation<ImageSaveOptions>): Promise<undefined> {
  const { signal } = context;
  const path = options.output;
  if (path === undefined && process.stdout.isTTY)
    throw usage(t('image.saveTerminal'), t('image.saveTerminalFix'));
  const archive = (await context.backend()).images.save(words, { signal });
  if (path === undefined) {
    for await (const chunk of archive)
      if (!process.stdout.write(chunk)) await once(process.stdout, 'drain', { signal });
    return;
  }
  const part = `${path}.part`;
  try {
    await pipeline(archive, createWriteStream(part), { signal });
    await rename(part, path);
  } catch (error) {
    await unlink(part).catch(() => undefined);
    throw fileError(error, path);
  }
}

export interface ImageLoadOptions {
  input: string | undefined;
}

/** Reads images from a tar archive, a file or stdin. */
export async function imageLoad({ context, options }: Invocation<ImageLoadOptions>): Promise<undefined> {
  const { output, signal } = context;
  if (options.input === undefined && process.stdin.isTTY)
    throw usage(t('image.loadTerminal'), t('image.loadTerminalFix'));
  const archive = options.input === undefined ? process.stdin : createReadStream(options.input);
  if (archive !== process.stdin) await once(archive, 'open');
  const backend = await context.backend();
  using board = new ProgressBoard(output);
  const names = await backend.images.load(archive, { signal, onProgress: imageProgress(board) });
  if (output.json) output.value(names.map((name) => ({ name })));
  else for (const name of names) output.line(t('image.loaded', { name }));
}

/** All that the engine knows of images. */
export async function imageInspect({ context, words }: Invocation<Record<never, never>>): Promise<undefined> {
  const { output, signal } = context;
  const backend = await context.backend();
  output.value(await Promise.all(words.map((name) => backend.image(name).inspect({ signal }))));
}

/** Gives an image one more name. */
export async function imageTag({ context, words }: Invocation<Record<never, never>>): Promise<undefined> {
  const [source = '', name = ''] = words;
  await (await context.backend()).image(source).tag(name, { signal: context.signal });
}

export interface ImageRmOptions {
  force: boolean;
  noPrune: boolean;
}

/** Removes names of images, and the images with their last names. */
export async function imageRm({ context, words, options }: Invocation<ImageRmOptions>): Promise<number> {
  const { signal } = context;
  const backend = await context.backend();
  return removeEach(context, words, (name) => backend.image(name).remove({ ...options, signal }));
}

export interface ImagePruneOptions {
  all: boolean;
  /** Docker's, whose scripts say it: nothing is asked in any case. */
  force: boolean;
  filter: readonly Filter[];
}

/** Removes images that nothing uses: without names, or all of them with `--all`. */
export async function imagePrune({ context, options }: Invocation<ImagePruneOptions>): Promise<undefined> {
  const { output, signal } = context;
  const labels = valuesOf(options.filter, 'label');
  const [until, ...more] = readOptions(() => valuesOf(options.filter, 'until').map(moment));
  if (more.length > 0) throw usage(t('usage.once', { name: 'until' }));
  const backend = await context.backend();
  const { images, spaceReclaimed } = await backend.prune({
    what: ['images'],
    all: options.all,
    labels,
    ...(until === undefined ? {} : { until }),
    signal,
  });
  if (output.json) output.value({ images, spaceReclaimed });
  else {
    for (const name of images) output.line(name);
    output.note(t('prune.reclaimed', { size: formatBytes(spaceReclaimed) }));
  }
}
