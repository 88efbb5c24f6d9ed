import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Node,
  parseAllDocuments,
  type YAMLMap,
} from 'yaml';
import { isRemote } from '../../compose/index.ts';
import { substitute } from '../../compose/template.ts';
import { WherryError } from '../../core/index.ts';

/** A compose file as it is published: files of this machine that it names have the names that they get there. */
export interface PublishedFile {
  path: string;
  text: string;
  /** Its documents as they were written. */
  documents: readonly unknown[];
  /** Its name there where services extend it; undefined for a file of the project. */
  extendedAs: string | undefined;
}

export interface PublishedFiles {
  files: readonly PublishedFile[];
  /** The names there of files of variables, by their paths here. */
  envFiles: ReadonlyMap<string, string>;
}

interface Reading {
  environment: Readonly<Record<string, string | undefined>>;
  envFiles: Map<string, string>;
  /** Files that services extend, by their paths here. */
  extended: Map<string, string>;
}

interface Edit {
  start: number;
  end: number;
  text: string;
}

/** The files of a project and those of this machine that their services extend. Fails with `INVALID` for standard input. */
export async function readPublishedFiles(
  paths: readonly string[],
  options: { directory: string; environment: Reading['environment'] },
): Promise<PublishedFiles> {
  const reading: Reading = { environment: options.environment, envFiles: new Map(), extended: new Map() };
  const files: PublishedFile[] = [];
  for (const path of paths) {
    if (path === '-')
      throw new WherryError('INVALID', 'what comes from standard input is not published', {
        hint: 'write it to a file',
      });
    files.push(await readOne(path, options.directory, undefined, reading));
  }
  // The map grows while it is gone through: files that are extended extend others.
  for (const [path, name] of reading.extended) files.push(await readOne(path, dirname(path), name, reading));
  return { files, envFiles: reading.envFiles };
}

async function readOne(
  path: string,
  directory: string,
  extendedAs: string | undefined,
  reading: Reading,
): Promise<PublishedFile> {
  const source = await readFile(path, 'utf8');
  const documents = parseAllDocuments(source, { merge: true });
  const edits = new Map<number, Edit>();
  for (const document of documents)
    for (const service of servicesOf(document))
      for (const edit of renamed(service, document, directory, reading)) edits.set(edit.start, edit);
  const ordered = [...edits.values()].sort((a, b) => b.start - a.start);
  const text = ordered.reduce(
    (all, { start, end, text: name }) => all.slice(0, start) + name + all.slice(end),
    source,
  );
  return { path, text, documents: documents.map((document): unknown => document.toJS()), extendedAs };
}

function servicesOf(document: Document): YAMLMap[] {
  const services = resolved(document.get('services', true), document);
  if (!isMap(services)) return [];
  return services.items.map(({ value }) => resolved(value, document)).filter((node) => isMap(node));
}

/** What of a service names files of this machine. */
function renamed(service: YAMLMap, document: Document, directory: string, reading: Reading): Edit[] {
  const edits: Edit[] = [];
  for (const [key, value] of fieldsOf(service, document)) {
    if (key === 'env_file')
      for (const node of itemsOf(value, document))
        edits.push(
          ...envFileEdit(isMap(node) ? resolved(node.get('path', true), document) : node, directory, reading),
        );
    if (key === 'extends' && isMap(value))
      edits.push(...extendsEdit(resolved(value.get('file', true), document), directory, reading));
  }
  return edits;
}

/** The names of the artifact tell nothing of this machine. */
function envFileEdit(node: unknown, directory: string, { environment, envFiles }: Reading): Edit[] {
  const path = pathIn(node, directory, environment);
  if (path === undefined) return [];
  const name = `${hashOf(path)}.env`;
  if (existsSync(path)) envFiles.set(path, name);
  return edit(node, name);
}

function extendsEdit(node: unknown, directory: string, { environment, extended }: Reading): Edit[] {
  const path = pathIn(node, directory, environment);
  if (path === undefined || !existsSync(path)) return [];
  const name = `${hashOf(path)}.yaml`;
  extended.set(path, name);
  return edit(node, name);
}

function pathIn(node: unknown, directory: string, environment: Reading['environment']): string | undefined {
  if (!isScalar(node) || typeof node.value !== 'string' || node.value === '') return undefined;
  const name = substitute(node.value, { lookup: (variable) => environment[variable] });
  if (isRemote(name)) return undefined;
  return resolve(directory, name.replace(/^~(?=\/|$)/, environment.HOME ?? '~'));
}

function edit(node: unknown, text: string): Edit[] {
  if (!isScalar(node) || !node.range) return [];
  const [start, end] = node.range;
  return [{ start, end, text }];
}

/** The fields of a service, also those that it merges in. */
function* fieldsOf(map: YAMLMap, document: Document): Generator<[string, Node]> {
  for (const { key, value } of map.items) {
    const node = resolved(value, document);
    if (node === undefined) continue;
    const name = isScalar(key) ? key.value : undefined;
    // The parser has a symbol for the merge key.
    const merges = name === '<<' || typeof name === 'symbol';
    if (!merges) yield [String(name), node];
    else for (const merged of itemsOf(node, document)) if (isMap(merged)) yield* fieldsOf(merged, document);
  }
}

function resolved(node: unknown, document: Document): Node | undefined {
  if (isAlias(node)) return node.resolve(document);
  return isMap(node) || isSeq(node) || isScalar(node) ? node : undefined;
}

/** What a list has in it; anything else stands for itself. */
function itemsOf(node: Node, document: Document): (Node | undefined)[] {
  return isSeq(node) ? node.items.map((item) => resolved(item, document)) : [node];
}

function hashOf(path: string): string {
  return createHash('sha256').update(path).digest('hex');
}
