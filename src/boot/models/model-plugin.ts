import type { LanguageModel, Project } from '../../compose/index.ts';
import { WherryError } from '../../core/index.ts';
import { run } from '../../transport/child-process.ts';
import { findPlugin } from '../providers/find-program.ts';
import { environmentFor } from '../providers/run-provider.ts';

export interface ModelPluginOptions {
  /** Where the engine is, for the plugin to use the same. */
  address: string;
  signal?: AbortSignal | undefined;
}

/** Versions before it do not take runtime flags. */
const firstWithFlags = [1, 0, 6];

/** The Docker CLI plugin that runs language models. */
export class ModelPlugin {
  readonly #program: string;
  readonly #env: Record<string, string>;
  readonly #signal: AbortSignal | undefined;
  #version = '';

  private constructor(program: string, env: Record<string, string>, signal: AbortSignal | undefined) {
    this.#program = program;
    this.#env = env;
    this.#signal = signal;
  }

  /** Fails with `NOT_FOUND` when it is not installed, with `PROTOCOL` or `EXIT` when it is no plugin of the Docker CLI. */
  static async find(
    project: Project,
    models: readonly LanguageModel[],
    { address, signal }: ModelPluginOptions,
  ): Promise<ModelPlugin> {
    const program = await findPlugin('model', project.environment);
    if (program === undefined) throw notInstalled(models);
    const host = /^(unix|npipe|tcp|ssh):/.test(address) ? { DOCKER_HOST: address } : {};
    const plugin = new ModelPlugin(program, { ...environmentFor(project), ...host }, signal);
    plugin.#version = await plugin.#readVersion();
    return plugin;
  }

  /** The names of the models that are there; none when it cannot tell: pulling says why then. */
  async available(): Promise<readonly string[]> {
    const { exitCode, stdout } = await this.#call(['ls', '--json']);
    if (exitCode !== 0) return [];
    const models = parsed(['ls', '--json'], stdout);
    if (!Array.isArray(models)) return [];
    return models.flatMap((model) => (Array.isArray(model?.tags) ? model.tags : []));
  }

  async pull({ model }: LanguageModel): Promise<void> {
    await this.#run(['pull', model]);
  }

  /** Sets the size of its context and the flags of what runs it. */
  async configure({ model, contextSize = 0, runtimeFlags }: LanguageModel): Promise<void> {
    const size = contextSize > 0 ? ['--context-size', String(contextSize)] : [];
    const flags = runtimeFlags.length > 0 && takesFlags(this.#version) ? ['--', ...runtimeFlags] : [];
    await this.#run(['configure', ...size, model, ...flags]);
  }

  /** Where models answer. */
  async endpoint(): Promise<string> {
    const { endpoint = '' } = await this.#record(['status', '--json']);
    if (typeof endpoint === 'string') return endpoint;
    throw new WherryError('PROTOCOL', 'docker-model does not tell where models answer');
  }

  /** Every plugin of the Docker CLI says who made it. */
  async #readVersion(): Promise<string> {
    const { SchemaVersion, Vendor, Version } = await this.#record(['docker-cli-plugin-metadata']);
    if (typeof SchemaVersion === 'string' && typeof Vendor === 'string' && Vendor !== '')
      return typeof Version === 'string' ? Version : '';
    throw new WherryError('PROTOCOL', `${this.#program} is no plugin of the Docker CLI`, {
      hint: 'install Docker Model Runner again (the package docker-model-plugin)',
      details: { program: this.#program },
    });
  }

  async #record(words: readonly string[]): Promise<Readonly<Record<string, unknown>>> {
    const value = parsed(words, await this.#run(words));
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
    throw noJson(words);
  }

  async #run(words: readonly string[]): Promise<string> {
    const { exitCode, signal, stdout, stderr } = await this.#call(words);
    if (exitCode === 0) return stdout;
    const said = stderr.trim().split('\n').at(-1) ?? '';
    const ended = `${signal ?? `exited with code ${exitCode}`}${said === '' ? '' : `: ${said}`}`;
    throw new WherryError('EXIT', `docker-model ${words.join(' ')} ${ended}`, { details: { exitCode } });
  }

  #call(words: readonly string[]): ReturnType<typeof run> {
    return run([this.#program, ...words], { env: this.#env, signal: this.#signal });
  }
}

function notInstalled(models: readonly LanguageModel[]): WherryError {
  const places = models.map(
    ({ key, origin }) => `${origin.file}:${origin.line}:${origin.column}: models.${key}`,
  );
  const message = `${places.join(', ')}: models need the Docker CLI plugin docker-model, which is not installed`;
  return new WherryError('NOT_FOUND', message, {
    hint: 'install Docker Model Runner (the package docker-model-plugin), or take the models out of the file',
    details: { models: models.map(({ key }) => key) },
  });
}

/** One that tells no version takes none. */
function takesFlags(version: string): boolean {
  if (version === '') return false;
  const numbers = version.replace(/^v/, '').split('.');
  for (const [index, wanted] of firstWithFlags.entries()) {
    const number = Number.parseInt(numbers[index] ?? '0', 10);
    if (number !== wanted) return number > wanted;
  }
  return true;
}

function parsed(words: readonly string[], text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw noJson(words, cause);
  }
}

function noJson(words: readonly string[], cause?: unknown): WherryError {
  return new WherryError('PROTOCOL', `docker-model ${words.join(' ')} writes no JSON`, { cause });
}
