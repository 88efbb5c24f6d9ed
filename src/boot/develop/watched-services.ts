import { realpath } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Project, Service, WatchTrigger } from '../../compose/index.ts';
import { WherryError } from '../../core/index.ts';
import { contextIgnore, isInside, WatchRule } from '../../watch/index.ts';

/** One rule of one service, ready to be asked. */
export interface ServiceRule {
  service: string;
  trigger: WatchTrigger;
  rule: WatchRule;
}

export interface WatchedServices {
  rules: readonly ServiceRule[];
  /** Rules that are left out, and why. */
  warnings: readonly string[];
}

/**
 * The rules of the services' `develop.watch`, in the order of the file. Fails with `INVALID` when one cannot be carried
 * out, or when there is none at all, with `NOT_FOUND` for a service that is not there.
 */
export async function watchedServices(
  project: Project,
  names: readonly string[] | undefined,
): Promise<WatchedServices> {
  const rules: ServiceRule[] = [];
  const warnings: string[] = [];
  for (const service of chosen(project, names)) {
    const ignored = service.build && (await contextIgnore(service.build));
    for (const [index, trigger] of service.watch.entries()) {
      check(service, trigger);
      const path = await withoutLinks(trigger.path);
      if (trigger.action !== 'rebuild' && trigger.action !== 'restart' && isMounted(service, path)) {
        warnings.push(
          `${path} is not watched for "${service.name}": a bind mount brings it into the container already`,
        );
        continue;
      }
      const source = `services.${service.name}.develop.watch.${index}`;
      const { target, include, ignore } = trigger;
      const rule = new WatchRule({ path, target, include, ignore, contextIgnore: ignored, source });
      rules.push({ service: service.name, trigger, rule });
    }
  }
  if (rules.length === 0 && warnings.length === 0) throw nothingToWatch(project);
  return { rules, warnings };
}

/** Whether a bind mount of the service shows this path in its containers. */
export function isMounted(service: Service, path: string): boolean {
  return service.volumes.some(
    ({ type, source }) =>
      type === 'bind' && source !== undefined && (source === path || isInside(source, path)),
  );
}

/** The named services and what they depend on, as docker compose chooses them. */
function chosen(project: Project, names: readonly string[] | undefined): Service[] {
  if (names === undefined || names.length === 0) return Object.values(project.services);
  const services = new Set<Service>();
  const add = (name: string): void => {
    const service = project.services[name];
    if (service === undefined) {
      throw new WherryError('NOT_FOUND', `there is no service "${name}" to watch`, {
        details: { service: name },
      });
    }
    if (services.has(service)) return;
    services.add(service);
    for (const other of Object.keys(service.dependsOn)) if (project.services[other] !== undefined) add(other);
  };
  names.forEach(add);
  return [...services];
}

function check(service: Service, { action, exec }: WatchTrigger): void {
  const details = { service: service.name, action };
  if (action === 'rebuild' && service.build === undefined) {
    const message = `can't watch service "${service.name}" with action rebuild without a build context`;
    throw new WherryError('INVALID', message, {
      hint: 'give the service a build, or sync its files',
      details,
    });
  }
  if (action === 'sync+exec' && exec === undefined) {
    const message = `can't watch with action "sync+exec" on service ${service.name} without a command`;
    throw new WherryError('INVALID', message, { hint: 'say it in exec.command', details });
  }
}

function nothingToWatch({ name }: Project): WherryError {
  return new WherryError('INVALID', 'none of the selected services is configured for watch', {
    hint: "consider setting a 'develop' section: develop: { watch: [{ action: sync, path: ./src, target: /app }] }",
    details: { project: name },
  });
}

/** The path with its symbolic links followed, as far as it exists: events carry real paths. */
async function withoutLinks(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch {
    const parent = dirname(path);
    return parent === path ? path : join(await withoutLinks(parent), basename(path));
  }
}
