/** What a placeholder may be filled with. */
export type MessageValue = string | number;

/**
 * Fills an ICU message: `{name}`, and `{count, plural, =0 {none} one {# file} other {# files}}` where `#` is the number.
 * A placeholder without a value stays as it is written, so that a fault is seen.
 */
export function formatMessage(
  pattern: string,
  values: Readonly<Record<string, MessageValue>>,
  locale: string,
): string {
  if (!pattern.includes('{')) return pattern;
  let text = '';
  for (let at = 0; at < pattern.length; ) {
    const open = pattern.indexOf('{', at);
    if (open < 0) return text + pattern.slice(at);
    const close = closingBrace(pattern, open);
    text += pattern.slice(at, open) + fill(pattern.slice(open + 1, close), values, locale);
    at = close + 1;
  }
  return text;
}

/** Names of the placeholders in `pattern`, with whether each is counted (a plural). */
export function placeholders(pattern: string): Map<string, 'text' | 'number'> {
  const found = new Map<string, 'text' | 'number'>();
  for (let open = pattern.indexOf('{'); open >= 0; ) {
    const close = closingBrace(pattern, open);
    const { name, forms } = parse(pattern.slice(open + 1, close));
    if (found.get(name) !== 'number') found.set(name, forms === undefined ? 'text' : 'number');
    for (const form of forms?.values() ?? []) {
      for (const [inner, kind] of placeholders(form)) if (!found.has(inner)) found.set(inner, kind);
    }
    open = pattern.indexOf('{', close + 1);
  }
  return found;
}

function fill(body: string, values: Readonly<Record<string, MessageValue>>, locale: string): string {
  const { name, forms } = parse(body);
  const value = values[name];
  if (value === undefined) return `{${name}}`;
  if (forms === undefined) return String(value);
  const form =
    forms.get(`=${value}`) ??
    forms.get(new Intl.PluralRules(locale).select(Number(value))) ??
    forms.get('other') ??
    '';
  return formatMessage(form.replaceAll('#', String(value)), values, locale);
}

function parse(body: string): { name: string; forms?: Map<string, string> } {
  const comma = body.indexOf(',');
  if (comma < 0) return { name: body.trim() };
  const forms = new Map<string, string>();
  const choices = body.slice(body.indexOf(',', comma + 1) + 1);
  for (let open = choices.indexOf('{'), from = 0; open >= 0; open = choices.indexOf('{', from)) {
    const close = closingBrace(choices, open);
    forms.set(choices.slice(from, open).trim(), choices.slice(open + 1, close));
    from = close + 1;
  }
  return { name: body.slice(0, comma).trim(), forms };
}

function closingBrace(text: string, open: number): number {
  let depth = 0;
  for (let at = open; at < text.length; at += 1) {
    if (text[at] === '{') depth += 1;
    else if (text[at] === '}') {
      depth -= 1;
      if (depth === 0) return at;
    }
  }
  return text.length;
}
