import type { CanonicalForm } from './canonical/form.ts';
import type { FileAccess } from './file-access.ts';
import type { RemoteFiles } from './remote-files.ts';

export interface LoadOptions {
  /** Where relative names count from and where looking for a file starts. Absolute. */
  workingDirectory: string;
  /** The environment; the loader takes variables from nowhere else. */
  env: Readonly<Record<string, string | undefined>>;
  /** Files to merge, in order; `-` is standard input. Default: those of `COMPOSE_FILE`, else the default names here or above. */
  files?: readonly string[] | undefined;
  /** What relative paths in the files count from. Default: the directory of the first file. */
  projectDirectory?: string | undefined;
  /** Default: `COMPOSE_PROJECT_NAME`, the files' `name`, the name of the project directory. */
  projectName?: string | undefined;
  /** What joins the parts of the names of containers and images. Default: `_` with `COMPOSE_COMPATIBILITY`, else `-`. */
  nameSeparator?: '-' | '_' | undefined;
  /** Gives the project another name, before variables are filled in. Default: it keeps the one it has. */
  rename?: ((name: string, directory: string) => Promise<string>) | undefined;
  /** Default: those of `COMPOSE_PROFILES`. */
  profiles?: readonly string[] | undefined;
  /** Default: those of `COMPOSE_ENV_FILES`, else a `.env` in the project directory. */
  envFiles?: readonly string[] | undefined;
  /** Only these services and what they depend on. Default: all whose profiles are active. */
  services?: readonly string[] | undefined;
  /**
   * `kept`: for who only wants to see the model, which may hold keys that no engine of ours carries out and ports that are
   * taken twice; nothing is said of them. Default: `refused`.
   */
  unsupported?: 'refused' | 'kept' | undefined;
  /**
   * What the canonical model leaves as it was written; the other fields of the project do not change by it, but that with
   * `envFiles` the files of variables are not read.
   */
  form?: CanonicalForm | undefined;
  /** `none`: contradictions and missing keys are let pass. Default: they are refused. */
  checks?: 'none' | undefined;
  /** Default: this machine's files. */
  access?: FileAccess | undefined;
  /** Fetches files of repositories and registries. Default: they are refused. */
  remote?: RemoteFiles | undefined;
  signal?: AbortSignal | undefined;
}
