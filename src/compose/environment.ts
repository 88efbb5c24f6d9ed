import { join, resolve } from 'node:path';
import { type DotenvOptions, parseDotenv } from './dotenv.ts';
import type { FileAccess } from './file-access.ts';
import { type Problem, unsetInFile } from './problem.ts';
import { readText } from './read-text.ts';

export interface EnvironmentSources {
  env: Readonly<Record<string, string | undefined>>;
  /** Env files that were asked for; relative ones count from `workingDirectory`. */
  envFiles: readonly string[];
  workingDirectory: string;
  access: FileAccess;
}

/** The variables of a project: the environment first, then what the env files add. */
export class ProjectEnvironment {
  /** Absolute paths of the env files that were asked for. */
  readonly files: readonly string[];
  /** What is odd in the env files. */
  readonly warnings: Problem[] = [];
  readonly #variables: Map<string, string>;
  readonly #access: FileAccess;
  readonly #seen = new Set<string>();

  private constructor(variables: Map<string, string>, files: readonly string[], access: FileAccess) {
    this.#variables = variables;
    this.files = files;
    this.#access = access;
  }

  /** Takes the env files that were asked for, or that `COMPOSE_ENV_FILES` names. Fails with `NOT_FOUND` or `INVALID`. */
  static async from(sources: EnvironmentSources): Promise<ProjectEnvironment> {
    const { env, workingDirectory, access } = sources;
    const variables = new Map<string, string>();
    for (const [name, value] of Object.entries(env)) if (value !== undefined) variables.set(name, value);
    // Files count on it, and not every parent process sets it.
    if (!variables.has('PWD')) variables.set('PWD', workingDirectory);
    const named = sources.envFiles.length > 0 ? sources.envFiles : splitList(env.COMPOSE_ENV_FILES, ',');
    const files = named.map((file) => resolve(workingDirectory, file));
    const environment = new ProjectEnvironment(variables, files, access);
    const added = new Map<string, string>();
    for (const file of files) {
      const text = await readText(file, 'the env file', access);
      parseDotenv(text, { ...environment.#options(file), into: added });
    }
    environment.#add(added);
    return environment;
  }

  /** One without variables. */
  static empty(access: FileAccess): ProjectEnvironment {
    return new ProjectEnvironment(new Map(), [], access);
  }

  /** What an included file sees: these variables, and below them those of env files of its own. */
  async including(files: readonly string[]): Promise<ProjectEnvironment> {
    const included = new ProjectEnvironment(new Map(this.#variables), this.files, this.#access);
    const added = new Map<string, string>();
    for (const file of files) {
      const text = await readText(file, 'the env file', this.#access);
      parseDotenv(text, { ...included.#options(file), into: added });
    }
    included.#add(added);
    this.warnings.push(...included.warnings);
    return included;
  }

  /** Takes the `.env` of a directory when it is there, no env file was asked for, and nobody switched it off. */
  async addDefaultFile(directory: string): Promise<void> {
    const file = join(directory, '.env');
    const off = /^(1|t|true)$/i.test(this.#variables.get('COMPOSE_DISABLE_ENV_FILE') ?? '');
    if (this.files.length > 0 || off || this.#seen.has(file)) return;
    this.#seen.add(file);
    if (!(await this.#access.exists(file))) return;
    const text = await readText(file, 'the env file', this.#access);
    this.#add(parseDotenv(text, this.#options(file)));
  }

  get(name: string): string | undefined {
    return this.#variables.get(name);
  }

  set(name: string, value: string): void {
    this.#variables.set(name, value);
  }

  toRecord(): Record<string, string> {
    return Object.fromEntries(this.#variables);
  }

  #options(file: string): DotenvOptions {
    return {
      file,
      lookup: (name) => this.#variables.get(name),
      onUnset: (name, line) => this.warnings.push(unsetInFile(name, file, line)),
    };
  }

  #add(variables: ReadonlyMap<string, string>): void {
    for (const [name, value] of variables) if (!this.#variables.has(name)) this.#variables.set(name, value);
  }
}

/** The parts of a list in one variable, without the empty ones. */
export function splitList(list: string | undefined, separator: string): string[] {
  return (list ?? '')
    .split(separator)
    .map((part) => part.trim())
    .filter((part) => part !== '');
}
