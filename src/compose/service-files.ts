import { isWherryError, WherryError } from '../core/errors.ts';
import { Secret } from '../core/secret.ts';
import { define } from './decode.ts';
import { parseDotenv, parseRawEnv } from './dotenv.ts';
import type { FileAccess } from './file-access.ts';
import type { EnvFile, Service } from './model.ts';
import { own } from './own.ts';
import type { PemFile, PemKey } from './probe-files.ts';
import { unsetInFile } from './problem.ts';
import { readText } from './read-text.ts';
import type { Reading } from './reading.ts';
import type { Lookup } from './template.ts';

/** Reads the files that services name: `env_file` and `label_file`, over which the project's own file wins, and those of probes. */
export class ServiceFiles {
  readonly #access: FileAccess;
  readonly #lookup: Lookup;
  readonly #to: Reading;
  readonly #texts = new Map<string, Promise<string>>();

  constructor(access: FileAccess, lookup: Lookup, to: Reading) {
    this.#access = access;
    this.#lookup = lookup;
    this.#to = to;
  }

  async addVariables(service: Service): Promise<void> {
    if (service.envFiles.length > 0) service.environment = await this.#environment(service);
  }

  async addLabels(service: Service): Promise<void> {
    if (service.labelFiles.length > 0) service.labels = await this.#labels(service);
  }

  async addProbeFiles({ probeFiles = {} }: Service): Promise<void> {
    for (const [key, file] of Object.entries(probeFiles) as [PemKey, PemFile][]) {
      await this.#reporting(file, async () => {
        const text = await this.#text(file.path, `the file of tls.${key}`);
        const { pemFault } = await import('./pem.ts');
        const fault = pemFault(text, key);
        if (fault !== null) throw new WherryError('INVALID', `the file of tls.${key} ${file.path} ${fault}`);
        file.content = new Secret(text);
      });
    }
  }

  async #environment(service: Service): Promise<Record<string, string | null>> {
    const declared = service.environment;
    const into = new Map<string, string>();
    for (const [name, value] of Object.entries(declared)) if (value !== null) into.set(name, value);
    const lookup: Lookup = (name) => this.#lookup(name) ?? own(declared, name) ?? undefined;
    for (const file of service.envFiles) await this.#envFile(file, lookup, into);
    const merged: Record<string, string | null> = {};
    for (const [name, value] of into) define(merged, name, value);
    for (const [name, value] of Object.entries(declared)) define(merged, name, value);
    return merged;
  }

  async #envFile(file: EnvFile, lookup: Lookup, into: Map<string, string>): Promise<void> {
    if (!file.required && !(await this.#access.exists(file.path))) return;
    await this.#reporting(file, async () => {
      const text = await this.#text(file.path, 'the env file').catch((cause) => orNotRequired(cause, file));
      const parse = file.format === 'raw' ? parseRawEnv : parseDotenv;
      const onUnset = (name: string, line: number): void => {
        this.#to.problems.push(unsetInFile(name, file.path, line));
      };
      parse(text, { file: file.path, lookup, into, onUnset });
    });
  }

  async #labels(service: Service): Promise<Record<string, string>> {
    const into = new Map<string, string>();
    for (const path of service.labelFiles) {
      await this.#reporting(service.origin, async () => {
        parseDotenv(await this.#text(path, 'the label file'), { file: path, into });
      });
    }
    const merged: Record<string, string> = {};
    for (const [name, value] of into) define(merged, name, value);
    for (const [name, value] of Object.entries(service.labels)) define(merged, name, value);
    return merged;
  }

  /** One file serves many services: it is read once. */
  #text(path: string, what: string): Promise<string> {
    const known = this.#texts.get(path);
    if (known !== undefined) return known;
    const text = readText(path, what, this.#access);
    this.#texts.set(path, text);
    return text;
  }

  async #reporting(subject: object, read: () => Promise<void>): Promise<void> {
    try {
      await read();
    } catch (error) {
      if (!isWherryError(error)) throw error;
      this.#to.errorAt(subject, 'file', error.message, error.hint);
    }
  }
}

function orNotRequired(cause: unknown, { path }: EnvFile): never {
  if (!isWherryError(cause, 'NOT_FOUND')) throw cause;
  const hint = 'write the file, or say {path: …, required: false}';
  throw new WherryError('NOT_FOUND', `env file ${path} not found`, { hint, details: cause.details, cause });
}
