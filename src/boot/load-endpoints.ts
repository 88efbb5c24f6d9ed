import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import type * as Yaml from 'yaml';
import { WherryError } from '../core/index.ts';
import type { ServiceEndpoint } from './endpoint.ts';
import { endpointDefaults, endpointProblems } from './endpoint-builder.ts';

type Kind = 'text' | 'number' | 'boolean' | 'seconds' | 'port';

/** Keys of the file, in both spellings, with the field that they set. */
const keys: Readonly<Record<string, { field: keyof ServiceEndpoint; kind: Kind }>> = {
  host: { field: 'host', kind: 'text' },
  port: { field: 'port', kind: 'port' },
  url: { field: 'url', kind: 'text' },
  enabled: { field: 'enabled', kind: 'boolean' },
  required: { field: 'required', kind: 'boolean' },
  remote: { field: 'remote', kind: 'boolean' },
  health_path: { field: 'healthPath', kind: 'text' },
  health_type: { field: 'healthType', kind: 'text' },
  timeout_seconds: { field: 'timeout', kind: 'seconds' },
  retry_count: { field: 'retryCount', kind: 'number' },
  compose_file: { field: 'composeFile', kind: 'text' },
  service_name: { field: 'serviceName', kind: 'text' },
  profile: { field: 'profile', kind: 'text' },
  discovery_enabled: { field: 'discoveryEnabled', kind: 'boolean' },
  discovery_method: { field: 'discoveryMethod', kind: 'text' },
  discovery_timeout: { field: 'discoveryTimeout', kind: 'seconds' },
};

export interface EndpointFileProblem {
  message: string;
  line: number;
  column: number;
}

/**
 * Reads the endpoints of a `.yaml`, `.yml` or `.json` file: a map `endpoints` of name to fields, in snake_case with times
 * in seconds, or in camelCase with times in ms. Fails with `NOT_FOUND`, or with `INVALID` and every fault, each with its
 * line and column, in `details.problems`.
 */
export async function loadEndpoints(path: string): Promise<Record<string, ServiceEndpoint>> {
  if (!['.yaml', '.yml', '.json'].includes(extname(path).toLowerCase())) {
    throw new WherryError('INVALID', `${path} is neither a .yaml, a .yml nor a .json file`);
  }
  const text = await readText(path);
  const yaml = await import('yaml');
  const reader = new EndpointFile(yaml, text);
  const endpoints = reader.read();
  if (reader.problems.length > 0) throw faulty(path, reader.problems);
  return endpoints;
}

class EndpointFile {
  readonly problems: EndpointFileProblem[] = [];
  readonly #yaml: typeof Yaml;
  readonly #lines: Yaml.LineCounter;
  readonly #document: Yaml.Document.Parsed;

  constructor(yaml: typeof Yaml, text: string) {
    this.#yaml = yaml;
    this.#lines = new yaml.LineCounter();
    this.#document = yaml.parseDocument(text, { lineCounter: this.#lines, prettyErrors: false });
  }

  read(): Record<string, ServiceEndpoint> {
    const { errors, contents } = this.#document;
    for (const error of errors) this.#fault(error.message, error.pos[0]);
    if (errors.length > 0) return {};
    const root = this.#yaml.isMap(contents) ? contents.get('endpoints', true) : undefined;
    if (!this.#yaml.isMap(root)) {
      this.#fault('there is no map "endpoints"', startOf(root ?? contents));
      return {};
    }
    const endpoints: Record<string, ServiceEndpoint> = {};
    for (const { key, value } of root.items) {
      const name = this.#yaml.isScalar(key) ? String(key.value) : '';
      if (this.#yaml.isMap(value)) endpoints[name] = this.#endpoint(name, value);
      else this.#fault(`${name}: a map of fields is wanted`, startOf(value ?? key));
    }
    return endpoints;
  }

  #endpoint(name: string, map: Yaml.YAMLMap): ServiceEndpoint {
    const endpoint: ServiceEndpoint = { ...endpointDefaults };
    const places = new Map<string, number>();
    for (const { key, value } of map.items) {
      const word = this.#yaml.isScalar(key) ? String(key.value) : '';
      const known = keyOf(word);
      if (known === undefined) {
        this.#fault(`${name}: "${word}" is not a field of an endpoint`, startOf(key));
        continue;
      }
      places.set(known.field, startOf(value ?? key));
      const read = this.#yaml.isScalar(value) ? readValue(value.value, known) : undefined;
      if (read === undefined)
        this.#fault(`${name}.${word}: a ${known.kind} is wanted`, startOf(value ?? key));
      else Object.assign(endpoint, { [known.field]: read });
    }
    for (const { field, message } of endpointProblems(endpoint)) {
      this.#fault(`${name}.${field}: ${message}`, places.get(field) ?? startOf(map));
    }
    return endpoint;
  }

  #fault(message: string, offset: number): void {
    const { line, col } = this.#lines.linePos(offset);
    this.problems.push({ message, line: Math.max(1, line), column: Math.max(1, col) });
  }
}

/** camelCase words mean the fields themselves, so that their times are ms. */
function keyOf(word: string): { field: keyof ServiceEndpoint; kind: Kind } | undefined {
  if (Object.hasOwn(keys, word)) return keys[word];
  const known = Object.values(keys).find(({ field }) => field === word);
  return known?.kind === 'seconds' ? { ...known, kind: 'number' } : known;
}

function readValue(value: unknown, { kind, field }: { field: string; kind: Kind }): unknown {
  if (value === null) return Object.entries(endpointDefaults).find(([name]) => name === field)?.[1];
  if (kind === 'boolean') return typeof value === 'boolean' ? value : undefined;
  if (kind === 'text') return typeof value === 'string' ? value : undefined;
  if (kind === 'port' && typeof value === 'string' && /^\d+$/.test(value)) return Number(value);
  if (typeof value !== 'number') return undefined;
  // 0 seconds is the word for "not set" in files.
  if (kind === 'seconds')
    return value === 0
      ? Object.entries(endpointDefaults).find(([name]) => name === field)?.[1]
      : value * 1000;
  return value;
}

function startOf(node: unknown): number {
  const range = (node as { range?: [number, number, number] } | null | undefined)?.range;
  return range?.[0] ?? 0;
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    const details = { file: path };
    if (code === 'ENOENT') throw new WherryError('NOT_FOUND', `there is no file ${path}`, { details, cause });
    if (code === 'EACCES') throw new WherryError('PERMISSION', `${path} may not be read`, { details, cause });
    throw new WherryError('INVALID', `${path} cannot be read: ${(cause as Error).message}`, {
      details,
      cause,
    });
  }
}

function faulty(path: string, problems: readonly EndpointFileProblem[]): WherryError {
  const list = problems.map(({ message, line, column }) => `${path}:${line}:${column}: ${message}`);
  return new WherryError('INVALID', list.join('\n'), { details: { file: path, problems } });
}
