import { isUtf8 } from 'node:buffer';
import { withDefaults } from './canonical/defaults.ts';
import { withEnvironment } from './canonical/resolve-environment.ts';
import { withResolvedPaths } from './canonical/resolve-paths.ts';
import { canonicalTree } from './canonical/transform.ts';
import type { ProjectEnvironment } from './environment.ts';
import { ServiceExtensions } from './extend.ts';
import type { FileAccess } from './file-access.ts';
import { Inclusions } from './include.ts';
import { interpolate } from './interpolate.ts';
import { mergeTrees } from './merge.ts';
import { parseYaml } from './parse-yaml.ts';
import { readProject } from './read-project.ts';
import { readText } from './read-text.ts';
import { Reading } from './reading.ts';
import { type Located, locate, type RemoteFiles } from './remote-files.ts';
import { withoutReset, withoutTags } from './reset.ts';
import { Source } from './source.ts';
import { describe, type Mapping, type Node } from './tree.ts';
import { withUniqueItems } from './unicity.ts';

/** What the files of one load have in common: those of the project, or those of one `include`. */
export interface FileScope {
  /** What names of other files count from. Absolute. */
  directory: string;
  /** What paths of the model count from; relative to the including file for what is included. */
  base: string;
  environment: ProjectEnvironment;
  /** The files that are being loaded, from the outermost. */
  including: readonly string[];
  /** What was fetched from elsewhere and must not be left; undefined for what is of this machine. */
  root?: string | undefined;
}

export interface TreeLoaderOptions {
  access: FileAccess;
  to: Reading;
  /** Default: what is elsewhere is refused. */
  remote?: RemoteFiles | undefined;
  signal?: AbortSignal | undefined;
  /** `as-written` leaves variables alone. Default: they are filled in. */
  variables?: 'as-written' | undefined;
}

/** One document of a file. */
export interface Document {
  root: Mapping;
  /** Whether some value may have one of Compose's tags. */
  tagged: boolean;
}

/**
 * Makes one tree of several files, in the order of compose-go's loader: variables, includes, extends, merging, unique items,
 * long forms. Faults are told to the reading.
 */
export class TreeLoader {
  readonly access: FileAccess;
  readonly to: Reading;
  readonly #remote: Pick<TreeLoaderOptions, 'remote' | 'signal'>;
  readonly #variables: 'as-written' | undefined;
  readonly #parsed = new Map<string, Promise<readonly Document[]>>();
  readonly #inclusions: Inclusions;

  constructor({ access, to, remote, signal, variables }: TreeLoaderOptions) {
    this.access = access;
    this.to = to;
    this.#remote = { remote, signal };
    this.#variables = variables;
    this.#inclusions = new Inclusions(this);
  }

  /** The tree of the files, with defaults; its paths are as they were written. Undefined when they are empty. */
  async load(files: readonly string[], scope: FileScope): Promise<Mapping | undefined> {
    const extensions = new ServiceExtensions(this, scope);
    let merged: Mapping | undefined;
    for (const file of files) {
      const inner = { ...scope, including: [...scope.including, file] };
      for (const document of await this.parse(file)) {
        if (merged !== undefined) this.#checkEarlier(merged);
        const filled = this.#filled(document.root, scope);
        const base = merged && withoutReset(merged, filled);
        const tree = await extensions.apply(await this.#inclusions.apply(filled, inner), file);
        merged = this.#merged(base, document.tagged ? withoutTags(tree) : tree);
      }
    }
    return merged && withEnvironment(withDefaults(merged), (name) => scope.environment.get(name));
  }

  /** The tree of one file, for the services in it that others extend; paths count from `base`. */
  async loadAlone(file: string, base: string, scope: FileScope): Promise<Mapping | undefined> {
    let merged: Mapping | undefined;
    for (const document of await this.parse(file)) {
      const tree = this.#filled(document.root, scope);
      const lower = merged && withoutReset(merged, tree);
      merged = this.#merged(lower, document.tagged ? withoutTags(tree) : tree);
    }
    return merged && withResolvedPaths(merged, { directory: base, home: this.to.surroundings.home });
  }

  /** Where a file lies that another one names. Fails when it cannot be fetched, or must not be read. */
  locate(name: string, { directory, root }: Pick<FileScope, 'directory' | 'root'>): Promise<Located> {
    const { remote, signal } = this.#remote;
    return locate(name, { access: this.access, remote, signal, directory, root });
  }

  /** The documents of a file, which is read once. Fails when it cannot be read. */
  parse(file: string): Promise<readonly Document[]> {
    const known = this.#parsed.get(file);
    if (known !== undefined) return known;
    const parsed = this.#parse(file);
    this.#parsed.set(file, parsed);
    return parsed;
  }

  /** What is not UTF-8 would be read as other text. */
  async #checkEncoding(source: Source): Promise<void> {
    const { name: file, text } = source;
    const at = text.indexOf('\ufffd');
    if (at === -1 || file === '-' || isUtf8(await this.access.readBytes(file))) return;
    const message = 'the file is not UTF-8, as YAML has to be';
    this.to.problems.push({
      code: 'yaml',
      severity: 'error',
      message,
      file,
      ...source.position(at),
      path: '',
    });
  }

  async #parse(file: string): Promise<readonly Document[]> {
    const { signal } = this.#remote;
    const text = await readText(file, 'the compose file', this.access, { signal });
    const source = new Source(file, text);
    await this.#checkEncoding(source);
    const { documents, problems } = await parseYaml(source);
    const tagged = /!(?:reset|override)/.test(source.text);
    this.to.problems.push(...problems);
    const mappings: Document[] = [];
    for (const document of documents) {
      if (document.kind === 'mapping') mappings.push({ root: document, tagged });
      else {
        const message = `a compose file is a mapping, this is ${describe(document)}`;
        this.to.error('type', message, document, undefined);
      }
    }
    // A file without a word is let pass beside others.
    if (documents.length === 0 && problems.length === 0 && /^[^\S\n]*[^\s#]/m.test(text)) {
      const whole = { source, offset: 0 };
      this.to.error('missing-key', 'the file is empty', whole, undefined, 'declare services');
    }
    return mappings;
  }

  /** A later file may hide what an earlier one has that is of the wrong kind: it is told all the same. */
  #checkEarlier(merged: Mapping): void {
    if (this.#variables === 'as-written') return;
    const earlier = new Reading(this.to.surroundings, { unsupported: 'kept', checks: 'none' });
    readProject(merged, earlier);
    this.to.adopt(earlier.problems.filter(({ code }) => code === 'type'));
  }

  #filled(document: Mapping, { environment }: FileScope): Mapping {
    if (this.#variables === 'as-written') return document;
    return asMapping(
      interpolate(document, (name) => environment.get(name), this.to),
      document,
    );
  }

  #merged(base: Node | undefined, tree: Mapping): Mapping {
    const merged =
      base === undefined
        ? tree
        : mergeTrees(base, tree, {
            onConflict: (upper, lower, path) => {
              const message = `${describe(upper)} cannot be merged over ${describe(lower)} of an earlier file`;
              this.to.error('type', message, upper, path);
            },
          });
    // Alone, a file needs to be looked at once, when all its lists are in their long forms.
    const single = base === undefined ? merged : withUniqueItems(merged);
    const long = canonicalTree(asMapping(single, tree), this.to);
    return asMapping(withUniqueItems(long), tree);
  }
}

function asMapping(node: Node, otherwise: Mapping): Mapping {
  return node.kind === 'mapping' ? node : otherwise;
}
