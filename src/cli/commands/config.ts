import type { CanonicalStruct, LoadOptions } from '../../compose/index.ts';
import type { Context } from '../context.ts';
import type { Invocation } from '../declaration.ts';
import { isolationOf } from '../isolation.ts';
import { projectOptions, tellWarnings } from '../scope.ts';
import { t } from '../text.ts';
import { usage } from '../usage.ts';
import { asksForNames, configNames, type NameOptions } from './config-names.ts';
import { printRawModel, printVariables, rawNames } from './config-raw.ts';
import { pinnedReference } from './pinned-reference.ts';
import { printResult } from './print-result.ts';

export interface ConfigOptions extends NameOptions {
  format: 'yaml' | 'json' | undefined;
  output: string | undefined;
  check: boolean;
  variables: boolean;
  noInterpolate: boolean;
  noNormalize: boolean;
  noPathResolution: boolean;
  noEnvResolution: boolean;
  noConsistency: boolean;
  resolveImageDigests: boolean;
  lockImageDigests: boolean;
}

/** Prints the project in the peer's canonical form: files merged, variables filled in, short forms expanded. */
export async function config(invocation: Invocation<ConfigOptions>): Promise<undefined> {
  const { context, words, options } = invocation;
  const load = loadOptions(context, words, options);
  const whole = options.variables ? '--variables' : options.noInterpolate ? '--no-interpolate' : undefined;
  if (whole !== undefined && words.length > 0)
    context.output.note(
      `${context.output.paintNote('yellow', t('warning'))} ${t('config.whole', { option: whole })}`,
    );
  if (options.variables) return await printVariables(context, load, options);
  if (options.noInterpolate && !asksForNames(options)) {
    refusePins(options);
    return await printRawModel(context, load, options);
  }
  const { loadProject, configDocument } = await import('../../compose/index.ts');
  const isolation = await isolationOf(context);
  const { project: loaded, warnings } = await loadProject({ ...load, ...isolation?.load });
  const project = isolation?.applied(loaded) ?? loaded;
  tellWarnings(context, warnings);
  if (options.check) return;
  const names = options.noInterpolate
    ? await rawNames(load, project, options)
    : await configNames(project, options);
  if (names !== undefined) {
    if (context.output.json) context.output.value(names);
    else for (const name of names) context.output.line(name);
    return;
  }
  const resources = context.globals.allResources ? 'all' : 'used';
  const document = await pinned(context, configDocument(project, { resources }), options);
  await printDocument(context, document, options);
}

/** An image that a variable names has no digest yet. */
function refusePins({ resolveImageDigests, lockImageDigests }: ConfigOptions): void {
  const option = resolveImageDigests ? '--resolve-image-digests' : '--lock-image-digests';
  if (resolveImageDigests || lockImageDigests)
    throw usage(t('config.noPins', { option }), t('config.noPinsFix'));
}

function loadOptions(context: Context, services: readonly string[], options: ConfigOptions): LoadOptions {
  const asWritten = (isSo: boolean): 'as-written' | undefined => (isSo ? 'as-written' : undefined);
  return {
    ...projectOptions(context),
    // The files of variables of services whose hash nobody asked for need not be there.
    services: services.length === 0 ? hashed(options) : services,
    unsupported: 'kept',
    checks: options.noConsistency ? 'none' : undefined,
    form: {
      names: asWritten(options.noNormalize || context.globals.compatibility),
      paths: asWritten(options.noPathResolution),
      // As with docker compose, names of resources are told where files of variables are missing.
      envFiles: asWritten(options.noEnvResolution || options.volumes || options.networks),
    },
  };
}

function hashed({ hash }: ConfigOptions): readonly string[] {
  return hash === undefined || hash === '*' ? [] : hash.split(',');
}

async function pinned(
  context: Context,
  document: CanonicalStruct,
  options: ConfigOptions,
): Promise<CanonicalStruct> {
  if (!options.resolveImageDigests && !options.lockImageDigests) return document;
  const { withPinnedImages, imagesOnly } = await import('../../compose/index.ts');
  const backend = await context.backend();
  const resolved = await withPinnedImages(document, (image) =>
    pinnedReference(backend, image, { signal: context.signal }),
  );
  return options.lockImageDigests ? imagesOnly(resolved) : resolved;
}

async function printDocument(
  context: Context,
  document: CanonicalStruct,
  options: ConfigOptions,
): Promise<undefined> {
  const { configJson, goJsonIndented, goYaml } = await import('../../compose/index.ts');
  const asJson = context.output.json || options.format === 'json';
  const text = asJson ? goJsonIndented(configJson(document)) : goYaml(document, await import('yaml'));
  // What is printed is a compose file again.
  await printResult(context, text.replaceAll('$', '$$$$'), options.output);
}
