import {
  imageName,
  type Project,
  readFileContents,
  type Service,
  toBuildInput,
} from '../../compose/index.ts';
import { asWherryError } from '../../core/errors.ts';
import { type Backend, type DockerfileBuild, throwIfAborted, type WherryError } from '../../core/index.ts';
import type { BootOptions } from '../options.ts';
import { chosenServices } from './chosen-services.ts';

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

/** Builds the images of services one after the other; what fails is told in its row and the rest goes on. */
export async function buildServices(
  backend: Backend,
  project: Project,
  options: BuildServicesOptions = {},
): Promise<readonly BuildRow[]> {
  const files = await readFileContents(project);
  const rows: BuildRow[] = [];
  const { services = [], withDependencies = false } = options;
  for (const service of chosenServices(project, { services, dependencies: withDependencies })) {
    throwIfAborted(options.signal);
    const input = toBuildInput(project, service, files);
    if (input === undefined) continue;
    const wanted = { ...input, ...options.changes?.(input) };
    rows.push(await buildService(backend, project, service, wanted, options));
  }
  throwIfAborted(options.signal);
  return rows;
}

async function buildService(
  backend: Backend,
  project: Project,
  service: Service,
  input: DockerfileBuild,
  { builder, push, signal, onProgress: report }: BuildServicesOptions,
): Promise<BuildRow> {
  const began = performance.now();
  const image = imageName(project, service);
  const row = { service: service.name, image, id: null, pushed: false, error: null };
  const onProgress: NonNullable<Parameters<ReturnType<Backend['image']>['pull']>[0]>['onProgress'] = (
    progress,
  ) => report?.({ kind: 'image', image, services: [service.name], progress });
  try {
    const chosenBuilder = builder === undefined ? {} : { builder };
    const { id } = await backend.image(image).build(input, { signal, onProgress, ...chosenBuilder });
    const pushed = push === true && service.image !== undefined;
    if (pushed) await backend.image(image).push({ signal, onProgress });
    return { ...row, id, pushed, durationMs: performance.now() - began };
  } catch (error) {
    return { ...row, durationMs: performance.now() - began, error: asWherryError(error) };
  }
}
