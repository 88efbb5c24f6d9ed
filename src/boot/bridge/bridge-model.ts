import { readFile } from 'node:fs/promises';
import {
  type CanonicalStruct,
  type CanonicalValue,
  canonicalMap,
  configDocument,
  imageName,
  isMap,
  isStruct,
  type Project,
  type Service,
  structsIn,
  withFields,
} from '../../compose/index.ts';
import type { Backend } from '../../core/index.ts';

export interface BridgeModelOptions {
  signal?: AbortSignal | undefined;
  /** What is odd and stops nothing. */
  onWarning: (message: string) => void;
}

/**
 * The model of a project as transformations get it: images by their names, the ports that these expose, and the contents of
 * secrets and configs. An image that is not here is pulled, unless a service builds it. Fails as pulling does, with
 * `NOT_FOUND` for a file that is missing.
 */
export async function bridgeModel(
  backend: Backend,
  project: Project,
  options: BridgeModelOptions,
): Promise<CanonicalStruct> {
  const document = configDocument(project);
  const services: [string, CanonicalValue][] = [];
  for (const service of Object.values(project.services))
    services.push([service.name, await withImage(backend, project, service, options)]);
  return withFields(document, {
    services: canonicalMap(services),
    secrets: await withContents(document.values.get('secrets'), project),
    configs: await withContents(document.values.get('configs'), project),
  });
}

async function withImage(
  backend: Backend,
  project: Project,
  service: Service,
  { signal, onWarning }: BridgeModelOptions,
): Promise<CanonicalStruct> {
  const name = imageName(project, service);
  const image = backend.image(name);
  const { values } = service.canonical;
  const ports = new Set<string>();
  for (const port of listIn(values.get('expose'))) ports.add(String(port));
  const isHere = await image.exists({ signal });
  if (!isHere && service.image === undefined)
    onWarning(
      `image ${name} for service ${service.name} not found locally; Dockerfile-exposed ports will not be included — run \`docker compose build\` first to include them`,
    );
  else {
    if (!isHere) await image.pull({ signal });
    const { config } = await image.inspect({ signal });
    for (const port of config?.exposedPorts ?? []) ports.add(port.replace(/\/.*/, ''));
  }
  for (const port of structsIn(values.get('ports'))) ports.add(String(port.values.get('target')));
  return withFields(service.canonical, { image: name, expose: [...ports].sort() });
}

/** Files and variables of this machine mean nothing elsewhere. */
async function withContents(
  section: CanonicalValue | undefined,
  { environment }: Project,
): Promise<CanonicalValue | undefined> {
  if (!isMap(section)) return section;
  const entries: [string, CanonicalValue][] = [];
  for (const [name, object] of section.entries) {
    if (!isStruct(object)) continue;
    const { file, environment: variable, external } = Object.fromEntries(object.values);
    const content = typeof variable === 'string' ? (environment[variable] ?? '') : undefined;
    const read = typeof file === 'string' && content === undefined ? await readFile(file, 'utf8') : content;
    entries.push([
      name,
      external === true || read === undefined ? object : withFields(object, { content: read }),
    ]);
  }
  return canonicalMap(entries);
}

function listIn(value: CanonicalValue | undefined): readonly CanonicalValue[] {
  return Array.isArray(value) ? (value as readonly CanonicalValue[]) : [];
}
