import type { ImageInfo } from '../../core/image.ts';
import { isImageId } from '../../core/reference.ts';
import type { Invocation } from '../declaration.ts';
import { type Filter, valuesOf } from '../filters.ts';
import { shortId } from '../output/container-text.ts';
import { decimalSize } from '../output/docker-size.ts';
import type { Column } from '../output/table.ts';
import { ago } from '../output/time.ts';
import { t } from '../text.ts';
import { readOptions, usage } from '../usage.ts';
import { yesOrNo } from '../values.ts';

export interface ImagesOptions {
  all: boolean;
  idsOnly: boolean;
  digests: boolean;
  filter: readonly Filter[];
  format: 'table' | 'json' | undefined;
}

interface Row {
  name: string;
  tag: string;
  digest: string | null;
  info: ImageInfo;
}

/** Lists the images of the engine, or in a project those of its containers. */
export async function images({ context, words, options }: Invocation<ImagesOptions>): Promise<undefined> {
  const scope = await context.scope();
  if (scope.kind === 'project') {
    const { projectImages } = await import('./project-images.ts');
    return projectImages(context, scope, words, options);
  }
  const { output, signal } = context;
  const labels = valuesOf(options.filter, 'label');
  const [reference, ...more] = [...words, ...valuesOf(options.filter, 'reference')];
  if (more.length > 0) throw usage(t('usage.once', { name: 'reference' }));
  const dangling = readOptions(() => valuesOf(options.filter, 'dangling').map(yesOrNo)).at(-1);
  const found = await (await context.backend()).images.list({
    all: options.all,
    signal,
    ...(labels.length > 0 ? { labels } : {}),
    ...(reference === undefined ? {} : { reference }),
  });
  const wanted = found.filter(({ tags }) => dangling === undefined || (tags.length === 0) === dangling);
  const sorted = wanted.sort((a, b) => (b.createdAt?.getTime() ?? 0) - (a.createdAt?.getTime() ?? 0));
  if (output.json || options.format === 'json') output.value(sorted);
  else if (options.idsOnly) for (const id of new Set(sorted.map((info) => shortId(info.id)))) output.line(id);
  else output.table(columns(options), sorted.flatMap(rowsOf));
}

function rowsOf(info: ImageInfo): Row[] {
  const tags = info.tags.length > 0 ? info.tags : ['<none>:<none>'];
  return tags.map((full) => {
    const colon = full.lastIndexOf(':');
    const split = colon > full.lastIndexOf('/') && !isImageId(full);
    return {
      name: split ? full.slice(0, colon) : full,
      tag: split ? full.slice(colon + 1) : '<none>',
      digest: info.digest,
      info,
    };
  });
}

function columns(options: ImagesOptions): Column<Row>[] {
  const list: Column<Row>[] = [
    { title: t('column.repository'), value: (row) => row.name, shrinkTo: 16 },
    { title: t('column.tag'), value: (row) => row.tag, shrinkTo: 8 },
    { title: t('column.imageId'), value: (row) => shortId(row.info.id) },
    { title: t('column.created'), value: (row) => ago(row.info.createdAt), shrinkTo: 10 },
    { title: t('column.size'), value: (row) => decimalSize(row.info.size), align: 'right' },
  ];
  if (options.digests)
    list.splice(2, 0, { title: t('column.digest'), value: (row) => row.digest ?? '<none>' });
  return list;
}
