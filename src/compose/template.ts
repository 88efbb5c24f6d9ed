/** Gives the value of a variable; undefined when it is not set. */
export type Lookup = (name: string) => string | undefined;

/** Why a template could not be filled. */
export class TemplateFault extends Error {
  readonly hint: string | undefined;

  constructor(message: string, hint?: string) {
    super(message);
    this.hint = hint;
  }
}

export interface TemplateOptions {
  lookup: Lookup;
  /** Called for each variable that is not set and has no default. */
  onUnset?: (name: string) => void;
}

const NAME = /[a-z_][a-z0-9_]*/iy;
const OPERATORS = [':?', ':-', ':+', '?', '-', '+'] as const;
type Operator = (typeof OPERATORS)[number];

const escapeHint = 'write $$ where a dollar sign is meant';

/**
 * Fills `$VAR`, `${VAR}`, `${VAR:-default}`, `${VAR-default}`, `${VAR:?error}`, `${VAR?error}`, `${VAR:+other}` and
 * `${VAR+other}`, nested up to 64 deep; `$$` gives a dollar sign. A lone `$` that starts neither is left alone, as the
 * peer does. Throws {@link TemplateFault}.
 */
export function substitute(template: string, options: TemplateOptions): string {
  return fill(template, options, 0);
}

/** Defaults inside defaults: nobody needs more, and every level costs stack. */
const DEEPEST = 64;

function fill(template: string, options: TemplateOptions, depth: number): string {
  if (depth > DEEPEST)
    throw new TemplateFault(`variables stand inside each other more than ${DEEPEST} times`);
  let result = '';
  let from = 0;
  for (let at = template.indexOf('$'); at !== -1; at = template.indexOf('$', from)) {
    result += template.slice(from, at);
    const next = template[at + 1];
    if (next === '$') {
      result += '$';
      from = at + 2;
    } else if (next === '{') {
      const close = closingBrace(template, at + 1);
      result += expand(template.slice(at + 2, close), options, depth);
      from = close + 1;
    } else {
      const name = nameAt(template, at + 1);
      result += name === '' ? '$' : value(name, options);
      from = at + 1 + name.length;
    }
  }
  return result + template.slice(from);
}

function expand(inner: string, options: TemplateOptions, depth: number): string {
  const name = nameAt(inner, 0);
  const rest = inner.slice(name.length);
  const operator = OPERATORS.find((candidate) => rest.startsWith(candidate));
  if (name === '' || (rest !== '' && operator === undefined)) {
    throw new TemplateFault(`"\${${inner}}" is no valid variable`, escapeHint);
  }
  if (operator === undefined) return value(name, options);
  const word = (): string => fill(rest.slice(operator.length), options, depth + 1);
  return apply(operator, name, word, options);
}

function apply(operator: Operator, name: string, word: () => string, options: TemplateOptions): string {
  const found = options.lookup(name);
  const present = operator.startsWith(':') ? found !== undefined && found !== '' : found !== undefined;
  switch (operator) {
    case ':-':
    case '-':
      return present ? (found ?? '') : word();
    case ':+':
    case '+':
      return present ? word() : (found ?? '');
    case ':?':
    case '?': {
      if (present) return found ?? '';
      const reason = word();
      throw new TemplateFault(
        `the required variable ${name} is ${found === undefined ? 'not set' : 'empty'}${reason === '' ? '' : `: ${reason}`}`,
        `set ${name} in the environment or in an env file`,
      );
    }
  }
}

function value(name: string, options: TemplateOptions): string {
  const found = options.lookup(name);
  if (found === undefined) options.onUnset?.(name);
  return found ?? '';
}

function nameAt(text: string, at: number): string {
  NAME.lastIndex = at;
  return NAME.exec(text)?.[0] ?? '';
}

/**
 * The `}` that closes the `{` at `open`. Braces without a dollar count too, as in `${A:-{"k":"v"}}`; where they do not
 * pair up, the last one closes.
 */
function closingBrace(template: string, open: number): number {
  let depth = 0;
  for (let at = open; at < template.length; at++) {
    if (template[at] === '{') depth += 1;
    else if (template[at] === '}' && --depth === 0) return at;
  }
  const last = template.lastIndexOf('}');
  if (last > open) return last;
  throw new TemplateFault('a variable in braces does not end', escapeHint);
}
