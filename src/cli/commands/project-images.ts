import type { ImageInfo } from '../../core/image.ts';
import { isImageId } from '../../core/reference.ts';
import type { Context } from '../context.ts';
import { shortId } from '../output/container-text.ts';
import { decimalSize } from '../output/docker-size.ts';
import { type Column, wideSpacing } from '../output/table.ts';
import { ago } from '../output/time.ts';
import type { ProjectScope } from '../scope.ts';
import { observeProject } from '../targets.ts';
import { t } from '../text.ts';
import { usage } from '../usage.ts';
import type { ImagesOptions } from './images.ts';

interface Row {
  container: string;
  repository: string;
  tag: string;
  info: ImageInfo;
}

/** Lists the images that the containers of a project were made from. */
export async function projectImages(
  context: Context,
  scope: ProjectScope,
  words: readonly string[],
  options: ImagesOptions,
): Promise<undefined> {
  const { output } = context;
  const ofEngine = options.all || options.digests || options.filter.length > 0;
  if (ofEngine) throw usage(t('images.ofEngine'), t('images.ofEngineFix'));
  const rows = await rowsOf(context, scope, words);
  if (options.idsOnly)
    for (const id of new Set(rows.map(({ info }) => info.id.replace(/^sha256:/, '')))) output.line(id);
  else if (options.format === 'json') output.value(rows.map(peerRow), 'line');
  else output.list(columns, rows, peerRow, wideSpacing);
}

async function rowsOf(context: Context, scope: ProjectScope, services: readonly string[]): Promise<Row[]> {
  const { signal } = context;
  const backend = await context.backend();
  const found = await observeProject(context, scope);
  const containers = found.filter(({ service }) => services.length === 0 || services.includes(service));
  const images = new Map<string, Promise<ImageInfo>>();
  const infoOf = (id: string): Promise<ImageInfo> => {
    const known = images.get(id) ?? backend.image(id).inspect({ signal });
    images.set(id, known);
    return known;
  };
  const rows = containers.map(async ({ name, image, id }): Promise<Row> => {
    const { imageId } = await backend.inspect(id, { signal });
    return { container: name, ...nameOf(image), info: await infoOf(imageId ?? image) };
  });
  return (await Promise.all(rows)).sort((a, b) => (a.container < b.container ? -1 : 1));
}

function nameOf(image: string): { repository: string; tag: string } {
  if (isImageId(image)) return { repository: '<none>', tag: '<none>' };
  const [name = image] = image.split('@');
  const colon = name.lastIndexOf(':');
  if (colon <= name.lastIndexOf('/')) return { repository: name, tag: image === name ? 'latest' : '<none>' };
  return { repository: name.slice(0, colon), tag: name.slice(colon + 1) };
}

/** The row as docker compose prints it. */
function peerRow({ container, repository, tag, info }: Row): object {
  return {
    ID: info.id,
    ContainerName: container,
    Repository: repository,
    Tag: tag,
    Platform: platformOf(info),
    Size: info.size,
    Created: info.createdAt,
    LastTagTime: info.taggedAt ?? neverTagged,
  };
}

/** Go's zero of a time. */
const neverTagged = '0001-01-01T00:00:00Z';

function platformOf({ os, architecture }: ImageInfo): string {
  return `${os ?? 'unknown'}/${architecture ?? 'unknown'}`;
}

const columns: readonly Column<Row>[] = [
  { title: t('column.container'), value: (row) => row.container },
  { title: t('column.repository'), value: (row) => row.repository, shrinkTo: 16 },
  { title: t('column.tag'), value: (row) => row.tag, shrinkTo: 8 },
  { title: t('column.platform'), value: (row) => platformOf(row.info) },
  { title: t('column.imageId'), value: (row) => shortId(row.info.id) },
  { title: t('column.size'), value: (row) => decimalSize(row.info.size) },
  { title: t('column.created'), value: (row) => ago(row.info.createdAt), shrinkTo: 10 },
];
