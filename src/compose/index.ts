export type * from './model.ts';
export { formatProblem, type Problem, type ProblemCode } from './problem.ts';
