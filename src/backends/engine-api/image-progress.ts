import { WherryError } from '../../core/errors.ts';
import type { ImageProgress } from '../../core/image.ts';

/** One line of the streams of pull, push, load and build, in the spellings of Docker and Podman. */
export interface ProgressRecord {
  stream?: string;
  status?: string;
  id?: string;
  progressDetail?: { current?: number; total?: number } | null;
  aux?: unknown;
  error?: string;
  errorDetail?: { message?: string } | null;
  /** Podman's own pull ends with these. */
  images?: readonly string[];
}

/** What one line says, in our words; nothing for lines without news. */
export function imageProgress(record: ProgressRecord): ImageProgress[] {
  const news: ImageProgress[] = [];
  const { id, status, stream, progressDetail, aux } = record;
  if (stream !== undefined && stream !== '') news.push({ kind: 'output', text: stream });
  if (status !== undefined) news.push(statusProgress(status, id, progressDetail ?? {}));
  if (typeof aux === 'object' && aux !== null) {
    if ('Digest' in aux && typeof aux.Digest === 'string') news.push({ kind: 'digest', digest: aux.Digest });
    if ('ID' in aux && typeof aux.ID === 'string') news.push({ kind: 'image', id: aux.ID });
  }
  for (const image of record.images ?? []) news.push({ kind: 'image', id: withAlgorithm(image) });
  return news;
}

/** The engine's words for why the stream failed; undefined while it has not. */
export function progressError(record: ProgressRecord): string | undefined {
  return (record.errorDetail?.message || record.error)?.trim() || undefined;
}

/**
 * Reads a progress stream to its end, telling `onProgress`. A failure that the engine reports in it is thrown as
 * `fail` makes it; a stream that ends before it said anything is `STREAM_CUT`.
 */
export async function followProgress(
  records: AsyncIterable<ProgressRecord>,
  options: {
    what: string;
    onProgress: ((progress: ImageProgress) => void) | undefined;
    fail: (message: string) => WherryError;
  },
): Promise<void> {
  let empty = true;
  for await (const record of records) {
    empty = false;
    const message = progressError(record);
    if (message !== undefined) throw options.fail(message);
    for (const progress of imageProgress(record)) options.onProgress?.(progress);
  }
  if (empty) {
    throw new WherryError('STREAM_CUT', `the engine ended the ${options.what} without a word about it`, {
      hint: 'The engine may be restarting: try again.',
    });
  }
}

function statusProgress(
  status: string,
  id: string | undefined,
  detail: { current?: number; total?: number },
): ImageProgress {
  const digest = /^(?:Digest|.*: digest): (sha256:[0-9a-f]{64})\b/.exec(status)?.[1];
  if (digest !== undefined) return { kind: 'digest', digest };
  // The first line of a Docker pull has the tag for an id.
  if (id === undefined || id === '' || status.startsWith('Pulling from ')) return { kind: 'status', status };
  return { kind: 'layer', id, status, current: detail.current ?? null, total: detail.total || null };
}

function withAlgorithm(id: string): string {
  return /^[0-9a-f]{64}$/.test(id) ? `sha256:${id}` : id;
}
