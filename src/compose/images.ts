import {
  type CanonicalStruct,
  type CanonicalValue,
  canonicalMap,
  isMap,
  isStruct,
  structsIn,
  withFields,
} from './canonical/value.ts';
import type { Project, Service } from './model.ts';
import { imageName } from './names.ts';
import { own } from './own.ts';

/** The image of a service, and those that its hooks and mounts need. */
export function imagesOf(project: Project, service: Service): string[] {
  return [...new Set([imageName(project, service), ...furtherImages(project, service)])];
}

function furtherImages(project: Project, service: Service): string[] {
  const { values } = service.canonical;
  const hooks = structsIn(values.get('pre_start')).map((hook) => hook.values.get('image'));
  const mounts = structsIn(values.get('volumes'))
    .filter((mount) => mount.values.get('type') === 'image')
    .map((mount) => imageOf(project, mount.values.get('source')));
  return [...hooks, ...mounts].filter((image): image is string => typeof image === 'string' && image !== '');
}

/** A mount may name a service, whose image it means. */
function imageOf(project: Project, source: CanonicalValue | undefined): CanonicalValue | undefined {
  const service = typeof source === 'string' ? own(project.services, source) : undefined;
  return service === undefined ? source : imageName(project, service);
}

/** The document in which every image that is named carries what `pin` makes of it. */
export async function withPinnedImages(
  document: CanonicalStruct,
  pin: (image: string) => Promise<string>,
): Promise<CanonicalStruct> {
  const services = document.values.get('services');
  if (!isMap(services)) return document;
  const pinned: [string, CanonicalValue][] = [];
  for (const [name, service] of services.entries) {
    pinned.push([name, isStruct(service) ? await withPinned(service, services.entries, pin) : service]);
  }
  return withFields(document, { services: canonicalMap(pinned) });
}

async function withPinned(
  service: CanonicalStruct,
  services: ReadonlyMap<string, CanonicalValue>,
  pin: (image: string) => Promise<string>,
): Promise<CanonicalStruct> {
  const pinField = async (struct: CanonicalStruct, key: 'image' | 'source'): Promise<CanonicalStruct> => {
    const image = struct.values.get(key);
    return typeof image === 'string' && image !== ''
      ? withFields(struct, { [key]: await pin(image) })
      : struct;
  };
  const hooks = structsIn(service.values.get('pre_start')).map((hook) => pinField(hook, 'image'));
  const mounts = structsIn(service.values.get('volumes')).map((mount) => {
    const source = mount.values.get('source');
    const isImage =
      mount.values.get('type') === 'image' && typeof source === 'string' && !services.has(source);
    return isImage ? pinField(mount, 'source') : mount;
  });
  const named = await pinField(service, 'image');
  return withFields(named, {
    ...(hooks.length === 0 ? {} : { pre_start: await Promise.all(hooks) }),
    ...(mounts.length === 0 ? {} : { volumes: await Promise.all(mounts) }),
  });
}

/** The document without all but the images of its services: a file to lay over the others. */
export function imagesOnly(document: CanonicalStruct): CanonicalStruct {
  const services = document.values.get('services');
  const kept = isMap(services) ? [...services.entries] : [];
  const only = kept.map(([name, service]): [string, CanonicalValue] => {
    if (!isStruct(service)) return [name, service];
    const mounts = structsIn(service.values.get('volumes'));
    const images = mounts.filter((mount) => mount.values.get('type') === 'image');
    const values = new Map<string, CanonicalValue>();
    const image = service.values.get('image');
    if (image !== undefined) values.set('image', image);
    if (images.length > 0) values.set('volumes', images);
    return [name, { ...service, values, extensions: new Map() }];
  });
  return { ...document, values: new Map([['services', canonicalMap(only)]]), extensions: new Map() };
}
