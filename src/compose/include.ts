import { posix, relative } from 'node:path';
import { isWherryError } from '../core/errors.ts';
import { withHiddenValues } from './canonical/resolve-environment.ts';
import { joinPaths, withResolvedPaths } from './canonical/resolve-paths.ts';
import { filledText, listOf, text, textOrTexts } from './decode.ts';
import { type Fields, readFields, setter } from './fields.ts';
import { mergeTrees } from './merge.ts';
import type { Reading } from './reading.ts';
import { isRemote, type Located, within } from './remote-files.ts';
import { withoutReset, withoutTags } from './reset.ts';
import {
  child,
  describe,
  isNull,
  type Mapping,
  mappingAt,
  mapValues,
  type Node,
  type Path,
  sameValue,
  valueAt,
  withValue,
} from './tree.ts';
import type { FileScope, TreeLoader } from './tree-loader.ts';

/** One item of `include`. */
interface Inclusion {
  path: string[];
  projectDirectory?: string;
  envFile?: string[];
}

/** A file or several; an empty name would be the directory. */
function filledPaths(node: Node, path: Path, to: Reading): string[] | undefined {
  if (node.kind !== 'scalar' || typeof node.value !== 'string') return listOf(filledText)(node, path, to);
  const file = filledText(node, path, to);
  return file === undefined ? undefined : [file];
}

const set = setter<Inclusion>();
const fields: Fields<Inclusion> = {
  scope: 'include.[]',
  keys: {
    path: set('path', filledPaths),
    project_directory: set('projectDirectory', text),
    env_file: set('envFile', textOrTexts),
  },
};

const sections = ['services', 'volumes', 'networks', 'secrets', 'configs', 'models', 'jobs'] as const;

/** Brings in what files include: their models, with paths and variables of their own, below those of the including file. */
export class Inclusions {
  readonly #loader: TreeLoader;

  constructor(loader: TreeLoader) {
    this.#loader = loader;
  }

  /** The tree without `include`. */
  async apply(tree: Mapping, scope: FileScope): Promise<Mapping> {
    const list = valueAt(tree, 'include');
    if (list === undefined) return tree;
    const path = child(undefined, 'include');
    let target = mapValues(tree, (value, key) => (key === 'include' ? undefined : value));
    if (list.kind !== 'sequence') {
      if (!isNull(list)) this.#loader.to.error('type', `must be a list, is ${describe(list)}`, list, path);
      return target;
    }
    for (const [index, item] of list.items.entries()) {
      const included = await this.#included(item, child(path, index), scope);
      if (included !== undefined) target = this.#imported(included, target);
    }
    return target;
  }

  async #included(item: Node, path: Path, scope: FileScope): Promise<Mapping | undefined> {
    const { to } = this.#loader;
    const inclusion = this.#read(item, path);
    if (inclusion === undefined || inclusion.path.length === 0) return undefined;
    try {
      const located = await Promise.all(inclusion.path.map((file) => this.#loader.locate(file, scope)));
      const files = located.map(({ file }) => file);
      const [main = ''] = files;
      if (scope.including.includes(main)) {
        const way = [...scope.including, main].map((file) => posix.basename(file)).join(' → ');
        return to.error('cycle', `the files include each other: ${way}`, item, path);
      }
      const inner = await this.#scopeOf(inclusion, { file: main, root: located[0]?.root }, scope);
      const tree = await this.#loader.load(files, inner);
      if (tree === undefined) return undefined;
      const base = { directory: inner.base, home: to.surroundings.home };
      return withHiddenValues(withResolvedPaths(tree, base), (name) => inner.environment.get(name));
    } catch (error) {
      if (!isWherryError(error) || error.code === 'CANCELLED') throw error;
      return to.error('file', error.message, item, path, error.hint);
    }
  }

  #read(item: Node, path: Path): Inclusion | undefined {
    const { to } = this.#loader;
    if (item.kind !== 'mapping') {
      const file = filledText(item, path, to);
      return file === undefined ? undefined : { path: [file] };
    }
    const inclusion = readFields<Inclusion>({ path: [] }, fields, item, path, to);
    if (inclusion?.path.length !== 0) return inclusion;
    return item.entries.has('path') ? undefined : to.error('missing-key', 'needs a path', item, path);
  }

  /** Paths count from the project directory, or from where the first file lies. */
  async #scopeOf(inclusion: Inclusion, main: Located, outer: FileScope): Promise<FileScope> {
    const { projectDirectory, envFile, path } = inclusion;
    const directory = projectDirectory
      ? posix.resolve(outer.directory, projectDirectory)
      : posix.dirname(main.file);
    const isFetched = projectDirectory === undefined && isRemote(path[0] ?? '');
    const base = projectDirectory?.startsWith('/')
      ? projectDirectory
      : relative(outer.directory, directory) || '.';
    const environment = await outer.environment.including(
      await this.#envFiles(envFile, { directory, root: projectDirectory ? outer.root : main.root }, outer),
    );
    const { including } = outer;
    return { directory, base: isFetched ? directory : base, environment, including, root: main.root };
  }

  /** Those that were named, else the `.env` of the directory. */
  async #envFiles(
    named: readonly string[] = [],
    { directory, root }: Pick<FileScope, 'directory' | 'root'>,
    outer: FileScope,
  ): Promise<string[]> {
    const { access } = this.#loader;
    if (named.length > 0) {
      const place = { access, directory: outer.directory, root: outer.root };
      return named.filter((file) => file !== '/dev/null').map((file) => within(file, place));
    }
    const file = joinPaths(directory, '.env');
    if (!(await access.exists(file))) return [];
    return [root === undefined ? file : within('.env', { access, directory, root })];
  }

  /** What the including file says itself lies over what it includes. */
  #imported(included: Mapping, into: Mapping): Mapping {
    let target = into;
    for (const section of sections) {
      const from = valueAt(included, section);
      if (from?.kind !== 'mapping') continue;
      const known = valueAt(target, section);
      const members: Mapping = known?.kind === 'mapping' ? known : mappingAt(from, {});
      const entries = new Map(members.entries);
      for (const [name, { key, value }] of from.entries) {
        const own = entries.get(name)?.value;
        entries.set(name, {
          key,
          value: own === undefined ? value : this.#over(value, own, [section, name]),
        });
      }
      target = withValue(target, section, { ...members, entries });
    }
    return target;
  }

  #over(included: Node, own: Node, at: readonly string[]): Node {
    if (sameValue(included, own)) return own;
    const { to } = this.#loader;
    return mergeTrees(withoutReset(included, own), withoutTags(own), {
      at,
      onConflict: (over, base, path) => {
        const message = `${describe(over)} cannot be merged over ${describe(base)} of an included file`;
        to.error('type', message, over, path);
      },
    });
  }
}
