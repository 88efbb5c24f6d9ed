import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { WherryError } from '../../core/errors.ts';
import type { ImageInfo } from '../../core/image.ts';
import { formatBytes } from '../../core/units.ts';
import { unpackTo } from '../copy/unpack.ts';
import type { Invocation } from '../declaration.ts';
import { shortId } from '../output/container-text.ts';
import type { Column } from '../output/table.ts';
import { t } from '../text.ts';
import { defaultTransformation } from './bridge-convert.ts';

/** What images of transformations are labelled with. */
const transformationLabel = 'com.docker.compose.bridge=transformation';

export interface TransformationListOptions {
  namesOnly: boolean;
  format: 'table' | 'json' | undefined;
}

/** Lists the images of the engine that convert projects. */
export async function listTransformations({
  context,
  options,
}: Invocation<TransformationListOptions>): Promise<undefined> {
  const { output, signal } = context;
  const backend = await context.backend();
  const found = await backend.images.list({ labels: [transformationLabel], signal });
  if (options.namesOnly) for (const { tags, id } of found) output.line(tags[0] ?? id);
  else if (output.json || options.format === 'json') output.value(found);
  else output.table(columns, found);
}

const columns: readonly Column<ImageInfo>[] = [
  { title: t('column.imageId'), value: ({ id }) => shortId(id) },
  { title: t('column.repository'), value: ({ tags }) => nameOf(tags).repository },
  { title: t('column.tag'), value: ({ tags }) => nameOf(tags).tag },
  { title: t('column.size'), value: ({ size }) => formatBytes(size) },
];

function nameOf([name]: readonly string[]): { repository: string; tag: string } {
  const colon = name?.lastIndexOf(':') ?? -1;
  if (name === undefined || colon < 0) return { repository: '<none>', tag: '<none>' };
  return { repository: name.slice(0, colon), tag: name.slice(colon + 1) };
}

export interface TransformationCreateOptions {
  from: string | undefined;
}

/** Writes the templates of a transformation to a new directory, with a Dockerfile that makes an image of them. */
export async function createTransformation({
  context,
  words,
  options,
}: Invocation<TransformationCreateOptions>): Promise<undefined> {
  const { signal, output, globals } = context;
  const directory = resolve(context.directory, words[0] ?? '');
  if (existsSync(directory))
    throw new WherryError('CONFLICT', t('bridge.exists', { directory }), { hint: t('bridge.existsFix') });
  const backend = await context.backend();
  const id = await backend.create({ image: options.from ?? defaultTransformation }, { signal });
  try {
    if (!globals.dryRun) {
      await mkdir(directory, { recursive: true });
      await unpackTo(directory, backend.copyOut(id, '/templates', { signal }), { keepOwner: false });
      await writeFile(join(directory, 'Dockerfile'), dockerfile);
    }
  } finally {
    await backend.remove(id, { force: true }).catch(() => undefined);
  }
  output.line(t('bridge.created', { directory }));
}

const dockerfile = `FROM docker/compose-bridge-transformer
LABEL ${transformationLabel}
COPY templates /templates
`;
