import { toBuild, toNames, toSequence } from './forms.ts';
import {
  child,
  holdsServices,
  isNull,
  type Mapping,
  mappingAt,
  type Node,
  type Path,
  type Sequence,
  sameValue,
  sequenceAt,
  textOf,
  valueAt,
} from './tree.ts';

export interface MergeOptions {
  /** Where the trees stand in the file; services that extend others are at `services.x`. Default: the root. */
  at?: readonly string[];
  /** Called where two values cannot be merged, such as a list over a mapping; the later one holds then. */
  onConflict: (over: Node, base: Node, path: Path | undefined) => void;
}

/**
 * Puts a later tree over an earlier one, by the merge rules of the Compose specification as compose-go has them: mappings
 * merge, lists add up without doubles, scalars and a few lists are replaced.
 */
export function mergeTrees(base: Node, over: Node, { at = [], onConflict }: MergeOptions): Node {
  const path = at.reduce<Path | undefined>(child, undefined);
  return new Merge(onConflict).values(base, over, path, at);
}

type OnConflict = MergeOptions['onConflict'];
type Rule = (merge: Merge, base: Node, over: Node, path: Path | undefined, steps: readonly string[]) => Node;

const replace: Rule = (_merge, _base, over) => over;

/** Both forms of a dictionary, and single values, become one list. */
const asSequence: Rule = (_merge, base, over) => appended(toSequence(base), toSequence(over));

/** A list of names is a mapping without values. */
const asNames: Rule = (merge, base, over, path, steps) => {
  const lower = toNames(base);
  const upper = toNames(over);
  return lower && upper ? merge.mappings(lower, upper, path, steps) : merge.conflict(base, over, path);
};

const dependencies: Rule = (merge, base, over, path, steps) => {
  const started = (node: Node): Mapping | undefined =>
    toNames(node, (place) => mappingAt(place, { condition: 'service_started', required: true }));
  const lower = started(base);
  const upper = started(over);
  return lower && upper ? merge.mappings(lower, upper, path, steps) : merge.conflict(base, over, path);
};

const build: Rule = (merge, base, over, path, steps) => {
  const lower = toBuild(base);
  const upper = toBuild(over);
  return lower && upper ? merge.mappings(lower, upper, path, steps) : over;
};

/** Options of a log driver mean nothing to another one. */
const logging: Rule = (merge, base, over, path, steps) => {
  if (base.kind !== 'mapping' || over.kind !== 'mapping') return merge.conflict(base, over, path);
  const lower = textOf(valueAt(base, 'driver'));
  const upper = textOf(valueAt(over, 'driver'));
  const same = lower === undefined || upper === undefined || lower === upper;
  return same ? merge.mappings(base, over, path, steps) : over;
};

const ulimit: Rule = (merge, base, over, path, steps) =>
  base.kind === 'mapping' && over.kind === 'mapping' ? merge.mappings(base, over, path, steps) : over;

/** Address pools are told apart by their subnet; one that the later file does not name is dropped, as the peer does. */
const pools: Rule = (merge, base, over, path, steps) => {
  if (base.kind !== 'sequence' || over.kind !== 'sequence') return merge.conflict(base, over, path);
  const merged: Node[] = [];
  const subnet = (pool: Node): string | undefined => textOf(valueAt(pool, 'subnet'));
  const indexOf = (pool: Node): number => merged.findIndex((other) => subnet(other) === subnet(pool));
  for (const pool of base.items) {
    let lower = pool;
    for (const upper of over.items) {
      if (lower.kind !== 'mapping' || upper.kind !== 'mapping') return merge.conflict(base, over, path);
      if (subnet(lower) !== subnet(upper) && indexOf(upper) === -1) {
        merged.push(upper);
        continue;
      }
      lower = merge.mappings(lower, upper, path, steps);
      const known = indexOf(lower);
      if (known === -1) merged.push(lower);
      else merged[known] = lower;
    }
  }
  return sequenceAt(over, merged);
};

/** What does not follow the general rule: by section, then by the way below one of its members. */
const rules: Readonly<Record<string, Readonly<Record<string, Rule>>>> = {
  networks: { 'ipam.config': pools, labels: asSequence },
  volumes: { labels: asSequence },
  services: {
    annotations: asSequence,
    build,
    'build.args': asSequence,
    'build.additional_contexts': asSequence,
    'build.extra_hosts': asSequence,
    'build.labels': asSequence,
    command: replace,
    depends_on: dependencies,
    'deploy.labels': asSequence,
    dns: asSequence,
    dns_opt: asSequence,
    dns_search: asSequence,
    entrypoint: replace,
    env_file: asSequence,
    environment: asSequence,
    extra_hosts: asSequence,
    'healthcheck.test': replace,
    label_file: asSequence,
    labels: asSequence,
    logging,
    models: asNames,
    networks: asNames,
    sysctls: asSequence,
    tmpfs: asSequence,
  },
};

function ruleFor(steps: readonly string[]): Rule | undefined {
  const [named = '', , first, second] = steps;
  const section = holdsServices(named) ? 'services' : named;
  if (first === undefined || steps.length > 4) return undefined;
  if (section === 'services' && first === 'ulimits' && steps.length === 4) return ulimit;
  const below = Object.hasOwn(rules, section) ? rules[section] : undefined;
  const way = second === undefined ? first : `${first}.${second}`;
  return below !== undefined && Object.hasOwn(below, way) ? below[way] : undefined;
}

class Merge {
  readonly #onConflict: OnConflict;

  constructor(onConflict: OnConflict) {
    this.#onConflict = onConflict;
  }

  values(base: Node, over: Node, path: Path | undefined, steps: readonly string[]): Node {
    if (base.kind === 'broken' || over.kind === 'broken') return over;
    const rule = ruleFor(steps);
    if (rule !== undefined) return rule(this, base, over, path, steps);
    if (isNull(over)) return base;
    if (base.kind === 'scalar') return over;
    if (base.kind === 'mapping' && over.kind === 'mapping') return this.mappings(base, over, path, steps);
    if (base.kind === 'sequence' && over.kind === 'sequence') return appended(base, over);
    return this.conflict(base, over, path);
  }

  mappings(base: Mapping, over: Mapping, path: Path | undefined, steps: readonly string[]): Mapping {
    const entries = new Map(base.entries);
    for (const [name, entry] of over.entries) {
      const lower = entries.get(name);
      const value =
        lower === undefined
          ? entry.value
          : this.values(lower.value, entry.value, child(path, name), [...steps, name]);
      entries.set(name, { key: entry.key, value });
    }
    return { ...over, entries };
  }

  conflict(base: Node, over: Node, path: Path | undefined): Node {
    this.#onConflict(over, base, path);
    return over;
  }
}

function appended(base: Sequence, over: Sequence): Sequence {
  const items = [...base.items];
  for (const item of over.items) if (!items.some((known) => sameValue(known, item))) items.push(item);
  return { ...over, items };
}
