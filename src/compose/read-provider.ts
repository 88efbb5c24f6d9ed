import { define, filledText, integer, isEmpty, listOf, mapOf, type Read, text, wrongType } from './decode.ts';
import { type Fields, readFields, setter } from './fields.ts';
import type { CredentialSpec, LanguageModel, ModelUse, Provider } from './model-parts.ts';
import type { Reading } from './reading.ts';
import { child, type Node, originOf, type Path, type Place } from './tree.ts';

/** Each option once, or several times as a list. */
const options: Read<Record<string, string[]>> = (node, path, to) => {
  if (node.kind !== 'mapping') return wrongType(node, path, to, 'a mapping');
  const read: Record<string, string[]> = {};
  for (const [name, { value }] of node.entries) {
    const items = value.kind === 'sequence' ? value.items : [value];
    const words = items.flatMap((item) => {
      if (item.kind === 'scalar') return [item.text];
      wrongType(item, child(path, name), to, 'a string, a number, true or false');
      return [];
    });
    define(read, name, words);
  }
  return read;
};

const setProvider = setter<Partial<Provider>>();
const providerFields: Fields<Partial<Provider>> = {
  scope: 'services.*.provider',
  keys: { type: setProvider('type', filledText), options: setProvider('options', options) },
};

/** `provider`. */
export function readProvider(node: Node, path: Path, to: Reading): Provider | undefined {
  const read = readFields<Partial<Provider>>({}, providerFields, node, path, to);
  if (read === undefined || node.kind !== 'mapping') return undefined;
  if (!node.entries.has('type')) to.error('missing-key', 'needs a type', node, path);
  return read.type === undefined ? undefined : { type: read.type, options: read.options ?? {} };
}

const setUse = setter<ModelUse>();
const useFields: Fields<ModelUse> = {
  scope: 'services.*.models.*',
  keys: { endpoint_var: setUse('endpointVar', filledText), model_var: setUse('modelVar', filledText) },
};

/** `models` of a service. */
export const readModelUses: Read<Record<string, ModelUse>> = mapOf((node, path, to) => {
  const use = isEmpty(node) ? {} : readFields<ModelUse>({}, useFields, node, path, to);
  return use && to.mark(use, node, path);
});

type ModelDraft = Omit<LanguageModel, 'model'> & { model?: string };
const setModel = setter<ModelDraft>();
const modelFields: Fields<ModelDraft> = {
  scope: 'models.*',
  keys: {
    context_size: setModel('contextSize', integer({ min: 0 })),
    model: setModel('model', filledText),
    name: setModel('name', filledText),
    runtime_flags: setModel('runtimeFlags', listOf(text)),
  },
};

/** One of the top-level `models`. */
export function readModel(
  key: string,
  place: Place,
  node: Node,
  path: Path,
  to: Reading,
): LanguageModel | undefined {
  const read = readFields<ModelDraft>(
    { key, origin: originOf(place), runtimeFlags: [] },
    modelFields,
    node,
    path,
    to,
  );
  if (read === undefined || node.kind !== 'mapping') return undefined;
  if (!node.entries.has('model')) to.error('missing-key', 'needs a model', place, path);
  return read.model === undefined ? undefined : { ...read, model: read.model };
}

const setSpec = setter<CredentialSpec>();
const specFields: Fields<CredentialSpec> = {
  scope: 'services.*.credential_spec',
  keys: {
    config: setSpec('config', filledText),
    file: setSpec('file', filledText),
    registry: setSpec('registry', filledText),
  },
};

/** `credential_spec`. */
export function readCredentialSpec(node: Node, path: Path, to: Reading): CredentialSpec | undefined {
  return readFields<CredentialSpec>({}, specFields, node, path, to);
}
