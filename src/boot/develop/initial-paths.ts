import type { Dirent } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { composeFileNames, overrideFileNames, type Service } from '../../compose/index.ts';
import type { WatchRule } from '../../watch/index.ts';
import { isMounted } from './watched-services.ts';

/** What describes an image or a project is no part of what runs (docker compose leaves out the same). */
const descriptions = ['Dockerfile', ...composeFileNames, ...overrideFileNames];

/** The files that a rule brings into a container at the start; directories come with what is in them. */
export async function initialPaths(service: Service, rule: WatchRule): Promise<readonly string[]> {
  const { dockerfile } = service.build ?? {};
  const left = new Set([...descriptions, ...(dockerfile === undefined ? [] : [basename(dockerfile)])]);
  const wanted = (path: string): boolean =>
    rule.matches(path) && !left.has(basename(path)) && !isMounted(service, path);
  const stats = await lstat(rule.path).catch(() => undefined);
  if (stats === undefined) return [];
  if (!stats.isDirectory()) return wanted(rule.path) ? [rule.path] : [];
  const files: string[] = [];
  const open = [rule.path];
  for (let directory = open.pop(); directory !== undefined; directory = open.pop()) {
    for (const entry of await entriesOf(directory)) {
      const path = join(directory, entry.name);
      if (!entry.isDirectory()) {
        if (wanted(path)) files.push(path);
      } else if (!rule.skips(path) && !isMounted(service, path)) open.push(path);
    }
  }
  return files;
}

/** None of a directory that vanished, or that this user may not read. */
async function entriesOf(directory: string): Promise<Dirent[]> {
  return readdir(directory, { withFileTypes: true }).catch(() => []);
}
