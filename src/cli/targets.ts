import type { ServiceRow } from '../boot/index.ts';
import { suggest } from '../compose/suggest.ts';
import { isWherryError, WherryError } from '../core/errors.ts';
import type { Context } from './context.ts';
import type { ProjectScope } from './scope.ts';
import { t } from './text.ts';
import { usage } from './usage.ts';

/** A container that a command is for. */
export interface Target {
  /** What the backend is asked with: an id, or the name as the person wrote it. */
  id: string;
  /** How it is called in output: `web-1` in a project, its name elsewhere. */
  label: string;
  service: string | null;
  /** Which of its service's containers; null outside of a project. */
  number: number | null;
}

/** Names split into services of the project and everything else, which are containers of the engine. */
export interface SplitNames {
  services: readonly string[];
  containers: readonly string[];
  /** What the engine has of the project; empty where the file alone decided. */
  rows: readonly ServiceRow[];
}

/**
 * The containers that `names` mean. In a project a name is first a service, then a container, and no name means all
 * services; elsewhere names are containers and at least one is needed.
 */
export async function findTargets(
  context: Context,
  names: readonly string[],
  options: { oneOff: boolean } = { oneOff: false },
): Promise<readonly Target[]> {
  const scope = await context.scope();
  if (scope.kind === 'engine') {
    if (names.length === 0) throw usage(t('usage.nameNeeded'), t('usage.nameNeededFix'));
    return names.map((name) => ({ id: name, label: name, service: null, number: null }));
  }
  const rows = await observeProject(context, scope);
  const isWanted = (row: ServiceRow): boolean => options.oneOff || !row.oneOff;
  if (names.length === 0) return rows.filter(isWanted).map((row) => targetOf(row, scope));
  const found = await Promise.all(
    names.map(async (name) => {
      const own = rows.filter((row) => row.service === name && isWanted(row));
      if (own.length > 0) return own.map((row) => targetOf(row, scope));
      if (isService(scope, name)) return [];
      const row = rows.find((candidate) => candidate.name === name || candidate.id.startsWith(name));
      return [row === undefined ? await foreignTarget(context, scope, name, rows) : targetOf(row, scope)];
    }),
  );
  return found.flat();
}

/**
 * The one container that `name` means; of a service with several the first, or number `index`. With `oneOff` a one-off one
 * that runs will do where no other runs.
 */
export async function findTarget(
  context: Context,
  name: string,
  index?: number,
  options: { oneOff: boolean } = { oneOff: false },
): Promise<Target> {
  const scope = await context.scope();
  if (scope.kind === 'engine') return { id: name, label: name, service: null, number: null };
  const rows = await observeProject(context, scope);
  const own = rows.filter((row) => row.service === name && !row.oneOff);
  const oneOffs = options.oneOff ? rows.filter((row) => row.service === name && row.oneOff) : [];
  const isRunning = ({ status }: ServiceRow): boolean => status === 'running';
  const row =
    index === undefined
      ? (own.find(isRunning) ?? oneOffs.find(isRunning) ?? own[0])
      : own.find((candidate) => candidate.number === index);
  if (row !== undefined) return targetOf(row, scope);
  if (index !== undefined || isService(scope, name)) throw noContainer(scope, name, index);
  const named = rows.find((candidate) => candidate.name === name);
  return named === undefined ? foreignTarget(context, scope, name, rows) : targetOf(named, scope);
}

/** What is said of a service that has no container, or none of that number. */
export function noContainer(scope: ProjectScope, service: string, index?: number): WherryError {
  const message =
    index === undefined
      ? t('target.noContainer', { service, project: scope.name })
      : t('target.noNumber', { service, project: scope.name, index });
  return new WherryError('NOT_FOUND', message, { hint: t('target.noContainerFix', { service }) });
}

/** Which of `names` are services of the project; the others are containers. */
export async function splitNames(
  context: Context,
  scope: ProjectScope,
  names: readonly string[],
): Promise<SplitNames> {
  const declared = names.filter((name) => isService(scope, name));
  if (declared.length === names.length) return { services: names, containers: [], rows: [] };
  const rows = await observeProject(context, scope);
  const services = names.filter((name) => isService(scope, name) || rows.some((row) => row.service === name));
  return { services, containers: names.filter((name) => !services.includes(name)), rows };
}

/** Containers of the project as the engine has them. */
export async function observeProject(context: Context, scope: ProjectScope): Promise<readonly ServiceRow[]> {
  const { observe } = await import('../boot/observed.ts');
  return observe(await context.backend(), scope.name, { signal: context.signal, oneOff: true });
}

export function isService(scope: ProjectScope, name: string): boolean {
  const { project } = scope;
  return (
    project !== null &&
    (Object.hasOwn(project.services, name) || Object.hasOwn(project.disabledServices, name))
  );
}

/** What is said of a name that is neither a service of the project nor a container. */
export function unknownName(
  { role }: Pick<Context, 'role'>,
  scope: ProjectScope,
  name: string,
  rows: readonly ServiceRow[],
): WherryError {
  const declared = scope.project === null ? [] : Object.keys(scope.project.services);
  const services = [...new Set([...declared, ...rows.map((row) => row.service)])];
  const near = suggest(name, services);
  const names = services.join(', ');
  let hint = role === 'compose' ? undefined : t('target.unknownFixNone');
  if (near !== undefined) hint = t('target.didYouMean', { name: near });
  else if (services.length > 0) hint = t('target.unknownFix', { names });
  const message =
    role === 'compose'
      ? t('usage.noSuchService', { name })
      : t('target.unknown', { name, project: scope.name });
  return new WherryError('NOT_FOUND', message, { hint, details: { name } });
}

/** A name that is no service: a container of the engine. `NOT_FOUND` when there is none either. */
async function foreignTarget(
  context: Context,
  scope: ProjectScope,
  name: string,
  rows: readonly ServiceRow[],
): Promise<Target> {
  if (context.role === 'compose') throw unknownName(context, scope, name, rows);
  try {
    const { id } = await (await context.backend()).inspect(name, { signal: context.signal });
    return { id, label: name, service: null, number: null };
  } catch (error) {
    throw isWherryError(error, 'NOT_FOUND') ? unknownName(context, scope, name, rows) : error;
  }
}

function targetOf(row: ServiceRow, scope: ProjectScope): Target {
  const prefix = `${scope.name}-`;
  const label = row.name.startsWith(prefix) ? row.name.slice(prefix.length) : row.name;
  return { id: row.id, label, service: row.service, number: row.number };
}
