export type { FileAccess } from './file-access.ts';
export { type LoadedProject, type LoadOptions, loadProject } from './load.ts';
export type * from './model.ts';
export { nodeFiles } from './node-files.ts';
export { formatProblem, type Problem, type ProblemCode } from './problem.ts';
export { normalizeProjectName } from './project-name.ts';
export { composeSupport, type KeySupport, type Verdict } from './support.ts';
