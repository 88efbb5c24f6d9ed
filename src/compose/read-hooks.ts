import { boolean, dictionary, filledText, isEmpty, listOf, oneOf, text, textOrTexts } from './decode.ts';
import { type Fields, readFields, type SetField, setter } from './fields.ts';
import type { Hook, WatchTrigger } from './model-parts.ts';
import { hostPath } from './paths.ts';
import { readCommand } from './read-command.ts';
import type { Reading } from './reading.ts';
import { keysBesideHooks } from './support.ts';
import { child, type Mapping, type Node, type Path } from './tree.ts';

type HookDraft = Omit<Hook, 'command'> & { command?: string[] };

const set = setter<HookDraft>();
const hookKeys: Fields<HookDraft>['keys'] = {
  command: set('command', readCommand),
  environment: set('environment', dictionary),
  privileged: set('privileged', boolean),
  user: set('user', text),
  working_dir: set('workingDir', text),
};

/** The peer's model has no place for it, so it is not even printed. */
function refuseAlways(_target: HookDraft, node: Node, path: Path, to: Reading): void {
  to.error('unknown-key', 'docker compose has no such key of a hook', node, path);
}

const fields: Readonly<Record<'exec' | 'pre_start' | 'post_start' | 'pre_stop', Fields<HookDraft>>> = {
  exec: { scope: 'services.*.develop.watch.[].exec', keys: hookKeys },
  pre_start: {
    scope: 'services.*.pre_start.[]',
    keys: {
      ...hookKeys,
      image: set('image', filledText),
      per_replica: set('perReplica', boolean),
      ...Object.fromEntries(keysBesideHooks.map((key) => [key, refuseAlways])),
    },
  },
  post_start: { scope: 'services.*.post_start.[]', keys: hookKeys },
  pre_stop: { scope: 'services.*.pre_stop.[]', keys: hookKeys },
};

function readHook(kind: keyof typeof fields, node: Node, path: Path, to: Reading): Hook | undefined {
  const draft: HookDraft = { privileged: false, environment: {}, perReplica: false };
  const read = readFields(draft, fields[kind], node, path, to);
  if (read?.command !== undefined) return to.mark({ ...read, command: read.command }, node, path);
  if (read !== undefined && kind === 'pre_start' && node.kind === 'mapping' && !node.entries.has('command'))
    return to.mark({ ...read, command: [] }, node, path);
  const silent = read === undefined || node.kind !== 'mapping' || node.entries.has('command');
  return silent ? undefined : to.error('missing-key', 'needs a command', node, path);
}

/** `pre_start`, `post_start` and `pre_stop`. */
export function readHooks(
  kind: 'pre_start' | 'post_start' | 'pre_stop',
): (node: Node, path: Path, to: Reading) => Hook[] | undefined {
  return listOf((node, path, to) => readHook(kind, node, path, to));
}

type TriggerDraft = Omit<WatchTrigger, 'path' | 'action'> & Partial<Pick<WatchTrigger, 'path' | 'action'>>;

const setTrigger = setter<TriggerDraft>();
const triggerFields: Fields<TriggerDraft> = {
  scope: 'services.*.develop.watch.[]',
  keys: {
    action: setTrigger('action', oneOf('rebuild', 'restart', 'sync', 'sync+exec', 'sync+restart')),
    exec: setTrigger('exec', (node, path, to) => readHook('exec', node, path, to)),
    ignore: setTrigger('ignore', textOrTexts),
    include: setTrigger('include', textOrTexts),
    initial_sync: setTrigger('initialSync', boolean),
    path: setTrigger('path', hostPath),
    target: setTrigger('target', text),
  },
};

function readTrigger(node: Node, path: Path, to: Reading): WatchTrigger | undefined {
  const draft = readFields<TriggerDraft>(
    { ignore: [], include: [], initialSync: false },
    triggerFields,
    node,
    path,
    to,
  );
  if (draft === undefined || node.kind !== 'mapping') return undefined;
  draft.initialSync ||= formerInitialSync(node, path, to);
  for (const key of ['path', 'action'])
    if (!node.entries.has(key))
      to.error('missing-key', `needs ${key === 'path' ? 'a path' : 'an action'}`, node, path);
  const { path: watched, action } = draft;
  if (watched === undefined || action === undefined) return undefined;
  if (draft.target === undefined && action.startsWith('sync')) {
    return to.error('missing-key', `needs a target to ${action}`, node, path);
  }
  return to.mark({ ...draft, path: watched, action }, node, path);
}

/** What was written before `initial_sync` was there. */
function formerInitialSync(trigger: Mapping, path: Path, to: Reading): boolean {
  const key = 'x-initialSync';
  const value = trigger.entries.get(key)?.value;
  if (value === undefined || boolean(value, child(path, key), to) !== true) return false;
  const message = 'x-initialSync is DEPRECATED, please use the official `initial_sync` attribute';
  to.warn('ignored-key', message, value, child(path, key));
  return true;
}

/** `develop`. */
export function developInto<T extends { watch: WatchTrigger[] }>(): SetField<T> {
  const setWatch = setter<{ watch: WatchTrigger[] }>();
  const developFields: Fields<{ watch: WatchTrigger[] }> = {
    scope: 'services.*.develop',
    keys: { watch: setWatch('watch', listOf(readTrigger)) },
  };
  return (target, node, path, to) =>
    void (isEmpty(node) || readFields(target, developFields, node, path, to));
}
