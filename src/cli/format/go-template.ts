import { t } from '../text.ts';
import { templateFault } from './lex-template.ts';
import { type Command, type Node, type Operand, type Pipe, parseTemplate } from './parse-template.ts';
import {
  isTrue,
  listOf,
  printed,
  type TemplateFunction,
  templateFunctions,
  type Value,
} from './template-functions.ts';

export type Row = { readonly [field: string]: Value };

/** What a template sees: `.` and `$`, and the functions that it may call. */
interface Sight {
  dot: Value;
  root: Value;
  functions: Readonly<Record<string, TemplateFunction>>;
  /** What a field that is not there is: an error, or Go's `<no value>`. */
  missing: 'refused' | 'no value';
}

/**
 * A Go template as the docker CLI takes it: fields, pipes, `if`, `with`, `range`, the functions of docker and most of
 * Go's own. Variables and named templates are refused with `INVALID`.
 */
export class GoTemplate {
  readonly #nodes: readonly Node[];
  readonly #rowJson: (row: Row) => string;

  /** `rowJson` is what `{{json .}}` prints. */
  constructor(text: string, options: { rowJson: (row: Row) => string }) {
    this.#nodes = parseTemplate(text);
    this.#rowJson = options.rowJson;
  }

  /** The text for one row. Fails with `INVALID` for a field that it does not have. */
  render(row: Row): string {
    const json: TemplateFunction = (value) =>
      value === row ? this.#rowJson(row) : templateFunctions.json?.(value);
    const functions = { ...templateFunctions, json };
    return rendered(this.#nodes, { dot: row, root: row, functions, missing: 'refused' });
  }

  /** The text for the titles of fields: functions leave a title as it is. */
  renderTitles(titles: Readonly<Record<string, string>>): string {
    const asItIs: TemplateFunction = (title) => title;
    const names = ['json', 'split', 'join', 'title', 'lower', 'upper', 'truncate'];
    const functions = { ...templateFunctions, ...Object.fromEntries(names.map((name) => [name, asItIs])) };
    return rendered(this.#nodes, { dot: titles, root: titles, functions, missing: 'no value' });
  }
}

function rendered(nodes: readonly Node[], sight: Sight): string {
  return nodes.map((node) => renderedNode(node, sight)).join('');
}

function renderedNode(node: Node, sight: Sight): string {
  if (node.kind === 'text') return node.text;
  const value = pipeValue(node.pipe, sight);
  if (node.kind === 'print') return printed(value);
  if (node.kind === 'range') {
    const members = listOf(value);
    if (members.length === 0) return rendered(node.otherwise, sight);
    return members.map((dot) => rendered(node.then, { ...sight, dot })).join('');
  }
  if (!isTrue(value)) return rendered(node.otherwise, sight);
  return rendered(node.then, node.kind === 'with' ? { ...sight, dot: value } : sight);
}

function pipeValue(pipe: Pipe, sight: Sight): Value {
  let value: readonly Value[] = [];
  for (const command of pipe) value = [commandValue(command, value, sight)];
  return value[0];
}

function commandValue([first, ...rest]: Command, piped: readonly Value[], sight: Sight): Value {
  if (first === undefined) return undefined;
  const operands = (): Value[] => [...rest.map((operand) => operandValue(operand, sight)), ...piped];
  if (first.kind === 'name') {
    const call = Object.hasOwn(sight.functions, first.name) ? sight.functions[first.name] : undefined;
    if (call === undefined) throw templateFault(t('format.noFunction', { name: first.name }));
    return call(...operands());
  }
  const value = operandValue(first, sight);
  if (typeof value === 'function') return value(...operands());
  if (rest.length + piped.length > 0) {
    if (sight.missing === 'no value') return value;
    throw templateFault(t('format.noCall', { value: printed(value) }));
  }
  return value;
}

function operandValue(operand: Operand, sight: Sight): Value {
  switch (operand.kind) {
    case 'value':
      return operand.value;
    case 'pipe':
      return operand.path.reduce(
        (value: Value, field) => fieldOf(value, field, sight),
        pipeValue(operand.pipe, sight),
      );
    case 'name':
      return commandValue([operand], [], sight);
    case 'field': {
      const [first, ...more] = operand.path;
      const [start, path] = first === '$' ? [sight.root, more] : [sight.dot, operand.path];
      return path.reduce((value: Value, field) => fieldOf(value, field, sight), start);
    }
  }
}

function fieldOf(value: Value, field: string, { missing }: Sight): Value {
  const fields = typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Row) : {};
  if (Object.hasOwn(fields, field)) return fields[field];
  if (missing === 'no value') return undefined;
  const names = Object.keys(fields).sort().join(', ');
  throw templateFault(t('format.noField', { field, names: names || '-' }));
}
