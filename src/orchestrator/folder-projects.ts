import { composeFileNames, overrideFileNames } from '../compose/index.ts';

/** The compose files of one project in a folder. */
export interface FolderProject {
  /** Names of the files, the override behind its base. */
  files: readonly string[];
  /** What Compose takes in this folder when no file is named. */
  isDefault: boolean;
  /** What tells it from the others of the folder: `dev` of `docker-compose.dev.yml`. Empty for the default. */
  variant: string;
}

export interface FolderProjects {
  projects: readonly FolderProject[];
  /** Files that belong to no project, each with the reason. */
  left: readonly { file: string; why: string }[];
}

const composeFile = /^((?:docker-|podman-)?compose.*)\.ya?ml$/i;

/** Whether the name is that of a compose file: `docker-compose*`, `compose*` or `podman-compose*`, `.yml` or `.yaml`. */
export function isComposeFile(name: string): boolean {
  return composeFile.test(name);
}

/**
 * The projects of a folder by the names of its files. Of the default names Compose takes the first, and the first
 * override beside it; `NAME.override.yml` belongs to `NAME.yml`; every other file is a project of its own.
 */
export function folderProjects(names: readonly string[]): FolderProjects {
  const files = names.filter(isComposeFile).sort();
  const left: { file: string; why: string }[] = [];
  const projects: FolderProject[] = [];
  const taken = new Set<string>();

  const [main, ...shadowed] = composeFileNames.filter((name) => files.includes(name));
  if (main !== undefined) {
    const override = overrideFileNames.find((name) => files.includes(name));
    const own = override === undefined ? [main] : [main, override];
    projects.push({ files: own, isDefault: true, variant: '' });
    for (const file of [...own, ...shadowed]) taken.add(file);
    for (const file of shadowed) left.push({ file, why: `Compose takes ${main} beside it` });
  }
  const bases = files.filter((file) => !taken.has(file) && !isOverride(file));
  for (const base of bases) {
    const override = files.find((file) => !taken.has(file) && stemOf(file) === `${stemOf(base)}.override`);
    if (override !== undefined) taken.add(override);
    taken.add(base);
    const own = override === undefined ? [base] : [base, override];
    projects.push({ files: own, isDefault: false, variant: variantOf(base) });
  }
  for (const file of files) {
    if (!taken.has(file)) left.push({ file, why: 'there is nothing beside it that it overrides' });
  }
  return { projects, left };
}

function isOverride(file: string): boolean {
  return stemOf(file).endsWith('.override');
}

function stemOf(file: string): string {
  return (composeFile.exec(file)?.[1] ?? file).toLowerCase();
}

/** `dev` of `docker-compose.dev.yml` and of `compose-dev.yml`, `podman` of `podman-compose.yml`, else the stem. */
function variantOf(file: string): string {
  const stem = stemOf(file);
  const [, tool = '', rest = ''] = /^(?:(docker|podman)-)?compose(.*)$/.exec(stem) ?? [];
  const own = rest.replace(/^[^a-z0-9]+/, '');
  if (tool === 'podman') return own === '' ? tool : `${tool}-${own}`;
  return own === '' ? stem : own;
}
