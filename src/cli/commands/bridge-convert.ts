import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join, resolve } from 'node:path';
import type { CanonicalStruct } from '../../compose/index.ts';
import { WherryError } from '../../core/errors.ts';
import type { Context } from '../context.ts';
import type { Invocation } from '../declaration.ts';
import { exitCode } from '../exit-codes.ts';
import { requireProject } from '../scope.ts';
import { ask } from '../terminal/ask.ts';
import { t } from '../text.ts';
import { runContainer } from './run-container.ts';

export interface BridgeConvertOptions {
  output: string | undefined;
  transformation: readonly string[];
  templates: string | undefined;
  yes: boolean;
}

/** The transformation that docker compose takes where none is named. */
export const defaultTransformation = 'docker/compose-bridge-kubernetes';

/** Runs programs in images that make something else of a project, such as Kubernetes manifests. */
export async function bridgeConvert({ context, options }: Invocation<BridgeConvertOptions>): Promise<number> {
  const { project } = await requireProject(context);
  const backend = await context.backend();
  const { bridgeModel } = await import('../../boot/bridge/index.ts');
  const model = await bridgeModel(backend, project, {
    signal: context.signal,
    onWarning: (message) => context.output.note(`${t('warning')} ${message}`),
  });
  const output = resolve(context.directory, options.output ?? 'out');
  if (!context.globals.dryRun) await prepare(context, output, options);
  const directory = await mkdtemp(join(tmpdir(), 'wherry-bridge-'));
  try {
    await writeModel(model, directory);
    const chosen = options.transformation.length === 0 ? [defaultTransformation] : options.transformation;
    for (const image of chosen) {
      const code = await transform(context, { image, directory, output, templates: options.templates });
      if (code !== exitCode.success) return code;
    }
    return exitCode.success;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** What is in the way is removed once somebody said yes: the directory may be a wrong one. */
async function prepare(
  { signal }: Context,
  output: string,
  { yes, output: named }: BridgeConvertOptions,
): Promise<void> {
  const entries = existsSync(output) ? await readdir(output) : [];
  if (entries.length > 0) {
    const name = named ?? 'out';
    const question = t('bridge.notEmpty', { directory: name });
    if (!yes && !(await ask(question, { signal })))
      throw new WherryError('CANCELLED', t('bridge.declined', { directory: name }), {
        hint: t('bridge.declinedFix'),
      });
    await rm(output, { recursive: true });
  }
  await mkdir(output, { recursive: true, mode: 0o744 });
}

async function writeModel(model: CanonicalStruct, directory: string): Promise<void> {
  const { goYaml } = await import('../../compose/index.ts');
  await writeFile(join(directory, 'compose.yaml'), goYaml(model, await import('yaml')), { mode: 0o600 });
}

interface Transformation {
  image: string;
  /** Where the model is. */
  directory: string;
  output: string;
  templates: string | undefined;
}

async function transform(
  context: Context,
  { image, directory, output, templates }: Transformation,
): Promise<number> {
  const bind = (source: string, target: string): { type: 'bind'; source: string; target: string } => ({
    type: 'bind',
    source,
    target,
  });
  const further = templates === undefined ? [] : [bind(resolve(context.directory, templates), '/templates')];
  const spec = {
    image,
    user: String(userInfo().uid),
    environment: { LICENSE_AGREEMENT: 'true' },
    volumes: [bind(directory, '/in'), bind(output, '/out'), ...further],
  };
  return await runContainer(context, spec, { stdin: false, tty: false, detach: false, remove: true });
}
