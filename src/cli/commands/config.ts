import type { Project } from '../../compose/index.ts';
import type { Invocation } from '../declaration.ts';
import { requireProject } from '../scope.ts';

export interface ConfigOptions {
  services: boolean;
  volumes: boolean;
  networks: boolean;
  images: boolean;
  profiles: boolean;
  check: boolean;
}

/** Prints the project as it was understood: files merged, variables filled in, short forms expanded. */
export async function config({ context, options }: Invocation<ConfigOptions>): Promise<undefined> {
  const { output } = context;
  const { project } = await requireProject(context);
  if (options.check) return;
  const names = namesOf(project, options);
  if (names !== undefined) {
    if (output.json) output.value(names);
    else for (const name of names) output.line(name);
    return;
  }
  const { environment: _environment, ...shown } = project;
  if (output.json) output.value(shown);
  else {
    const { stringify } = await import('yaml');
    output.raw(stringify(shown, withoutNoise, { lineWidth: 0, aliasDuplicateObjects: false }));
  }
}

/** A person reads what was said: neither empty collections nor where it stands. */
function withoutNoise(key: unknown, value: unknown): unknown {
  if (key === 'origin') return undefined;
  const isEmpty =
    typeof value === 'object' && value !== null && key !== '' && Object.keys(value).length === 0;
  return isEmpty ? undefined : value;
}

function namesOf(project: Project, options: ConfigOptions): string[] | undefined {
  const services = Object.values(project.services);
  if (options.services) return Object.keys(project.services);
  if (options.volumes) return Object.keys(project.volumes);
  if (options.networks) return Object.keys(project.networks);
  if (options.images) return [...new Set(services.flatMap(({ image }) => image ?? []))];
  if (!options.profiles) return undefined;
  const all = [...services, ...Object.values(project.disabledServices)];
  return [...new Set(all.flatMap(({ profiles }) => profiles))].sort();
}
