import { posix, relative } from 'node:path';
import { isWherryError } from '../core/errors.ts';
import { filledText } from './decode.ts';
import { type Fields, readFields, setter } from './fields.ts';
import { mergeTrees } from './merge.ts';
import type { Located } from './remote-files.ts';
import { withoutReset, withoutTags } from './reset.ts';
import { suggest } from './suggest.ts';
import {
  child,
  describe,
  type Entry,
  isNull,
  type Mapping,
  mapValues,
  type Node,
  type Path,
  textOf,
  valueAt,
  withValue,
} from './tree.ts';
import type { FileScope, TreeLoader } from './tree-loader.ts';

/** The services of one file, of which some extend others. */
interface Declared {
  file: string;
  /** What was fetched with it and must not be left. */
  root: string | undefined;
  services: Mapping;
  /** Those whose `extends` is done. */
  done: Map<string, Node>;
}

interface Reference {
  service?: string;
  file?: string;
}

const set = setter<Reference>();
const fields: Fields<Reference> = {
  scope: 'services.*.extends',
  keys: { service: set('service', filledText), file: set('file', filledText) },
};

interface Link {
  file: string;
  service: string;
}

/** Puts services over those that they extend, in the same file or in another one. */
export class ServiceExtensions {
  readonly #loader: TreeLoader;
  readonly #scope: FileScope;
  readonly #files = new Map<string, Promise<Declared | undefined>>();

  constructor(loader: TreeLoader, scope: FileScope) {
    this.#loader = loader;
    this.#scope = scope;
  }

  /** The tree without `extends`. */
  async apply(tree: Mapping, file: string): Promise<Mapping> {
    const section = valueAt(tree, 'services');
    if (section?.kind !== 'mapping' || !extendsSome(section)) return tree;
    const declared: Declared = { file, root: this.#scope.root, services: section, done: new Map() };
    const entries = new Map<string, Entry>();
    for (const [name, { key }] of section.entries) {
      const value = await this.#service(name, declared, []);
      if (value !== undefined) entries.set(name, { key, value });
    }
    return withValue(tree, 'services', { ...section, entries });
  }

  async #service(name: string, from: Declared, trail: readonly Link[]): Promise<Node | undefined> {
    const known = from.done.get(name);
    if (known !== undefined) return known;
    const node = from.services.entries.get(name)?.value;
    const said = valueAt(node, 'extends');
    if (node?.kind !== 'mapping' || said === undefined || isNull(said)) return node;
    const alone = mapValues(node, (value, key) => (key === 'extends' ? undefined : value));
    const path = child(child(child(undefined, 'services'), name), 'extends');
    const base = await this.#base(said, path, name, from, trail);
    const done = base === undefined ? alone : this.#over(base, alone);
    from.done.set(name, done);
    return done;
  }

  /** The service that another one extends; undefined when there is none, which is told. */
  async #base(
    said: Node,
    path: Path,
    name: string,
    from: Declared,
    trail: readonly Link[],
  ): Promise<Node | undefined> {
    const { to } = this.#loader;
    const read = said.kind === 'mapping' ? readFields<Reference>({}, fields, said, path, to) : undefined;
    const wanted = said.kind === 'mapping' ? read?.service : filledText(said, path, to);
    const service = valueAt(said, 'service') ?? said;
    if (wanted === undefined) {
      if (read !== undefined && service === said) to.error('missing-key', 'needs a service', said, path);
      return undefined;
    }
    const file = valueAt(said, 'file');
    const other = file === undefined ? from : await this.#declaredIn(file, child(path, 'file'), from);
    if (other === undefined) return undefined;
    const link = { file: other.file, service: wanted };
    const chain = [...trail, { file: from.file, service: name }];
    if (chain.some((one) => one.file === link.file && one.service === link.service)) {
      const way = [...chain, link].map((one) => `${one.service} in ${posix.basename(one.file)}`);
      return to.error('cycle', `the services extend each other: ${way.join(' → ')}`, said, path);
    }
    if (!other.services.entries.has(wanted)) {
      const meant = suggest(wanted, other.services.entries.keys());
      const hint = meant === undefined ? undefined : `did you mean "${meant}"?`;
      return to.error('reference', `${other.file} has no service ${wanted}`, service, path, hint);
    }
    return await this.#service(wanted, other, chain);
  }

  #over(base: Node, service: Mapping): Node {
    if (base.kind !== 'mapping') return service;
    const { to } = this.#loader;
    const merged = mergeTrees(withoutTags(withoutReset(base, service)), withoutTags(service), {
      at: ['services', 'x'],
      onConflict: (over, lower, path) => {
        const message = `${describe(over)} cannot be merged over ${describe(lower)} of the service that is extended`;
        to.error('type', message, over, path);
      },
    });
    return merged;
  }

  /** The services of another file. */
  async #declaredIn(file: Node, path: Path, from: Declared): Promise<Declared | undefined> {
    const { to } = this.#loader;
    const name = textOf(file);
    if (name === undefined || name === '') return undefined;
    try {
      const located = await this.#loader.locate(name, { directory: this.#scope.directory, root: from.root });
      const known = this.#files.get(located.file);
      if (known !== undefined) return await known;
      const loaded = this.#load(located, file, path);
      this.#files.set(located.file, loaded);
      return await loaded;
    } catch (error) {
      if (!isWherryError(error) || error.code === 'CANCELLED') throw error;
      return to.error('file', error.message, file, path, error.hint);
    }
  }

  async #load({ file: target, root }: Located, file: Node, path: Path): Promise<Declared | undefined> {
    const { to } = this.#loader;
    const directory = posix.dirname(target);
    const isFetched = root !== undefined && root !== this.#scope.root;
    const base = isFetched ? directory : relative(this.#scope.directory, directory) || '.';
    const tree = await this.#loader.loadAlone(target, base, this.#scope);
    const services = valueAt(tree, 'services');
    if (services?.kind === 'mapping') return { file: target, root, services, done: new Map() };
    return to.error('reference', `${target} declares no services`, file, path);
  }
}

function extendsSome(services: Mapping): boolean {
  for (const { value } of services.entries.values()) if (valueAt(value, 'extends') !== undefined) return true;
  return false;
}
