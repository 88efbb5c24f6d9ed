import { normalizeProjectName } from '../compose/index.ts';

/** What a project is named after. */
export interface Nameable {
  /** Folders from the root of the search to it; the last one is its own. */
  folders: readonly string[];
  /** The name that Compose gives it: that in its file, else its folder's. */
  natural: string;
  /** Whether its file says the natural name. */
  isNamed: boolean;
  /** What Compose takes in this folder, or all that there is in it. */
  isMain: boolean;
  variant: string;
}

/**
 * A name for each, in the order given, that no other has and that is valid for a project. The natural name where it can
 * be; `-VARIANT` behind it for further files of one folder; the names of the folders above before it, as many as are
 * needed, for all that would have one name in different folders; a number behind it when nothing else is left.
 */
export function uniqueNames(projects: readonly Nameable[]): string[] {
  const wanted = projects.map(baseName);
  const names = new Array<string>(projects.length).fill('');
  const taken = new Set<string>();
  const groups = Map.groupBy(wanted.keys(), (index) => wanted[index] ?? '');
  // Who is alone with its name keeps it, whatever the others come to.
  for (const alone of ['alone', 'together']) {
    for (const [name, indexes] of [...groups].sort(([a], [b]) => (a < b ? -1 : 1))) {
      if ((indexes.length === 1) !== (alone === 'alone')) continue;
      const qualified = qualify(
        name,
        indexes.map((index) => projects[index]).filter((one) => one !== undefined),
      );
      for (const [at, index] of indexes.entries()) {
        const unique = numbered(qualified[at] ?? name, taken);
        taken.add(unique);
        names[index] = unique;
      }
    }
  }
  return names;
}

function baseName({ natural, isNamed, isMain, variant }: Nameable): string {
  return isMain || isNamed ? natural : withVariant(natural, variant);
}

/** Tells those apart that want one name: in one folder by their variants, in several by the folders above. */
function qualify(name: string, group: readonly Nameable[]): string[] {
  if (group.length === 1) return [name];
  const places = new Set(group.map(({ folders }) => folders.join('/')));
  const deepest = Math.max(...group.map(({ folders }) => folders.length));
  for (let count = 1; places.size > 1 && count < deepest; count += 1) {
    const names = group.map((one) => before(name, one.folders.slice(0, -1).slice(-count)));
    if (new Set(names).size === places.size) return withVariants(names, group);
  }
  return withVariants(
    group.map(() => name),
    group,
  );
}

/** Of those that still have one name, the main one keeps it. */
function withVariants(names: readonly string[], group: readonly Nameable[]): string[] {
  return group.map((one, index) => {
    const name = names[index] ?? '';
    const isShared = names.filter((other) => other === name).length > 1;
    return isShared && !one.isMain ? withVariant(name, one.variant) : name;
  });
}

function before(name: string, folders: readonly string[]): string {
  return normalizeProjectName([...folders, name].join('-')) || name;
}

function withVariant(name: string, variant: string): string {
  return variant === '' ? name : normalizeProjectName(`${name}-${variant}`);
}

function numbered(name: string, taken: ReadonlySet<string>): string {
  if (!taken.has(name)) return name;
  for (let number = 2; ; number += 1) if (!taken.has(`${name}-${number}`)) return `${name}-${number}`;
}
