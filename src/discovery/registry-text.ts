import { WherryError } from '../core/index.ts';
import { parseEntry, type RegisteredService } from './registry-entry.ts';

/** What a registry's file says. */
export interface RegistryContent {
  entries: ReadonlyMap<string, RegisteredService>;
  /** Entries that could not be read; null when the whole file is as it was written. */
  lost: number | null;
}

const version = 1;

/** The text of a registry's file: JSON, with each entry on a line of its own, so that damage stays with its lines. */
export function registryText(entries: Iterable<RegisteredService>): string {
  const lines = [...entries].map(({ id, ...entry }) => JSON.stringify(entry));
  return `{"version":${version},"services":[\n${lines.join(',\n')}${lines.length > 0 ? '\n' : ''}]}\n`;
}

/** Reads the text back; of a damaged one all that is good. `UNSUPPORTED` when a newer version wrote it. */
export function parseRegistry(text: string, path: string): RegistryContent {
  const whole = parsed(text);
  if (isObject(whole) && typeof whole.version === 'number' && whole.version > version) {
    throw new WherryError('UNSUPPORTED', `${path} was written by a newer Wherry (version ${whole.version})`, {
      hint: 'update wherry, or name another file',
      details: { path, version: whole.version },
    });
  }
  if (isObject(whole) && whole.version === version && Array.isArray(whole.services))
    return collected(whole.services.map(parseEntry));
  return salvaged(text);
}

function collected(read: readonly (RegisteredService | null)[]): RegistryContent {
  const good = read.filter((entry) => entry !== null);
  const lost = read.length - good.length;
  return { entries: new Map(good.map((entry) => [entry.id, entry])), lost: lost > 0 ? lost : null };
}

/** Reads each line by itself. Lines that begin like an entry and are none count as lost. */
function salvaged(text: string): RegistryContent {
  const lines = text.split('\n').filter((line) => line.startsWith('{') && !line.startsWith('{"version"'));
  const { entries, lost } = collected(lines.map((line) => parseEntry(parsed(line.replace(/,\s*$/, '')))));
  return { entries, lost: lost ?? 0 };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
