import type { Project } from '../../compose/index.ts';
import { t } from '../text.ts';
import { usage } from '../usage.ts';

/** Which services an attached `up` looks after. */
export interface Watched {
  /** Whose ends count; undefined: all. */
  services: readonly string[] | undefined;
  /** Whose lines are shown. */
  shown: ReadonlySet<string>;
}

interface Wishes {
  attach: readonly string[];
  noAttach: readonly string[];
  attachDependencies: boolean;
  exitCodeFrom: string | undefined;
}

/** As docker compose chooses: the named services, or all whose file does not say `attach: false`. */
export function watchedServices(
  project: Project,
  named: readonly string[] | undefined,
  options: Wishes,
): Watched {
  const { attach, noAttach, attachDependencies, exitCodeFrom } = options;
  const unknown = [...attach, ...noAttach, ...(exitCodeFrom === undefined ? [] : [exitCodeFrom])].find(
    (name) => !Object.hasOwn(project.services, name),
  );
  if (unknown !== undefined) throw usage(t('usage.noSuchService', { name: unknown }));
  const chosen = named ?? Object.keys(project.services);
  const beside = attachDependencies ? withDependencies(project, chosen) : chosen;
  const attached = beside.filter((name) => writes(project.services[name]));
  const shown = (attach.length > 0 ? attach : attached).filter((name) => !noAttach.includes(name));
  return { services: named ?? (shown.length > 0 ? shown : undefined), shown: new Set(shown) };
}

/** What a provider makes writes no lines. */
function writes(service: Project['services'][string] | undefined): boolean {
  return service?.attach !== false && service?.provider === undefined;
}

function withDependencies(project: Project, names: readonly string[]): string[] {
  const all = new Set(names);
  for (const name of all)
    for (const dependency of Object.keys(project.services[name]?.dependsOn ?? {})) all.add(dependency);
  return [...all];
}
