import { dirname, resolve } from 'node:path';
import { throwIfAborted, WherryError } from '../core/errors.ts';
import { ProjectEnvironment } from './environment.ts';
import type { FileAccess } from './file-access.ts';
import { interpolate } from './interpolate.ts';
import type { LoadOptions } from './load-options.ts';
import { invalidProject } from './problem.ts';
import { findProjectFiles } from './project-files.ts';
import { projectName } from './project-name.ts';
import { Reading, type Surroundings } from './reading.ts';
import type { Lookup } from './template.ts';
import type { Mapping } from './tree.ts';
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
  const { environment: found, directory, files } = await findInputs(options, access);
  throwIfAborted(options.signal);
  // Where variables stay as they were written, none is looked up.
  const environment = variables === undefined ? found : ProjectEnvironment.empty(access);
  const lookup: Lookup = (name) => environment.get(name);
  const surroundings = { directory, home: found.get('HOME') };
  const to = new Reading(surroundings, { unsupported: options.unsupported });
  to.problems.push(...found.warnings);
  const loader = new TreeLoader({ access, to, variables });
  const documents: Document[] = [];
  for (const file of files) documents.push(...(await loader.parse(file)));
  if (to.failed) throw invalidProject(to.problems);

  const own = projectName({
    explicit: options.projectName,
    environment: found.get('COMPOSE_PROJECT_NAME'),
    files: documents.map((document) =>
      nameOf(document.root, variables === undefined ? lookup : undefined, surroundings),
    ),
    directory,
  });
  const name = (await options.rename?.(own, directory)) ?? own;
  environment.set('COMPOSE_PROJECT_NAME', name);
  const merged = await loader.load(files, { directory, base: directory, environment, including: [] });
  if (merged === undefined) throw new WherryError('INVALID', 'the compose files are empty');
  return { merged, name, files, environment, lookup, access, to };
}

/** The `name` of a file. What is wrong with it is told later, when everything is filled in. */
function nameOf(document: Mapping, lookup: Lookup | undefined, surroundings: Surroundings): string {
  const written = document.entries.get('name')?.value;
  if (written === undefined) return '';
  const name = lookup === undefined ? written : interpolate(written, lookup, new Reading(surroundings));
  return name.kind === 'scalar' && typeof name.value === 'string' ? name.value : '';
}

interface Inputs {
  environment: ProjectEnvironment;
  directory: string;
  files: string[];
}

/** `.env` may name the compose file, and the compose file's directory may have a `.env` of its own. */
async function findInputs(options: LoadOptions, access: FileAccess): Promise<Inputs> {
  const workingDirectory = resolve(options.workingDirectory);
  const named = options.files ?? [];
  const chosen = options.projectDirectory && resolve(workingDirectory, options.projectDirectory);
  const firstNamed = named.find((file) => file !== '-');
  const start = chosen || (firstNamed ? dirname(resolve(workingDirectory, firstNamed)) : workingDirectory);
  const sources = { env: options.env, envFiles: options.envFiles ?? [], workingDirectory, access };
  const environment = await ProjectEnvironment.from(sources);
  await environment.addDefaultFile(start);
  const files = await findProjectFiles({ files: named, workingDirectory, start, environment, access });
  const first = files.find((file) => file !== '-');
  const directory = chosen || (first === undefined ? workingDirectory : dirname(first));
  await environment.addDefaultFile(directory);
  return { environment, directory, files };
}
