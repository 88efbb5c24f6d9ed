import { WherryError } from '../core/errors.ts';

/** What kind of fault a {@link Problem} is, as a stable string. */
export type ProblemCode =
  | 'yaml'
  | 'duplicate-key'
  | 'limit'
  | 'interpolation'
  | 'unset-variable'
  | 'unknown-key'
  | 'unsupported-key'
  | 'ignored-key'
  | 'type'
  | 'value'
  | 'missing-key'
  | 'reference'
  | 'conflict'
  | 'cycle'
  | 'file';

/** One fault of a compose file, with the place where it stands. */
export interface Problem {
  code: ProblemCode;
  severity: 'error' | 'warning';
  message: string;
  file: string;
  /** Counts from 1; 0 when the whole file is meant. */
  line: number;
  /** Counts from 1; 0 when the whole file is meant. */
  column: number;
  /** The key, as `services.web.ports[0]`; empty when the whole file is meant. */
  path: string;
  hint?: string;
}

/** `file:line:column: path: message`, as compilers write it. */
export function formatProblem(problem: Problem): string {
  const place = problem.line > 0 ? `${problem.file}:${problem.line}:${problem.column}` : problem.file;
  return [place, problem.path, problem.message].filter((part) => part !== '').join(': ');
}

/** An `INVALID` error that lists every problem, errors first, and carries them all in `details.problems`. */
export function invalidProject(problems: readonly Problem[]): WherryError {
  const errors = problems.filter((problem) => problem.severity === 'error');
  const hint = errors.find((problem) => problem.hint !== undefined)?.hint;
  return new WherryError('INVALID', errors.map(formatProblem).join('\n'), {
    details: { problems },
    ...(hint === undefined ? {} : { hint }),
  });
}
