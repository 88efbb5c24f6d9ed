import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isWherryError } from '../../core/errors.ts';
import type { Invocation } from '../declaration.ts';
import { t } from '../text.ts';

export interface VersionOptions {
  format: 'pretty' | 'json' | undefined;
  short: boolean;
}

/**
 * Version of wherry, of Node, and of the engine when one answers. Called as docker-compose it tells which version of that
 * it stands in for, as scripts ask for the least one that they need.
 */
export async function version({ context, options }: Invocation<VersionOptions>): Promise<undefined> {
  const wherry = await ownVersion();
  const { output, signal, role } = context;
  const played =
    role === 'compose' ? (await import('../../compose/compose-version.ts')).composeVersion : wherry;
  if (options.short) {
    output.line(played);
    return;
  }
  if (options.format === 'json') {
    output.value({ version: `v${played}` }, 'line');
    return;
  }
  if (role === 'compose' && !output.json) {
    output.line(`Docker Compose version v${played}`);
    output.note(t('version.inPlace', { wherry }));
    return;
  }
  const engine = await context
    .backend()
    .then(async (backend) => ({ ...(await backend.info({ signal })), address: backend.address }))
    .catch((error: unknown) => {
      if (isWherryError(error, 'CANCELLED') || !isWherryError(error)) throw error;
      return null;
    });
  if (output.json) {
    const { type, version: number, apiVersion, os, architecture, address } = engine ?? {};
    output.value({
      wherry,
      node: process.versions.node,
      engine: engine === null ? null : { type, version: number, apiVersion, os, architecture, address },
    });
    return;
  }
  const rows: [string, string][] = [
    ['wherry', wherry],
    ['node', process.versions.node],
    engine === null
      ? [t('version.engine'), t('version.noEngine')]
      : [
          engine.type,
          t('version.engineLine', {
            version: engine.version,
            api: engine.apiVersion ?? '-',
            platform: `${engine.os}/${engine.architecture}`,
            address: engine.address,
          }),
        ],
  ];
  for (const [name, text] of rows) output.line(`${name.padEnd(8)} ${text}`);
}

async function ownVersion(): Promise<string> {
  // From the sources as from dist/, package.json is the nearest one above.
  for (let up = '..'; up.length < 24; up += '/..') {
    const path = join(import.meta.dirname, up, 'package.json');
    const text = await readFile(path, 'utf8').catch(() => undefined);
    if (text !== undefined) return String((JSON.parse(text) as { version: unknown }).version);
  }
  return 'unknown';
}
