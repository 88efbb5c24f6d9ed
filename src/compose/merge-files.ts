import { dirname, resolve } from 'node:path';
import { throwIfAborted, WherryError } from '../core/errors.ts';
import { ProjectEnvironment } from './environment.ts';
import type { FileAccess } from './file-access.ts';
import { interpolate } from './interpolate.ts';
import type { LoadOptions } from './load-options.ts';
import { invalidProject, type Problem } from './problem.ts';
import { findProjectFiles } from './project-files.ts';
import { normalizeProjectName, projectName } from './project-name.ts';
import { Reading, type Surroundings } from './reading.ts';
import { isRemote, locate } from './remote-files.ts';
import type { Lookup } from './template.ts';
import { child, type Mapping } from './tree.ts';
import { type Document, TreeLoader } from './tree-loader.ts';

/** The files of a project as one tree, before paths and names are seen to. */
export interface MergedFiles {
  merged: Mapping;
  name: string;
  /** Absolute, in order; `-` is standard input. */
  files: string[];
  environment: ProjectEnvironment;
  lookup: Lookup;
  access: FileAccess;
  /** What was told so far; what is read of the tree is told to it too. */
  to: Reading;
}

/** Finds and merges the files of a project. Fails with `INVALID` and `NOT_FOUND`. */
export async function mergeFiles(
  options: LoadOptions,
  { variables }: { variables?: 'as-written' } = {},
): Promise<MergedFiles> {
  const access = options.access ?? (await import('./node-files.ts')).nodeFiles;
  const { environment: found, directory, files, root, called } = await findInputs(options, access);
  throwIfAborted(options.signal);
  // Where variables stay as they were written, none is looked up.
  const environment = variables === undefined ? found : ProjectEnvironment.empty(access);
  const lookup: Lookup = (name) => environment.get(name);
  const surroundings = { directory, home: found.get('HOME') };
  const to = new Reading(surroundings, { unsupported: options.unsupported, checks: options.checks });
  to.problems.push(...found.warnings);
  const { remote, signal } = options;
  const loader = new TreeLoader({ access, to, remote, signal, variables });
  const documents: Document[] = [];
  for (const file of files) documents.push(...(await loader.parse(file)));
  if (documents.length === 0 && !to.failed) to.problems.push(...files.slice(0, 1).map(empty));
  if (to.failed) throw invalidProject(to.problems);

  const names = documents.map((document) =>
    nameOf(document.root, variables === undefined ? lookup : undefined, surroundings),
  );
  const said = { explicit: options.projectName, environment: found.get('COMPOSE_PROJECT_NAME') };
  if (!said.explicit && !said.environment) checkName(documents, names, to);
  const own = projectName({ ...said, files: names, directory: called });
  const name = (await options.rename?.(own, directory)) ?? own;
  environment.set('COMPOSE_PROJECT_NAME', name);
  const merged = await loader.load(files, { directory, base: directory, environment, including: [], root });
  if (merged === undefined || Array.from(merged.entries.keys()).every((key) => key === 'version')) {
    throw invalidProject([...to.problems, ...files.slice(0, 1).map(empty)]);
  }
  return { merged, name, files, environment, lookup, access, to };
}

function empty(file: string): Problem {
  const message = 'the file is empty';
  const hint = 'declare services';
  return { code: 'missing-key', severity: 'error', message, file, line: 1, column: 1, path: '', hint };
}

/** The `name` of a file. What is wrong with it is told later, when everything is filled in. */
function nameOf(document: Mapping, lookup: Lookup | undefined, surroundings: Surroundings): string {
  const written = document.entries.get('name')?.value;
  if (written === undefined) return '';
  const name = lookup === undefined ? written : interpolate(written, lookup, new Reading(surroundings));
  return name.kind === 'scalar' && typeof name.value === 'string' ? name.value : '';
}

/** The last name holds; one of other signs only would be that of the directory. */
function checkName(documents: readonly Document[], names: readonly string[], to: Reading): void {
  const last = names.findLastIndex((name) => name !== '');
  const name = names[last] ?? '';
  const node = documents[last]?.root.entries.get('name')?.value;
  if (node === undefined || normalizeProjectName(name) !== '') return;
  to.error(
    'value',
    `"${name}" is no project name`,
    node,
    child(undefined, 'name'),
    'use letters, digits, - and _',
  );
  throw invalidProject(to.problems);
}

interface Inputs {
  environment: ProjectEnvironment;
  directory: string;
  files: string[];
  /** What was fetched with the first file; undefined where some are of this machine. */
  root: string | undefined;
  /** The directory after which the project is called. */
  called: string;
}

/** `.env` may name the compose file, and the compose file's directory may have a `.env` of its own. */
async function findInputs(options: LoadOptions, access: FileAccess): Promise<Inputs> {
  const workingDirectory = resolve(options.workingDirectory);
  const named = options.files ?? [];
  const chosen = options.projectDirectory && resolve(workingDirectory, options.projectDirectory);
  if (chosen && (await access.exists(chosen)))
    throw new WherryError('INVALID', `the project directory ${chosen} is a file`, {
      details: { file: chosen },
    });
  const firstNamed = named.find((file) => file !== '-');
  const start =
    chosen ||
    (firstNamed && !isRemote(firstNamed) ? dirname(resolve(workingDirectory, firstNamed)) : workingDirectory);
  const sources = { env: options.env, envFiles: options.envFiles ?? [], workingDirectory, access };
  const environment = await ProjectEnvironment.from(sources);
  await environment.addDefaultFile(start);
  const found = await findProjectFiles({ files: named, workingDirectory, start, environment, access });
  const { remote, signal } = options;
  const place = { access, remote, signal, directory: workingDirectory };
  const located = await Promise.all(
    found.map((file) => (file === '-' ? { file, root: undefined } : locate(file, place))),
  );
  const files = located.map(({ file }) => file);
  const fetched = located.find(({ root }) => root !== undefined);
  if (fetched !== undefined) {
    const { file } = fetched;
    // Files of this machine beside it may read what they like.
    const root = located.every((one) => one.root !== undefined) ? fetched.root : undefined;
    return { environment, directory: dirname(file), files, root, called: start };
  }
  const first = files.find((file) => file !== '-');
  const directory = chosen || (first === undefined ? workingDirectory : dirname(first));
  await environment.addDefaultFile(directory);
  return { environment, directory, files, root: undefined, called: directory };
}
