import type { LoadOptions, TemplateVariable } from '../../compose/index.ts';
import type { Context } from '../context.ts';
import { type Column, wideSpacing } from '../output/table.ts';
import { t } from '../text.ts';
import type { ConfigOptions } from './config.ts';
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
