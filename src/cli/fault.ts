import { inspect } from 'node:util';
import { asWherryError, type ErrorCode, isWherryError } from '../core/errors.ts';
import type { PlainKey } from '../i18n/index.ts';
import type { Output } from './output/output.ts';
import { printable } from './output/width.ts';
import { t } from './text.ts';

/** An error as a person reads it: what failed, why, and how to fix it. */
export interface Fault {
  code: ErrorCode | 'INTERNAL';
  what: string;
  why: string;
  fix: string;
}

/** Makes the three lines from any error. */
export function faultOf(thrown: unknown): Fault {
  const error = thrown instanceof Error ? asKnown(thrown) : thrown;
  if (!isWherryError(error)) {
    const what = error instanceof Error ? error.message : String(error);
    return { code: 'INTERNAL', what, why: t('error.INTERNAL.why'), fix: t('error.INTERNAL.fix') };
  }
  const { code } = error;
  return {
    code,
    what: error.message,
    why:
      reason(error) ??
      (error.details.usage === true ? t('error.usage.why') : t(`error.${code}.why` satisfies PlainKey)),
    fix: error.hint ?? t(`error.${code}.fix` satisfies PlainKey),
  };
}

/** What the operating system refused is no fault of ours. */
function asKnown(thrown: Error): Error {
  const known = asWherryError(thrown);
  return known.code === 'INTERNAL' ? thrown : known;
}

/** Writes an error to stderr: three lines, the chain of causes with `--debug`, or one JSON object with `--json`. */
export function reportFault(error: unknown, output: Output, options: { debug: boolean }): void {
  const fault = faultOf(error);
  if (output.json) {
    const details = isWherryError(error) ? error.details : {};
    const { code, what, why, fix } = fault;
    output.alert(JSON.stringify({ error: { code, message: what, reason: why, hint: fix, details } }));
    return;
  }
  if (output.progressAsJson) {
    output.alert(fault.what);
    return;
  }
  const paint = output.paintNote;
  const [first = '', ...more] = fault.what.split('\n').map(printable);
  output.alert(`${paint('red', t('fault.what'))} ${first}`);
  for (const line of more) output.alert(`       ${line}`);
  output.alert(`${paint('dim', t('fault.why'))} ${printable(fault.why)}`);
  output.alert(`${paint('dim', t('fault.fix'))} ${printable(fault.fix)}`);
  if (options.debug) output.alert(inspect(error, { depth: 6, colors: false }));
}

/** The innermost cause that says something new. */
function reason(error: Error): string | undefined {
  let found: string | undefined;
  for (
    let cause = error.cause, depth = 0;
    cause instanceof Error && depth < 10;
    cause = cause.cause, depth += 1
  ) {
    const message = cause.message.trim();
    if (message !== '' && !error.message.includes(message)) found = message;
  }
  return found?.split('\n')[0];
}
