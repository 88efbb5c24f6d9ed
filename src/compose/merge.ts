import { child, type Entry, type Mapping, type Node, type Path, type Place, type Sequence } from './tree.ts';

/** Puts the tree of a later file over that of an earlier one, by the merge rules of the Compose specification. */
export function mergeTrees(base: Node | undefined, over: Node, options: MergeOptions): Node {
  const { onConflict } = options;
  if (base === undefined) return withoutTags(over, undefined, onConflict);
  return merge(base, over, undefined, [], onConflict);
}

export interface MergeOptions {
  /** Called where two values cannot be merged, such as a list over a mapping; the later one holds then. */
  onConflict: (over: Node, base: Node, path: Path | undefined) => void;
}

type OnConflict = MergeOptions['onConflict'];
type Rule = (base: Node, over: Node, path: Path | undefined, steps: string[], onConflict: OnConflict) => Node;

const replace: Rule = (_base, over) => over;

/** `[A=1]` over `{A: 0}`: both forms of a dictionary become a mapping. */
const asDictionary: Rule = (base, over) => {
  const lower = toDictionary(base);
  const upper = toDictionary(over);
  if (lower === undefined || upper === undefined) return over;
  return { ...upper, entries: new Map([...lower.entries, ...upper.entries]) };
};

/** `depends_on: [a]` over `depends_on: {b: {…}}`: names become keys of empty values. */
const asNames: Rule = (base, over, path, steps, onConflict) => {
  const lower = toNames(base);
  const upper = toNames(over);
  return lower && upper ? mergeMappings(lower, upper, path, steps, onConflict) : over;
};

/** A single value and a list of them become one list. */
const asSequence: Rule = (base, over) => concatenate(toSequence(base), toSequence(over));

const hosts: Rule = (base, over) => concatenate(hostSequence(base), hostSequence(over));

const build: Rule = (base, over, path, steps, onConflict) => {
  const lower = toBuild(base);
  const upper = toBuild(over);
  return lower && upper ? mergeMappings(lower, upper, path, steps, onConflict) : over;
};

/** Options of a log driver mean nothing to another one. */
const logging: Rule = (base, over, path, steps, onConflict) => {
  if (base.kind !== 'mapping' || over.kind !== 'mapping') return over;
  const drivers = [base, over].map((node) => node.entries.get('driver')?.value);
  const [lower, upper] = drivers.map((node) => (node?.kind === 'scalar' ? node.text : undefined));
  const same = lower === undefined || upper === undefined || lower === upper;
  return same ? mergeMappings(base, over, path, steps, onConflict) : over;
};

const ulimit: Rule = (base, over, path, steps, onConflict) =>
  base.kind === 'mapping' && over.kind === 'mapping'
    ? mergeMappings(base, over, path, steps, onConflict)
    : over;

/** Address pools are told apart by their subnet. */
const pools: Rule = (base, over, path, steps, onConflict) => {
  if (base.kind !== 'sequence' || over.kind !== 'sequence') return over;
  const subnet = (node: Node): string => {
    const found = node.kind === 'mapping' ? node.entries.get('subnet')?.value : undefined;
    return found?.kind === 'scalar' ? found.text : '';
  };
  const items = [...base.items];
  for (const pool of over.items) {
    const at = items.findIndex((item) => subnet(item) === subnet(pool));
    const lower = at === -1 ? undefined : items[at];
    if (lower === undefined) items.push(pool);
    else items[at] = merge(lower, pool, path, steps, onConflict);
  }
  return { ...over, items };
};

/** What does not follow the general rule; `*` stands for any name. */
const rules: Readonly<Record<string, Rule>> = {
  'networks.*.ipam.config': pools,
  'networks.*.labels': asDictionary,
  'volumes.*.labels': asDictionary,
  'services.*.annotations': asDictionary,
  'services.*.build': build,
  'services.*.build.args': asDictionary,
  'services.*.build.additional_contexts': asDictionary,
  'services.*.build.extra_hosts': hosts,
  'services.*.build.labels': asDictionary,
  'services.*.command': replace,
  'services.*.depends_on': asNames,
  'services.*.deploy.labels': asDictionary,
  'services.*.dns': asSequence,
  'services.*.dns_opt': asSequence,
  'services.*.dns_search': asSequence,
  'services.*.entrypoint': replace,
  'services.*.env_file': asSequence,
  'services.*.environment': asDictionary,
  'services.*.extra_hosts': hosts,
  'services.*.healthcheck.test': replace,
  'services.*.label_file': asSequence,
  'services.*.labels': asDictionary,
  'services.*.logging': logging,
  'services.*.models': asNames,
  'services.*.networks': asNames,
  'services.*.sysctls': asDictionary,
  'services.*.tmpfs': asSequence,
  'services.*.ulimits.*': ulimit,
};
/** Top-level sections and the longest rule: deeper than that, only the general rule holds. */
const named = new Set(['services', 'networks', 'volumes']);
const deepest = 4;

function ruleFor(steps: readonly string[]): Rule | undefined {
  if (steps.length < 3 || steps.length > deepest || !named.has(steps[0] ?? '')) return undefined;
  const [section, , ...rest] = steps;
  const pattern = `${section}.*.${rest.join('.')}`;
  return rules[pattern] ?? (rest[0] === 'ulimits' && rest.length === 2 ? ulimit : undefined);
}

function merge(
  base: Node,
  over: Node,
  path: Path | undefined,
  steps: string[],
  onConflict: OnConflict,
): Node {
  if (over.tag === 'override') return withoutTags(over, path, onConflict);
  if (base.kind === 'broken' || over.kind === 'broken') return over;
  const rule = ruleFor(steps);
  if (rule !== undefined) return rule(base, over, path, steps, onConflict);
  if (over.kind === 'scalar' && over.value === null) return base;
  if (base.kind === 'mapping' && over.kind === 'mapping')
    return mergeMappings(base, over, path, steps, onConflict);
  if (base.kind === 'sequence' && over.kind === 'sequence') return concatenate(base, over);
  const replacesEmpty = base.kind === 'scalar' && base.value === null;
  if (!replacesEmpty && (base.kind !== 'scalar' || over.kind !== 'scalar')) onConflict(over, base, path);
  return over;
}

function mergeMappings(
  base: Mapping,
  over: Mapping,
  path: Path | undefined,
  steps: string[],
  onConflict: OnConflict,
): Mapping {
  const entries = new Map(base.entries);
  for (const [name, entry] of over.entries) {
    const lower = entries.get(name);
    const at = child(path, name);
    if (entry.value.tag === 'reset') entries.delete(name);
    else if (lower === undefined) {
      entries.set(name, { key: entry.key, value: withoutTags(entry.value, at, onConflict) });
    } else {
      const value = merge(lower.value, entry.value, at, [...steps, name], onConflict);
      entries.set(name, { key: entry.key, value });
    }
  }
  return { ...over, entries };
}

/** A tree that lies over nothing: what `!reset` marks is left out. */
function withoutTags(node: Node, path: Path | undefined, onConflict: OnConflict): Node {
  if (!hasReset(node)) return node;
  if (node.kind === 'mapping') {
    return mergeMappings({ ...node, entries: new Map<string, Entry>() }, node, path, [], onConflict);
  }
  if (node.kind === 'sequence') {
    const kept = node.items.filter((item) => item.tag !== 'reset');
    return { ...node, items: kept.map((item) => withoutTags(item, path, onConflict)) };
  }
  return node;
}

function hasReset(node: Node): boolean {
  if (node.tag === 'reset') return true;
  if (node.kind === 'sequence') return node.items.some(hasReset);
  if (node.kind !== 'mapping') return false;
  for (const entry of node.entries.values()) if (hasReset(entry.value)) return true;
  return false;
}

function concatenate(base: Sequence, over: Sequence): Sequence {
  return { ...over, items: [...base.items, ...over.items] };
}

function toSequence(node: Node): Sequence {
  return node.kind === 'sequence' ? node : { ...placeOf(node), kind: 'sequence', items: [node] };
}

function hostSequence(node: Node): Sequence {
  if (node.kind !== 'mapping') return toSequence(node);
  const items: Node[] = [];
  for (const [host, entry] of node.entries) {
    const addresses = entry.value.kind === 'sequence' ? entry.value.items : [entry.value];
    for (const address of addresses) {
      if (address.kind !== 'scalar') continue;
      const text = `${host}=${address.text}`;
      items.push({ ...placeOf(address), kind: 'scalar', value: text, text });
    }
  }
  return { ...placeOf(node), kind: 'sequence', items };
}

/** A mapping as it is, a list of `KEY=value` and `KEY` as a mapping; undefined for anything else. */
export function toDictionary(node: Node): Mapping | undefined {
  if (node.kind === 'mapping') return node;
  if (node.kind !== 'sequence') return undefined;
  const entries = new Map<string, Entry>();
  for (const item of node.items) {
    if (item.kind !== 'scalar') return undefined;
    const at = item.text.indexOf('=');
    const name = at === -1 ? item.text : item.text.slice(0, at);
    const text = item.text.slice(at + 1);
    const value: Node =
      at === -1
        ? { ...placeOf(item), kind: 'scalar', value: null, text: '' }
        : { ...placeOf(item), kind: 'scalar', value: text, text };
    entries.set(name, { key: item, value });
  }
  return { ...placeOf(node), kind: 'mapping', entries };
}

/** A mapping as it is, a list of names as keys without values; undefined for anything else. */
export function toNames(node: Node): Mapping | undefined {
  if (node.kind === 'mapping') return node;
  if (node.kind !== 'sequence') return undefined;
  const entries = new Map<string, Entry>();
  for (const item of node.items) {
    if (item.kind !== 'scalar' || typeof item.value !== 'string') return undefined;
    entries.set(item.value, {
      key: item,
      value: { ...placeOf(item), kind: 'scalar', value: null, text: '' },
    });
  }
  return { ...placeOf(node), kind: 'mapping', entries };
}

function toBuild(node: Node): Mapping | undefined {
  if (node.kind !== 'scalar') return node.kind === 'mapping' ? node : undefined;
  return { ...placeOf(node), kind: 'mapping', entries: new Map([['context', { key: node, value: node }]]) };
}

function placeOf(node: Place): Place {
  return { source: node.source, offset: node.offset };
}
