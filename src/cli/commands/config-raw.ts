import type { CanonicalValue, LoadOptions, Project, TemplateVariable } from '../../compose/index.ts';
import type { Context } from '../context.ts';
import { type Column, wideSpacing } from '../output/table.ts';
import { t } from '../text.ts';
import type { ConfigOptions } from './config.ts';
import { configNames, type NameOptions } from './config-names.ts';
import { printResult } from './print-result.ts';

/** Prints the model with its variables as they were written. */
export async function printRawModel(
  context: Context,
  load: LoadOptions,
  options: ConfigOptions,
): Promise<undefined> {
  const { loadRawModel, goJsonIndented, goYaml } = await import('../../compose/index.ts');
  const model = await loadRawModel(load, { form: load.form, check: 'values' });
  if (options.check) return;
  const asJson = context.output.json || options.format === 'json';
  const text = asJson ? goJsonIndented(model) : goYaml(model, await import('yaml'));
  await printResult(context, text, options.output);
}

/** The lines that one of the options asks for, with variables as they were written; all services, whatever their profiles. */
export async function rawNames(
  load: LoadOptions,
  project: Project,
  options: NameOptions,
): Promise<string[] | undefined> {
  if (!options.services && !options.images) return await configNames(project, options);
  const { loadRawModel, imagesOf, isMap } = await import('../../compose/index.ts');
  const services = (await loadRawModel(load, { form: load.form })).entries.get('services');
  const entries = isMap(services) ? services.entries : new Map<string, CanonicalValue>();
  if (options.services) return [...entries.keys()];
  return Object.values(project.services).flatMap((service) => {
    const [usual = '', ...others] = imagesOf(project, service);
    const written = entries.get(service.name);
    const image = isMap(written) ? written.entries.get('image') : undefined;
    return [typeof image === 'string' ? image : usual, ...others];
  });
}

/** Prints the variables that the model asks for. */
export async function printVariables(
  { output }: Context,
  load: LoadOptions,
  options: ConfigOptions,
): Promise<undefined> {
  const { loadRawModel, templateVariables } = await import('../../compose/index.ts');
  const variables = templateVariables(await loadRawModel(load, { form: load.form }));
  if (!output.json && options.format === undefined) {
    output.table(columns(), variables, wideSpacing);
    return;
  }
  const byName = Object.fromEntries(variables.map((variable) => [variable.name, peersForm(variable)]));
  if (options.format === 'yaml') output.raw((await import('yaml')).stringify(inYaml(byName), { indent: 4 }));
  else output.raw(`${JSON.stringify(byName, undefined, 4)}\n\n`);
}

/** Go's YAML has the names of fields in small letters. */
function inYaml(byName: Readonly<Record<string, object>>): Record<string, object> {
  const small = (fields: object): object =>
    Object.fromEntries(Object.entries(fields).map(([name, value]) => [name.toLowerCase(), value]));
  return Object.fromEntries(Object.entries(byName).map(([name, fields]) => [name, small(fields)]));
}

function columns(): Column<TemplateVariable>[] {
  return [
    { title: t('column.name'), value: ({ name }) => name },
    { title: t('column.required'), value: ({ required }) => String(required) },
    { title: t('column.defaultValue'), value: ({ defaultValue }) => defaultValue },
    { title: t('column.alternateValue'), value: ({ presenceValue }) => presenceValue },
  ];
}

function peersForm({ name, defaultValue, presenceValue, required }: TemplateVariable): object {
  return { Name: name, DefaultValue: defaultValue, PresenceValue: presenceValue, Required: required };
}
