export type { FileAccess } from './file-access.ts';
export { type FileContents, readFileContents } from './file-contents.ts';
export { networkHash, serviceHash, volumeHash } from './hash.ts';
export { composeLabel } from './labels.ts';
export { type LoadedProject, type LoadOptions, loadProject } from './load.ts';
export type * from './model.ts';
export { containerName, imageName } from './names.ts';
export { nodeFiles } from './node-files.ts';
export { explainProblem, formatProblem, type Problem, type ProblemCode } from './problem.ts';
export { normalizeProjectName } from './project-name.ts';
export { composeSupport, type KeySupport, type Verdict } from './support.ts';
export { toBuildInput } from './to-build.ts';
export {
  containerLabels,
  serviceToSpec,
  type ToSpecOptions,
  toNetworkSpec,
  toVolumeSpec,
} from './to-spec.ts';
