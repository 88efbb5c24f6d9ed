import { t } from '../text.ts';
import { usage } from '../usage.ts';

/** A part of a Go template: text as it stands, or the words of one action between `{{` and `}}`. */
export type Part = { kind: 'text'; text: string } | { kind: 'action'; words: readonly Word[]; text: string };

export type Word =
  | { kind: 'field'; path: readonly string[] }
  | { kind: 'name'; name: string }
  | { kind: 'value'; value: string | number | boolean | null }
  | { kind: 'mark'; mark: '|' | '(' }
  /** `)`, or `).Field` of what stands in the parentheses. */
  | { kind: 'close'; path: readonly string[] };

const actions = /\{\{(- )?((?:"(?:\\.|[^"\\])*"|`[^`]*`|(?!\}\}).)*?)( -)?\}\}/gs;

/** Splits a template as Go's text/template does, with the spaces that `{{-` and `-}}` take away. Fails with `INVALID`. */
export function lexTemplate(template: string): readonly Part[] {
  const parts: Part[] = [];
  let from = 0;
  let trimsNext = false;
  const addText = (raw: string, trimsEnd: boolean): void => {
    if (raw.includes('{{')) throw templateFault(t('format.unclosed'));
    const start = trimsNext ? raw.trimStart() : raw;
    const text = trimsEnd ? start.trimEnd() : start;
    if (text !== '') parts.push({ kind: 'text', text });
  };
  for (const match of template.matchAll(actions)) {
    const [whole, trimBefore, inner = '', trimAfter] = match;
    addText(template.slice(from, match.index), trimBefore !== undefined);
    from = match.index + whole.length;
    trimsNext = trimAfter !== undefined;
    const text = inner.trim();
    if (!text.startsWith('/*')) parts.push({ kind: 'action', words: wordsOf(text), text });
  }
  addText(template.slice(from), false);
  return parts;
}

/** The error for a template that is not understood. */
export function templateFault(message: string): Error {
  return usage(t('format.fault', { message }), t('format.fix', { example: '{{.Name}}' }));
}

const word =
  /\s*(?:("(?:\\.|[^"\\])*"|`[^`]*`)|(-?\d+(?:\.\d+)?)(?![\w.])|(\$?(?:\.[A-Za-z_]\w*)+|\$|\.)(?![\w.])|([A-Za-z_]\w*)|([|(])|(\)(?:\.[A-Za-z_]\w*)*))/y;

function wordsOf(text: string): Word[] {
  const words: Word[] = [];
  for (word.lastIndex = 0; word.lastIndex < text.length; ) {
    const match = word.exec(text);
    if (match === null) throw templateFault(t('format.unknown', { text }));
    words.push(wordOf(match));
  }
  return words;
}

function wordOf([, text, number, field, name, mark, close]: RegExpExecArray): Word {
  if (text !== undefined) return { kind: 'value', value: unquoted(text) };
  if (number !== undefined) return { kind: 'value', value: Number(number) };
  if (field !== undefined) return { kind: 'field', path: field.split('.').filter((part) => part !== '') };
  if (close !== undefined) return { kind: 'close', path: close.split('.').slice(1) };
  if (mark !== undefined) return { kind: 'mark', mark: mark as '|' };
  if (name === 'true' || name === 'false') return { kind: 'value', value: name === 'true' };
  return name === 'nil' ? { kind: 'value', value: null } : { kind: 'name', name: name ?? '' };
}

function unquoted(text: string): string {
  if (text.startsWith('`')) return text.slice(1, -1);
  try {
    return String(JSON.parse(text));
  } catch {
    throw templateFault(t('format.unknown', { text }));
  }
}
