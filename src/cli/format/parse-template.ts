import { t } from '../text.ts';
import { lexTemplate, type Part, templateFault, type Word } from './lex-template.ts';

/** A call with its operands; the result of the one before is the last operand of the next. */
export type Pipe = readonly Command[];
export type Command = readonly Operand[];
export type Operand =
  | Exclude<Word, { kind: 'mark' | 'close' }>
  | { kind: 'pipe'; pipe: Pipe; path: readonly string[] };

export type Node =
  | { kind: 'text'; text: string }
  | { kind: 'print'; pipe: Pipe }
  | { kind: 'if' | 'with' | 'range'; pipe: Pipe; then: readonly Node[]; otherwise: readonly Node[] };

/** The tree of a Go template. Fails with `INVALID` for what is no template and for what is not known here. */
export function parseTemplate(template: string): readonly Node[] {
  const parts = [...lexTemplate(template)];
  const { nodes, end } = nodesOf(parts);
  if (end !== undefined) throw templateFault(t('format.unexpected', { text: end.text }));
  return nodes;
}

type Action = Extract<Part, { kind: 'action' }>;

/** Nodes up to an `end` or `else` that is not theirs. */
function nodesOf(parts: Part[]): { nodes: Node[]; end: Action | undefined } {
  const nodes: Node[] = [];
  for (let part = parts.shift(); part !== undefined; part = parts.shift()) {
    if (part.kind === 'text') {
      nodes.push(part);
      continue;
    }
    const [first, ...rest] = part.words;
    const keyword = first?.kind === 'name' ? first.name : '';
    if (keyword === 'end' || keyword === 'else') return { nodes, end: part };
    if (keyword === 'if' || keyword === 'with' || keyword === 'range')
      nodes.push(blockOf(keyword, rest, part, parts));
    else if (/^(define|template|block|break|continue)$/.test(keyword))
      throw templateFault(t('format.unknown', { text: part.text }));
    else nodes.push({ kind: 'print', pipe: pipeOf([...part.words], part) });
  }
  return { nodes, end: undefined };
}

function blockOf(kind: 'if' | 'with' | 'range', words: readonly Word[], opened: Action, parts: Part[]): Node {
  const pipe = pipeOf([...words], opened);
  const { nodes: then, end } = nodesOf(parts);
  return { kind, pipe, then, otherwise: otherwiseOf(end, opened, parts) };
}

/** What follows `else`, up to the `end` that closes it. */
function otherwiseOf(end: Action | undefined, opened: Action, parts: Part[]): readonly Node[] {
  if (end === undefined) throw templateFault(t('format.unexpectedEnd', { text: opened.text }));
  const [first, second, ...rest] = end.words;
  if (first?.kind === 'name' && first.name === 'end') return [];
  // `{{else if x}}` has no `end` of its own.
  if (second?.kind === 'name' && (second.name === 'if' || second.name === 'with'))
    return [blockOf(second.name, rest, end, parts)];
  const { nodes, end: last } = nodesOf(parts);
  const [closing] = last?.words ?? [];
  if (closing?.kind !== 'name' || closing.name !== 'end')
    throw templateFault(t('format.unexpectedEnd', { text: opened.text }));
  return nodes;
}

function pipeOf(words: Word[], action: Action): Pipe {
  const { pipe, close } = piped(words, action);
  if (close !== undefined) throw templateFault(t('format.unexpected', { text: ')' }));
  return pipe;
}

/** Takes words up to the end, or to the `)` that closes this pipe. */
function piped(words: Word[], action: Action): { pipe: Pipe; close: readonly string[] | undefined } {
  const pipe: Operand[][] = [[]];
  let close: readonly string[] | undefined;
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    if (word.kind === 'close') {
      close = word.path;
      break;
    }
    if (word.kind !== 'mark') pipe.at(-1)?.push(word);
    else if (word.mark === '|') pipe.push([]);
    else pipe.at(-1)?.push(inParentheses(words, action));
  }
  if (pipe.some((command) => command.length === 0))
    throw templateFault(t('format.empty', { text: action.text }));
  return { pipe, close };
}

function inParentheses(words: Word[], action: Action): Operand {
  const { pipe, close } = piped(words, action);
  if (close === undefined) throw templateFault(t('format.unknown', { text: action.text }));
  return { kind: 'pipe', pipe, path: close };
}
