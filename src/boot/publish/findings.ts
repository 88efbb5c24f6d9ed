import { readFile } from 'node:fs/promises';
import { everyService, isRemote, type Project } from '../../compose/index.ts';
import { WherryError } from '../../core/index.ts';
import type { PublishedFile, PublishedFiles } from './published-file.ts';
import {
  isLiteral,
  looksSecret,
  type SensitiveValue,
  sensitiveIn,
  sensitiveInText,
} from './sensitive-data.ts';

/** What of a project somebody may not want to publish, in docker compose's words. */
export interface PublishFinding {
  text: string;
  question: string;
}

export interface FindingsOptions {
  /** Files of variables are published on purpose. */
  withEnvironment: boolean;
}

/** Fails with `INVALID` for what cannot be published at all. */
export function refuseUnpublishable(project: Project, { files }: PublishedFiles): void {
  const buildOnly = everyService(project).filter(
    ({ image, build }) => image === undefined && build !== undefined,
  );
  if (buildOnly.length > 0) {
    const names = buildOnly.map(({ name }) => `- "${name}"\n`).join('');
    throw new WherryError(
      'INVALID',
      `your Compose stack cannot be published as it only contains a build section for service(s):\n${names}`,
      { hint: 'give them an image: it is pushed with the project' },
    );
  }
  if (files.some(({ documents }) => documents.some(includesLocal)))
    throw new WherryError('INVALID', 'cannot publish compose file with local includes', {
      hint: 'publish what is included first, and include it from there: oci://…',
    });
}

/** All that is to be agreed to before a project is published. */
export async function publishFindings(
  project: Project,
  { files, envFiles }: PublishedFiles,
  { withEnvironment }: FindingsOptions,
): Promise<PublishFinding[]> {
  const findings = [bindMounts(project), await sensitiveData(project, files, envFiles)];
  if (!withEnvironment) findings.push(variables(files));
  return [...findings, literalConfigs(files)].filter((finding) => finding !== undefined);
}

function bindMounts(project: Project): PublishFinding | undefined {
  const mounts = everyService(project).flatMap(({ name, volumes }) =>
    volumes
      .filter(({ type }) => type === 'bind')
      .map(({ source, target, readOnly }) => `${name}: ${source}:${target}:${readOnly ? 'ro' : 'rw'}\n`),
  );
  if (mounts.length === 0) return undefined;
  const text =
    'you are about to publish bind mounts declaration within your OCI artifact.\n' +
    'only the bind mount declarations will be added to the OCI artifact (not content)\n' +
    "please double check that you are not mounting potential user's sensitive directories or data\n";
  return { text: text + mounts.join(''), question: 'Are you ok to publish these bind mount declarations?' };
}

async function sensitiveData(
  { configs, secrets }: Project,
  files: readonly PublishedFile[],
  envFiles: ReadonlyMap<string, string>,
): Promise<PublishFinding | undefined> {
  const found: SensitiveValue[] = files.flatMap(({ documents }) =>
    documents.map(withVariablesByName).flatMap(sensitiveIn),
  );
  const named = [...Object.values(configs), ...Object.values(secrets)].flatMap(({ file }) => file ?? []);
  for (const path of [...envFiles.keys(), ...named]) {
    // What is missing is told by the command that needs it.
    const text = await readFile(path, 'utf8').catch(() => '');
    found.push(...sensitiveInText(text));
  }
  if (found.length === 0) return undefined;
  const text =
    'you are about to publish sensitive data within your OCI artifact.\n' +
    'please double check that you are not leaking sensitive data\n';
  const lines = found.map(({ kind, key, value }) => `${kind}\n"${key}": ${value}\n`);
  return { text: text + lines.join(''), question: 'Are you ok to publish these sensitive data?' };
}

function variables(files: readonly PublishedFile[]): PublishFinding | undefined {
  const lines = new Set<string>();
  for (const [name, service] of files.flatMap(servicesIn)) {
    if (service.env_file !== undefined && service.env_file !== null)
      lines.add(`  service "${name}": env_file declared\n`);
    const secret = Object.entries(variablesOf(service)).filter(([key, value]) => looksSecret(key, value));
    const keys = secret.map(([key]) => `"${key}"`).sort();
    if (keys.length > 0) lines.add(`  service "${name}": literal value for ${keys.join(', ')}\n`);
  }
  if (lines.size === 0) return undefined;
  const text =
    'you are about to publish env-related declarations within your OCI artifact.\n' +
    'env_file paths and literal values for sensitive-looking keys are embedded as-is in the published YAML;\n' +
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the variable of a compose file.
    'interpolated values like "${VAR}" are kept symbolic and have already been excluded.\n';
  const hint = 'Use --with-env to silence this prompt and always publish env declarations.\n';
  return {
    text: text + [...lines].sort().join('') + hint,
    question: 'Are you ok to publish these env declarations?',
  };
}

function literalConfigs(files: readonly PublishedFile[]): PublishFinding | undefined {
  const names = new Set<string>();
  for (const document of files.flatMap(({ documents }) => documents))
    for (const [name, config] of Object.entries(mappingAt(document, 'configs'))) {
      const { content } = asMapping(config);
      if (typeof content === 'string' && isLiteral(content)) names.add(name);
    }
  if (names.size === 0) return undefined;
  const lines = [...names].sort().map((name) => `  config "${name}"\n`);
  return {
    text: `you are about to publish literal inline config content within your OCI artifact.\n${lines.join('')}`,
    question: 'Are you ok to publish these config contents?',
  };
}

function includesLocal(document: unknown): boolean {
  const { include } = asMapping(document);
  const entries: readonly unknown[] = Array.isArray(include) ? include : [];
  const paths = entries.flatMap((entry): unknown =>
    typeof entry === 'string' ? entry : asMapping(entry).path,
  );
  return paths.flat().some((path) => typeof path === 'string' && !isRemote(path));
}

function servicesIn({ documents }: PublishedFile): [string, Record<string, unknown>][] {
  return documents.flatMap((document) =>
    Object.entries(mappingAt(document, 'services')).map(
      ([name, service]): [string, Record<string, unknown>] => [name, asMapping(service)],
    ),
  );
}

/** Lists of variables as mappings, as they are told. */
function withVariablesByName(document: unknown): unknown {
  const services = mappingAt(document, 'services');
  const named = Object.entries(services).map(([name, service]) => {
    const fields = asMapping(service);
    return [
      name,
      { ...fields, ...(fields.environment === undefined ? {} : { environment: variablesOf(fields) }) },
    ];
  });
  return { ...asMapping(document), services: Object.fromEntries(named) };
}

function variablesOf({ environment }: Record<string, unknown>): Record<string, string> {
  const pairs: [string, unknown][] = Array.isArray(environment)
    ? environment.map((line) => {
        const [, key = '', value] = /^([^=]*)(?:=(.*))?$/s.exec(String(line)) ?? [];
        return [key, value];
      })
    : Object.entries(asMapping(environment));
  return Object.fromEntries(
    pairs.flatMap(([key, value]) => (value === undefined || value === null ? [] : [[key, String(value)]])),
  );
}

function mappingAt(value: unknown, key: string): Record<string, unknown> {
  return asMapping(asMapping(value)[key]);
}

function asMapping(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}
