import { projectShape } from './canonical/shapes-project.ts';
import { type CanonicalStruct, type CanonicalValue, canonicalMap, isMap } from './canonical/value.ts';
import type { Project, Service } from './model.ts';

export interface ConfigDocumentOptions {
  /** `all`: those that no service uses too. Default: `used`. */
  resources?: 'used' | 'all' | undefined;
}

/** The canonical model of a project: the services that take part and what they use, as `docker compose config` prints it. */
export function configDocument(project: Project, options: ConfigDocumentOptions = {}): CanonicalStruct {
  const { canonical, services } = project;
  const values = new Map(canonical.values);
  values.set('name', project.name);
  const members = [...Object.values(services), ...Object.values(project.jobs).map(({ service }) => service)];
  const jobs = Object.values(project.jobs);
  if (jobs.length === 0) values.delete('jobs');
  else values.set('jobs', canonicalMap(jobs.map((job) => [job.name, job.service.canonical] as const)));
  values.set(
    'services',
    canonicalMap(Object.values(services).map((service) => [service.name, service.canonical] as const)),
  );
  if (options.resources !== 'all') {
    for (const section of ['networks', 'volumes', 'secrets', 'configs', 'models'] as const) {
      const used = new Set(members.flatMap((service) => namesUsed(service, section)));
      const known = values.get(section);
      if (isMap(known))
        values.set(section, canonicalMap([...known.entries].filter(([key]) => used.has(key))));
    }
  }
  return { kind: 'struct', shape: projectShape, values, extensions: canonical.extensions };
}

/** As the peer's JSON has it: keys sorted, `x-` keys among them, models left out. */
export function configJson({ values, extensions }: CanonicalStruct): CanonicalValue {
  const shown = [...values].filter(([key, value]) => {
    if (key === 'models') return false;
    return key === 'name' || key === 'services' || (isMap(value) && value.entries.size > 0);
  });
  return canonicalMap([...shown, ...extensions]);
}

function namesUsed(
  service: Service,
  section: 'networks' | 'volumes' | 'secrets' | 'configs' | 'models',
): string[] {
  switch (section) {
    case 'networks':
      return Object.keys(service.networks);
    case 'volumes':
      return service.volumes.flatMap(({ type, source }) => (type === 'volume' && source ? [source] : []));
    case 'secrets':
      return [...service.secrets, ...(service.build?.secrets ?? [])].map(({ source }) => source);
    case 'configs':
      return service.configs.map(({ source }) => source);
    case 'models': {
      const models = service.canonical.values.get('models');
      return isMap(models) ? [...models.entries.keys()] : [];
    }
  }
}
