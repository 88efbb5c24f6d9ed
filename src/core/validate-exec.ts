import { WherryError } from './errors.ts';
import type { SpecProblem } from './plan.ts';
import type { CaptureOptions } from './streams.ts';
import { checkVariables } from './validate.ts';

/** `INVALID` with every problem of the options that is one on any engine. */
export function checkExec({ command, environment, timeout, maxOutput }: CaptureOptions): void {
  const problems: SpecProblem[] = [];
  const say = (field: string, message: string): void =>
    void problems.push({ code: 'INVALID', field, message });
  if (!Array.isArray(command) || command.some((word) => typeof word !== 'string'))
    say('command', 'must be a list of strings');
  else if (command.length === 0) say('command', 'is empty: name a program in the container');
  else if (command.some((word) => word.includes('\0'))) say('command', 'must not contain a NUL byte');
  checkVariables(environment, say);
  if (timeout !== undefined && !(timeout >= 0)) say('timeout', `${timeout} is out of range`);
  if (maxOutput !== undefined && !(maxOutput >= 0)) say('maxOutput', `${maxOutput} is out of range`);
  if (problems.length === 0) return;
  const list = problems.map(({ field, message }) => `${field}: ${message}`).join('; ');
  throw new WherryError('INVALID', `the exec cannot be done: ${list}`, { details: { problems } });
}
