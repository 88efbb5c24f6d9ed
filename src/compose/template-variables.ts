import { type CanonicalValue, isMap } from './canonical/value.ts';

/** A variable that a model asks for. */
export interface TemplateVariable {
  name: string;
  /** Filling fails when it is not set. */
  required: boolean;
  /** What stands for it when it is not set; empty when nothing does. */
  defaultValue: string;
  /** What stands for it when it is set; empty when its value does. */
  presenceValue: string;
}

/** The variables of a model, by name; an occurrence that says more than another counts. */
export function templateVariables(model: CanonicalValue): TemplateVariable[] {
  const found = new Map<string, TemplateVariable>();
  visit(model, found);
  return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function visit(value: CanonicalValue, found: Map<string, TemplateVariable>): void {
  if (typeof value === 'string') for (const variable of variablesIn(value)) add(variable, found);
  else if (isMap(value)) for (const member of value.entries.values()) visit(member, found);
  else if (Array.isArray(value)) for (const item of value as readonly CanonicalValue[]) visit(item, found);
}

function add(variable: TemplateVariable, found: Map<string, TemplateVariable>): void {
  const known = found.get(variable.name);
  found.set(variable.name, {
    name: variable.name,
    required: variable.required || known?.required === true,
    defaultValue: known?.defaultValue || variable.defaultValue,
    presenceValue: known?.presenceValue || variable.presenceValue,
  });
}

const PLAIN = /[_a-z][_a-z0-9]*/iy;
const BRACED = /^([_a-z][_a-z0-9]*)(?:(:?[-?+])(.*))?$/is;

/** Those of one text, and those in their defaults. */
function variablesIn(text: string): TemplateVariable[] {
  const variables: TemplateVariable[] = [];
  for (let at = text.indexOf('$'); at !== -1; at = text.indexOf('$', at)) {
    if (text[at + 1] === '$') {
      at += 2;
      continue;
    }
    if (text[at + 1] === '{') {
      const close = closing(text, at + 1);
      variables.push(...braced(text.slice(at + 2, close)));
      at = close;
      continue;
    }
    PLAIN.lastIndex = at + 1;
    const name = PLAIN.exec(text)?.[0];
    if (name !== undefined) variables.push({ name, required: false, defaultValue: '', presenceValue: '' });
    at += 1;
  }
  return variables;
}

function braced(inner: string): TemplateVariable[] {
  const [, name, operator = '', word = ''] = BRACED.exec(inner) ?? [];
  if (name === undefined) return [];
  const required = operator.endsWith('?');
  const defaultValue = operator.endsWith('-') ? word : '';
  const presenceValue = operator.endsWith('+') ? word : '';
  return [
    { name, required, defaultValue, presenceValue },
    ...variablesIn(defaultValue),
    ...variablesIn(presenceValue),
  ];
}

/** Where the brace at `open` closes, else the end. */
function closing(text: string, open: number): number {
  let depth = 0;
  for (let at = open; at < text.length; at++) {
    if (text[at] === '{') depth += 1;
    else if (text[at] === '}' && --depth === 0) return at;
  }
  return text.length;
}
