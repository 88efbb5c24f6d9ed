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

/** The warning that a variable in an env file is set nowhere. */
export function unsetInFile(name: string, file: string, line: number): Problem {
  const message = `the variable ${name} is not set, defaulting to blank`;
  return { code: 'unset-variable', severity: 'warning', message, file, line, column: 1, path: '' };
}

/** `file:line:column: path: message`, as compilers write it. */
export function formatProblem(problem: Problem): string {
  const place = problem.line > 0 ? `${problem.file}:${problem.line}:${problem.column}` : problem.file;
  return [place, problem.path, problem.message].filter((part) => part !== '').join(': ');
}

/** {@link formatProblem}, with how to fix it behind. */
export function explainProblem(problem: Problem): string {
  return problem.hint === undefined ? formatProblem(problem) : `${formatProblem(problem)} (${problem.hint})`;
}

/** An `INVALID` error that tells every error, a line each, and carries all problems in `details.problems`. */
export function invalidProject(problems: readonly Problem[]): WherryError {
  const sorted = sortProblems(problems);
  const errors = sorted.filter((problem) => problem.severity === 'error');
  const [only, ...more] = errors;
  if (only !== undefined && more.length === 0) {
    return new WherryError('INVALID', formatProblem(only), {
      hint: only.hint,
      details: { problems: sorted },
    });
  }
  return new WherryError('INVALID', errors.map(explainProblem).join('\n'), { details: { problems: sorted } });
}

/** In the order in which a reader meets them; files stay in the order in which they first show up. */
export function sortProblems(problems: readonly Problem[]): Problem[] {
  const files = Array.from(new Set(problems.map((problem) => problem.file)));
  const rank = new Map(files.map((file, index) => [file, index]));
  return problems.toSorted(
    (a, b) => (rank.get(a.file) ?? 0) - (rank.get(b.file) ?? 0) || a.line - b.line || a.column - b.column,
  );
}
