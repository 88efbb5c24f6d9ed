import { WherryError } from '../core/errors.ts';
import { Secret } from '../core/secret.ts';
import type { FileMount } from '../core/spec.ts';
import type { FileAccess } from './file-access.ts';
import type { FileReference, FileResource, Project, Service } from './model.ts';
import { own } from './own.ts';
import { readBytes } from './read-text.ts';

/** Content of the secrets and configs of a project that lie in files, by their path. */
export type FileContents = ReadonlyMap<string, Uint8Array>;

/** Reads the files of the secrets and configs that services use. Fails with `NOT_FOUND`, `PERMISSION` or `INVALID`. */
export async function readFileContents(project: Project, access?: FileAccess): Promise<FileContents> {
  const files = access ?? (await import('./node-files.ts')).nodeFiles;
  const contents = new Map<string, Uint8Array>();
  for (const service of Object.values(project.services)) {
    for (const [what, resource] of usedFiles(project, service)) {
      if (resource.file === undefined || contents.has(resource.file)) continue;
      contents.set(
        resource.file,
        await readBytes(resource.file, `the file of ${what} ${resource.key}`, files),
      );
    }
  }
  return contents;
}

function usedFiles(project: Project, service: Service): [string, FileResource][] {
  const used: [string, FileResource][] = [];
  for (const { source } of [...service.secrets, ...(service.build?.secrets ?? [])]) {
    const secret = own(project.secrets, source);
    if (secret !== undefined) used.push(['secret', secret]);
  }
  for (const { source } of service.configs) {
    const config = own(project.configs, source);
    if (config !== undefined) used.push(['config', config]);
  }
  return used;
}

/** The secrets of a service as files of its container. */
export function secretMounts(project: Project, service: Service, contents: FileContents): FileMount[] {
  return service.secrets.map((reference) => {
    const content = contentOf('secret', own(project.secrets, reference.source), reference, project, contents);
    return fileMount(reference, new Secret(content));
  });
}

/** The configs of a service as files of its container. */
export function configMounts(project: Project, service: Service, contents: FileContents): FileMount[] {
  return service.configs.map((reference) => {
    const content = contentOf('config', own(project.configs, reference.source), reference, project, contents);
    return fileMount(reference, content);
  });
}

/** What a secret or config holds. Fails with `INVALID` when its variable is not set or its file was not read. */
export function contentOf(
  what: 'secret' | 'config',
  resource: FileResource | undefined,
  reference: FileReference,
  project: Project,
  contents: FileContents,
): string | Uint8Array {
  const content = resource?.content ?? contents.get(resource?.file ?? '') ?? variable(resource, project);
  if (content !== undefined) return content;
  const source =
    resource?.environment === undefined
      ? `file ${resource?.file ?? '?'} was not read`
      : `variable ${resource.environment} is not set`;
  throw new WherryError('INVALID', `the ${what} ${reference.source} has no content: its ${source}`, {
    details: { [what]: reference.source },
  });
}

function variable(resource: FileResource | undefined, project: Project): string | undefined {
  const name = resource?.environment;
  return name !== undefined && Object.hasOwn(project.environment, name)
    ? project.environment[name]
    : undefined;
}

function fileMount(reference: FileReference, content: FileMount['content']): FileMount {
  const { target, uid, gid, mode } = reference;
  return {
    target,
    content,
    ...(uid === undefined ? {} : { uid }),
    ...(gid === undefined ? {} : { gid }),
    ...(mode === undefined ? {} : { mode }),
  };
}
