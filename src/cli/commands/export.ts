import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileError } from '../../core/errors.ts';
import type { Invocation } from '../declaration.ts';
import { findTarget } from '../targets.ts';
import { t } from '../text.ts';
import { usage } from '../usage.ts';

export interface ExportOptions {
  index: number | undefined;
  output: string | undefined;
}

/** Writes the file system of a container as a tar archive. */
export async function exportContainer({
  context,
  words,
  options,
}: Invocation<ExportOptions>): Promise<undefined> {
  const { signal, directory } = context;
  if (options.output === undefined && process.stdout.isTTY)
    throw usage(t('export.toTerminal'), t('export.toTerminalFix'));
  const target = await findTarget(context, words[0] ?? '', options.index, { oneOff: true });
  const archive = (await context.backend()).export(target.id, { signal });
  if (options.output === undefined) {
    for await (const chunk of archive)
      if (!process.stdout.write(chunk)) await once(process.stdout, 'drain', { signal });
    return;
  }
  // A file of that name stays as it was when the export fails.
  const file = resolve(directory, options.output);
  const unfinished = `${file}.${process.pid}.part`;
  try {
    await pipeline(archive, createWriteStream(unfinished, { mode: 0o600 }), { signal });
    await rename(unfinished, file);
  } catch (error) {
    throw fileError(error, file);
  } finally {
    await rm(unfinished, { force: true });
  }
}
