import {
  contextServices,
  imageName,
  type Project,
  readFileContents,
  type Service,
} from '../../compose/index.ts';
import {
  asWherryError,
  type Backend,
  type DockerfileBuild,
  type ImageProgress,
  throwIfAborted,
  type WherryError,
} from '../../core/index.ts';
import { checkBuilds } from '../engine-gate.ts';
import type { BootOptions } from '../options.ts';
import { chosenServices } from './chosen-services.ts';
import { ImageBuilds } from './image-builds.ts';

export interface BuildServicesOptions extends BootOptions {
  /** Default: all services that are built. Fails with `NOT_FOUND` for a name that is none. */
  services?: readonly string[] | undefined;
  /** Also what the named services depend on, and what that does. Default: false. */
  withDependencies?: boolean | undefined;
  /** What is other than the files say; arguments and labels are added. */
  changes?: ((input: DockerfileBuild) => Partial<DockerfileBuild>) | undefined;
  /** Default: the engine's own. */
  builder?: 'classic' | 'buildkit' | undefined;
  /** Push each image that has a name of its own. Default: false. */
  push?: boolean | undefined;
}

/** What became of one image. */
export interface BuildRow {
  service: string;
  image: string;
  /** Null when it was not built. */
  id: string | null;
  pushed: boolean;
  durationMs: number;
  error: WherryError | null;
}

/**
 * Builds the images of services one after the other, and those of services that they take as contexts; what fails is told
 * in its row and the rest goes on. Fails with `UNSUPPORTED`, before anything is built, for keys that the engine would not
 * carry out.
 */
export async function buildServices(
  backend: Backend,
  project: Project,
  options: BuildServicesOptions = {},
): Promise<readonly BuildRow[]> {
  const { services = [], withDependencies = false, changes, builder, signal, onProgress } = options;
  const chosen = chosenServices(project, { services, dependencies: withDependencies });
  const wanted = withContexts(project, chosen).filter(({ build }) => build !== undefined);
  await checkBuilds(wanted, { backend, project, builder, changes, signal });
  const files = await readFileContents(project);
  const builds = new ImageBuilds({
    backend,
    project,
    files,
    renews: () => true,
    changes,
    builder,
    signal,
    onProgress: (image, { name }, progress) =>
      onProgress?.({ kind: 'image', image, services: [name], progress }),
  });
  const rows: BuildRow[] = [];
  for (const service of wanted) {
    throwIfAborted(signal);
    rows.push(await buildService(backend, project, service, builds, options));
  }
  throwIfAborted(signal);
  return rows;
}

/** The services and, before each, those that its build takes as contexts. */
function withContexts(project: Project, services: readonly Service[]): Service[] {
  const all = new Set<Service>();
  const add = (service: Service): void => {
    for (const context of contextServices(project, service)) if (!all.has(context)) add(context);
    all.add(service);
  };
  for (const service of services) add(service);
  return [...all];
}

async function buildService(
  backend: Backend,
  project: Project,
  service: Service,
  builds: ImageBuilds,
  { push, signal, onProgress: report }: BuildServicesOptions,
): Promise<BuildRow> {
  const began = performance.now();
  const image = imageName(project, service);
  const row = { service: service.name, image, id: null, pushed: false, error: null };
  try {
    const { id } = await builds.build(service);
    const pushed = push === true && service.image !== undefined;
    if (pushed) {
      const onProgress = (progress: ImageProgress): void =>
        report?.({ kind: 'image', image, services: [service.name], progress });
      await backend.image(image).push({ signal, onProgress });
    }
    return { ...row, id, pushed, durationMs: performance.now() - began };
  } catch (error) {
    return { ...row, durationMs: performance.now() - began, error: asWherryError(error) };
  }
}
