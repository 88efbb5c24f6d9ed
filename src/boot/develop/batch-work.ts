import type { Hook, Project } from '../../compose/index.ts';
import type { SyncedPath } from './changed-entries.ts';
import { initialPaths } from './initial-paths.ts';
import type { ServiceRule } from './watched-services.ts';

/** What a batch of changes asks for, in this order. */
export interface BatchWork {
  rebuilds: ReadonlySet<string>;
  syncs: ReadonlyMap<string, readonly SyncedPath[]>;
  restarts: ReadonlySet<string>;
  /** After the sync of their service, once for each rule. */
  commands: readonly { service: string; hook: Hook }[];
}

/** What the rules say of the changed paths. */
export function workOf(rules: readonly ServiceRule[], paths: readonly string[]): BatchWork {
  const rebuilds = new Set<string>();
  const syncs = new Map<string, SyncedPath[]>();
  const restarts = new Set<string>();
  const commands: { service: string; hook: Hook }[] = [];
  for (const { service, trigger, rule } of rules) {
    const changed = paths.filter((path) => rule.matches(path));
    if (changed.length === 0) continue;
    const { action, exec } = trigger;
    if (action === 'rebuild') rebuilds.add(service);
    if (action === 'restart' || action === 'sync+restart') restarts.add(service);
    if (action.startsWith('sync')) addTo(syncs, service, syncedPaths(rule, changed));
    if (action === 'sync+exec' && exec !== undefined) commands.push({ service, hook: exec });
  }
  return { rebuilds, syncs, restarts, commands };
}

/** What the rules with `initial_sync` put into the containers at the start; nothing is restarted or executed for it. */
export async function initialWork(project: Project, rules: readonly ServiceRule[]): Promise<BatchWork> {
  const syncs = new Map<string, SyncedPath[]>();
  for (const one of rules) {
    const service = project.services[one.service];
    if (!one.trigger.initialSync || !one.trigger.action.startsWith('sync') || service === undefined) continue;
    addTo(syncs, one.service, syncedPaths(one.rule, await initialPaths(service, one.rule)));
  }
  return { rebuilds: new Set(), syncs, restarts: new Set(), commands: [] };
}

function syncedPaths(rule: ServiceRule['rule'], paths: readonly string[]): SyncedPath[] {
  return paths.flatMap((host) => {
    const container = rule.targetOf(host);
    return container === undefined ? [] : [{ host, container }];
  });
}

function addTo(syncs: Map<string, SyncedPath[]>, service: string, paths: readonly SyncedPath[]): void {
  if (paths.length > 0) syncs.set(service, [...(syncs.get(service) ?? []), ...paths]);
}
