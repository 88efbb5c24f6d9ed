import type { LinkSpec } from '../core/spec.ts';
import type { Project, Service } from './model.ts';
import { containerName } from './names.ts';
import { own } from './own.ts';

interface LinkOptions {
  index: number;
  links?: 'own' | 'aliases' | undefined;
}

/**
 * Other names under which a container finds those of linked services, as docker compose v5 gives them: the alias, and
 * `service-N` and `project-service-N` with the number of the container that links. `external_links` name containers.
 */
export function toLinks(
  project: Project,
  service: Service,
  { index, links = 'own' }: LinkOptions,
): LinkSpec[] {
  const external = service.externalLinks.map((line) => {
    const [container, alias] = linkParts(line);
    return { container, alias };
  });
  if (links === 'aliases') return external;
  const between = service.links.flatMap((line) => {
    const [name, alias] = linkParts(line);
    const numbered = [name, index].join(project.nameSeparator);
    const names = [alias, numbered, [project.name, numbered].join(project.nameSeparator)];
    return containersOf(project, name).flatMap((container) =>
      names.map((one) => ({ container, alias: one })),
    );
  });
  return [...between, ...external];
}

/** On an engine without links: what others call `service`, as aliases on the networks that they share with it. */
export function linkAliases(
  project: Project,
  service: Service,
  network: string,
  options: LinkOptions,
): string[] {
  if (options.links !== 'aliases') return [];
  return Object.values(project.services).flatMap((other) => {
    if (own(other.networks, network) === undefined) return [];
    return other.links.map(linkParts).flatMap(([name, alias]) => (name === service.name ? [alias] : []));
  });
}

/** `name[:alias]`. */
function linkParts(line: string): [name: string, alias: string] {
  const colon = line.indexOf(':');
  return colon < 0 ? [line, line] : [line.slice(0, colon), line.slice(colon + 1)];
}

function containersOf(project: Project, name: string): string[] {
  const service = own(project.services, name) ?? own(project.disabledServices, name);
  if (service === undefined) return [];
  return Array.from({ length: service.scale }, (_, index) => containerName(project, service, index + 1));
}
